/* SPDX-License-Identifier: BSD-2-Clause */
#include "metrics_server.h"
#include "microhttpd_library.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum {
	CONNECTIONS = 64,
	CONNECTIONS_BUSY = 48, /* with more, the oldest give way */
	TIMEOUT = 10,	       /* s without a byte */
	DEADLINE = 5,	       /* s that a request may take in all */
	RUNS = 64,	       /* of the library at a time, as long as connections come and go */
};

/* An open connection. */
struct visitor {
	int socket; /* -1: none */
	bool told;  /* it was shut down, and the library has not closed it yet */
	time_t since;
	unsigned order; /* later ones have higher numbers */
};

struct metrics_server {
	struct microhttpd_library library;
	struct MHD_Daemon *daemon;
	const struct metrics *metrics;
	struct statistics statistics; /* for the current call */
	struct buf text;
	struct visitor visitors[CONNECTIONS];
	unsigned count, changes; /* visitors not shut down; how often one came or went */
};

static bool parse_address(const char *text, struct sockaddr_storage *address)
{
	struct sockaddr_in *four = (struct sockaddr_in *)address;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
	const char *colon = strrchr(text, ':');
	char host[64];
	size_t length = colon ? (size_t)(colon - text) : 0;
	char *end;
	unsigned long port;

	if (!colon || length == 0 || length >= sizeof host)
		return false;
	port = strtoul(colon + 1, &end, 10);
	if (colon[1] < '0' || colon[1] > '9' || *end || port == 0 || port > 65535)
		return false;
	memset(address, 0, sizeof *address);
	if (text[0] == '[' && text[length - 1] == ']') {
		snprintf(host, sizeof host, "%.*s", (int)length - 2, text + 1);
		*six = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
		return inet_pton(AF_INET6, host, &six->sin6_addr) == 1;
	}
	snprintf(host, sizeof host, "%.*s", (int)length, text);
	*four = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	return inet_pton(AF_INET, host, &four->sin_addr) == 1;
}

bool metrics_server_address_fits(const char *address)
{
	struct sockaddr_storage parsed;

	return parse_address(address, &parsed);
}

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* The library then sees its end, and closes it. */
static void send_away(struct metrics_server *s, struct visitor *v)
{
	shutdown(v->socket, SHUT_RDWR);
	v->told = true;
	s->count--;
}

static struct visitor *oldest(struct metrics_server *s)
{
	struct visitor *found = NULL;

	for (int i = 0; i < CONNECTIONS; i++)
		if (s->visitors[i].socket >= 0 && !s->visitors[i].told &&
		    (!found || s->visitors[i].order < found->order))
			found = &s->visitors[i];
	return found;
}

/*
 * A connection opens or closes. Clients that send no whole request must not keep others out: when many are open, the oldest give way, and
 * none may take longer than DEADLINE.
 */
static void on_connection(void *server, struct MHD_Connection *connection, void **context,
			  enum MHD_ConnectionNotificationCode what)
{
	struct metrics_server *s = server;
	const union MHD_ConnectionInfo *info;

	s->changes++;
	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		struct visitor *v = *context;

		if (v) {
			s->count -= !v->told;
			*v = (struct visitor){ .socket = -1 };
		}
		return;
	}
	info = s->library.MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	for (int i = 0; info && i < CONNECTIONS; i++) {
		struct visitor *v = &s->visitors[i];

		if (v->socket >= 0)
			continue;
		*v = (struct visitor){ .socket = info->connect_fd, .since = seconds(), .order = s->changes };
		*context = v;
		if (++s->count > CONNECTIONS_BUSY)
			send_away(s, oldest(s));
		return;
	}
}

static void end_overdue(struct metrics_server *s)
{
	struct visitor *v;

	while ((v = oldest(s)) && seconds() - v->since >= DEADLINE)
		send_away(s, v);
}

static enum MHD_Result reply(const struct microhttpd_library *library, struct MHD_Connection *connection,
			     unsigned status, const char *type, struct span text)
{
	/* The library copies it before this returns; its parameter is just not const. */
	struct MHD_Response *response = library->MHD_create_response_from_buffer(
	    text.length, (void *)(uintptr_t)text.at, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	library->MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	result = library->MHD_queue_response(connection, status, response);
	library->MHD_destroy_response(response);
	return result;
}

static enum MHD_Result answer(void *server, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_size, void **request)
{
	struct metrics_server *s = server;

	(void)version;
	(void)upload;
	(void)request;
	*upload_size = 0;
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return reply(&s->library, connection, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain",
			     span_text("GET only\n"));
	if (strcmp(url, "/metrics") != 0)
		return reply(&s->library, connection, MHD_HTTP_NOT_FOUND, "text/plain",
			     span_text("The metrics are at /metrics\n"));
	buf_clear(&s->text);
	metrics_text(s->metrics, &s->statistics, &s->text);
	return reply(&s->library, connection, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8",
		     buf_span(&s->text));
}

struct metrics_server *metrics_server_create(const char *address, const struct metrics *metrics,
					     struct buf *error)
{
	struct sockaddr_storage where;
	struct metrics_server *s;

	if (!parse_address(address, &where)) {
		buf_format(error, "--metrics takes ADDRESS:PORT such as 127.0.0.1:9225 or [::1]:9225, not '%s'",
			   address);
		return NULL;
	}
	s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	if (!microhttpd_library_load(&s->library)) {
		buf_format(error, "--metrics needs %s, which is not installed", LIBMICROHTTPD_SONAME);
		free(s);
		return NULL;
	}
	s->metrics = metrics;
	buf_init(&s->text, METRICS_TEXT_LIMIT);
	for (int i = 0; i < CONNECTIONS; i++)
		s->visitors[i].socket = -1;
	errno = 0;
	s->daemon = s->library.MHD_start_daemon(
	    MHD_USE_EPOLL | (where.ss_family == AF_INET6 ? MHD_USE_IPv6 : 0), 0, NULL, NULL, answer, s,
	    MHD_OPTION_SOCK_ADDR, &where, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT, MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
	    MHD_OPTION_END);
	if (!s->daemon) {
		if (errno == EADDRINUSE)
			buf_format(
			    error,
			    "--metrics: the port of %s is in use, perhaps by another watch; choose another port",
			    address);
		else
			buf_format(error, "--metrics: cannot listen at %s: %s", address, strerror(errno));
		metrics_server_destroy(s);
		return NULL;
	}
	return s;
}

void metrics_server_destroy(struct metrics_server *s)
{
	if (!s)
		return;
	if (s->daemon)
		s->library.MHD_stop_daemon(s->daemon);
	buf_finish(&s->text);
	free(s);
}

int metrics_server_descriptor(const struct metrics_server *s)
{
	return s->library.MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

void metrics_server_run(struct metrics_server *s, const struct statistics *statistics)
{
	unsigned before;
	int runs = 0;

	s->statistics = *statistics;
	end_overdue(s);
	do {
		before = s->changes;
		s->library.MHD_run(s->daemon);
	} while (s->changes != before && ++runs < RUNS);
}
