/* SPDX-License-Identifier: BSD-2-Clause */
#include "http_connect.h"

#include <stdio.h>
#include <strings.h>

enum { STATUS_AT = 9 /* "HTTP/1.1 200" */ };

/* Do |bytes| begin with |word|, or are they a prefix of it? */
static bool may_begin_with(struct span bytes, const char *word)
{
	size_t length = strlen(word), common = bytes.length < length ? bytes.length : length;

	return common == 0 || memcmp(bytes.at, word, common) == 0;
}

/* Gets the line at |offset| without its line end; |*next| is the offset after it. False if the line is incomplete. */
static bool get_line(struct span bytes, size_t offset, struct span *line, size_t *next)
{
	struct span rest = span_from(bytes, offset);
	const uint8_t *lf = rest.length ? memchr(rest.at, '\n', rest.length) : NULL;

	if (!lf)
		return false;
	*line = span_of(rest.at, (size_t)(lf - rest.at));
	*next = offset + line->length + 1;
	if (line->length && line->at[line->length - 1] == '\r')
		line->length--;
	return true;
}

static bool is_header(struct span line, const char *name)
{
	size_t length = strlen(name);

	return line.length > length && line.at[length] == ':' &&
	       strncasecmp((const char *)line.at, name, length) == 0;
}

/* A client's header that carries a credential (RFC 9110 11.6.2, 11.7.1). |tunnel| may be NULL. */
static void note_credential(struct tunnel *tunnel, struct span line, size_t at)
{
	const uint8_t *colon = line.length ? memchr(line.at, ':', line.length) : NULL;
	size_t name = colon ? (size_t)(colon - line.at) + 1 : line.length;

	if (tunnel && (is_header(line, "Proxy-Authorization") || is_header(line, "Authorization") ||
		       is_header(line, "Cookie")))
		tunnel_add_secret(tunnel, at + name, line.length - name);
}

/*
 * Skips header lines from |*at| and moves |*at| past the empty line. Notes credentials in |tunnel|, unless it is NULL. Returns
 * false if the empty line has not come yet.
 */
static bool skip_headers(struct span bytes, size_t *at, bool *length_known, uint64_t *body,
			 struct tunnel *tunnel)
{
	struct span line;
	size_t next;

	while (get_line(bytes, *at, &line, &next)) {
		note_credential(tunnel, line, *at);
		*at = next;
		if (line.length == 0)
			return true;
		if (!is_header(line, "Content-Length"))
			continue;
		*length_known = true;
		*body = 0;
		for (size_t i = strlen("Content-Length:"); i < line.length && *body < UINT32_MAX; i++)
			if (line.at[i] >= '0' && line.at[i] <= '9')
				*body = *body * 10 + (uint64_t)(line.at[i] - '0');
	}
	return false;
}

static bool names_http(struct span line)
{
	return line.length && memmem(line.at, line.length, " HTTP/1.", 8) != NULL;
}

static void set_target(struct tunnel *tunnel, struct span line)
{
	struct span host = span_from(line, strlen("CONNECT "));
	const uint8_t *blank = host.length ? memchr(host.at, ' ', host.length) : NULL;

	if (blank)
		host.length = (size_t)(blank - host.at);
	snprintf(tunnel->target, sizeof tunnel->target, "%.*s", (int)host.length, (const char *)host.at);
}

/* Reads one request at |*at| and moves |*at| past it. */
static enum tunnel_verdict read_request(struct span bytes, size_t *at, struct tunnel *tunnel)
{
	struct span line, rest = span_from(bytes, *at);
	uint64_t body;
	size_t next;
	bool known;

	if (!may_begin_with(rest, "CONNECT "))
		return TUNNEL_NONE;
	if (!get_line(bytes, *at, &line, &next))
		return TUNNEL_BEGUN;
	if (!names_http(line))
		return TUNNEL_NONE;
	set_target(tunnel, line);
	*at = next;
	return skip_headers(bytes, at, &known, &body, tunnel) ? TUNNEL_OPEN : TUNNEL_BEGUN;
}

/*
 * Reads one response at |*at|. Moves |*at| past it and its body if the body's length is known and more can follow, otherwise to
 * the end.
 */
static enum tunnel_verdict read_response(struct span bytes, size_t *at)
{
	struct span line, rest = span_from(bytes, *at);
	bool known = false;
	uint64_t body = 0;
	size_t next;

	if (!may_begin_with(rest, "HTTP/1."))
		return TUNNEL_NONE;
	if (!get_line(bytes, *at, &line, &next))
		return TUNNEL_BEGUN;
	if (line.length <= STATUS_AT + 2 || line.at[STATUS_AT - 1] != ' ')
		return TUNNEL_NONE;
	*at = next;
	if (!skip_headers(bytes, at, &known, &body, NULL))
		return TUNNEL_BEGUN;
	if (line.at[STATUS_AT] == '2')
		return TUNNEL_OPEN;
	*at = known && body <= bytes.length - *at ? *at + (size_t)body : bytes.length;
	return TUNNEL_REFUSED;
}

enum tunnel_verdict http_connect_read(const struct tunnel_talk *talk, struct tunnel *tunnel)
{
	size_t client = 0, server = 0;
	enum tunnel_verdict request, response = TUNNEL_NONE;

	*tunnel = (struct tunnel){ .via = "http-connect" };
	if (talk->client_lost && talk->server_lost)
		return TUNNEL_NONE;
	if (!talk->client_lost && talk->client.length == 0)
		/* A proxy never speaks first. */
		return talk->server.length ? TUNNEL_NONE : TUNNEL_BEGUN;
	for (;;) {
		request = talk->client_lost ? TUNNEL_OPEN : read_request(talk->client, &client, tunnel);
		/* A client that continues with something else has given up on the proxy. */
		if (request == TUNNEL_NONE)
			return response == TUNNEL_REFUSED ? TUNNEL_REFUSED : TUNNEL_NONE;
		tunnel->request_whole = request == TUNNEL_OPEN && !talk->client_lost;
		response = talk->server_lost ? request : read_response(talk->server, &server);
		if (response == TUNNEL_REFUSED && !talk->client_lost && span_from(talk->client, client).length)
			continue;
		if (response == TUNNEL_OPEN)
			response = request;
		tunnel->client_length = client;
		tunnel->server_length = server;
		return response;
	}
}
