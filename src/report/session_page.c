/* SPDX-License-Identifier: BSD-2-Clause */
#include "session_page.h"

#include "display_filter.h"

#include "figures.h"
#include "names.h"
#include "redact.h"
#include "server_name.h"
#include "tls_page.h"
#include "verdict.h"
#include "wire_text.h"

enum {
	TEXT_LIMIT = 64 * 1024,
	PART_LEAST = 8, /* columns: what has less room is left out */
};

/* The outcome of a session, in words. */
static const char *outcome_words(const struct session_facts *session, const struct verdict *v)
{
	const char *by = v ? v->broken_off_by : NULL;

	switch (session->outcome) {
	case SESSION_DELIVERED:
		return "delivered";
	case SESSION_PARTIAL:
		return "accepted in part";
	case SESSION_DEFERRED:
		return "temporarily rejected (4xx)";
	case SESSION_REJECTED:
		return "rejected (5xx)";
	case SESSION_ABORTED:
		return !by			   ? "aborted before a message was sent"
		       : strcmp(by, "client") == 0 ? "aborted by the client"
						   : "aborted by the server";
	case SESSION_UNKNOWN:
		return session->visibility & VISIBILITY_ENCRYPTED ? "encrypted, outcome not visible"
								  : "outcome unknown";
	case SESSION_NO_MAIL:
		break;
	}
	if (session->protocol == PROTOCOL_OTHER)
		return "not SMTP";
	if (session->visibility & VISIBILITY_ENCRYPTED)
		return "encrypted, outcome not visible";
	if (session->protocol != PROTOCOL_NONE)
		return session->visibility ? "no mail seen" : "no mail sent";
	return session->flow->opened == FLOW_REFUSED	  ? "connection refused"
	       : session->flow->opened == FLOW_UNANSWERED ? "connection not answered"
							  : "no data was sent";
}

/* An endpoint, with |before| ahead of it, and its announced name in parentheses. */
static void put_end(struct page *p, const char *before, const struct endpoint *e, const char *name,
		    const struct secret_set *secrets)
{
	char text[2 * FIGURE_SIZE], figure[FIGURE_SIZE];

	figure_endpoint(figure, e);
	snprintf(text, sizeof text, "%s%s", before, figure);
	page_wrap_unit(p, span_text(text), 2, 0);
	if (name && *name)
		wire_text(p, " (", name, ")", secrets, WIRE_NAME_KEPT, 2);
}

static void put_findings(struct page *p, const struct record *ended)
{
	static const char *const words[] = { "note", "warning", "error" };
	static const enum style styles[] = { STYLE_PLAIN, STYLE_YELLOW, STYLE_ALARM };
	char text[FIGURE_SIZE];
	bool first = true;

	for (unsigned severity = 3; severity-- > 0;) {
		if (!ended->findings[severity])
			continue;
		figure_many(text, ended->findings[severity], words[severity], NULL);
		if (p->column + strlen(text) + 3 > p->width) {
			page_newline(p);
			page_to(p, 2);
		}
		page_put(p, first ? " · " : ", ");
		page_style(p, styles[severity]);
		page_put(p, text);
		page_style(p, STYLE_PLAIN);
		first = false;
	}
}

/* "TLS 1.3 by STARTTLS, encrypted" */
static void tls_words(struct buf *b, const struct session_facts *session)
{
	static const char stem[] = "TLSv";
	const struct tls_facts *tls = session_tls(session);
	const char *version = tls->version ? tls->version : "TLS";
	bool numbered = strncmp(version, stem, sizeof stem - 1) == 0;

	if (tls->mode == TLS_NONE)
		return;
	buf_format(b, " · %s%s %s, %s", numbered ? "TLS " : "", numbered ? version + sizeof stem - 1 : version,
		   tls->mode == TLS_STARTTLS ? "by STARTTLS" : "from the start",
		   tls->decrypted ? "decrypted" : "encrypted");
	if (tls->alert)
		buf_format(b, ", alert %s", tls->alert);
}

static void visibility_words(struct buf *b, const struct session_facts *session)
{
	static const char *const words[NAME_VISIBILITY_BITS] = {
		"the capture begins within the session",    "only the client's side was captured",
		"only the server's side was captured",	    NULL, /* told with its figure */
		"packets were truncated by the capture",    "encrypted content cannot be read",
		"the capture ends before the session does", "the session was dropped early to limit memory",
	};
	const struct flow *flow = session->flow;
	char figure[FIGURE_SIZE];
	bool first = true;

	for (unsigned i = 0; i < NAME_VISIBILITY_BITS; i++) {
		if (!(session->visibility >> i & 1))
			continue;
		buf_text(b, first ? "Seen in part: " : "; ");
		first = false;
		if (words[i]) {
			buf_text(b, words[i]);
			continue;
		}
		figure_many(figure, flow->side[DIR_CLIENT].missing + flow->side[DIR_SERVER].missing, "byte",
			    NULL);
		buf_format(b, "%s missing", figure);
	}
}

static void put_line(struct page *p, const struct buf *b)
{
	if (!b->length)
		return;
	page_wrap_parts(p, buf_span(b), 2);
	page_newline(p);
}

/* |goes_on|: after the existing content of the line. */
static void put_facts(struct page *p, const struct session_facts *session, const struct secret_set *secrets,
		      bool goes_on)
{
	const struct flow *flow = session->flow;
	uint64_t again = flow->side[DIR_CLIENT].retransmissions + flow->side[DIR_SERVER].retransmissions;
	char moment[FIGURE_SIZE], figure[FIGURE_SIZE];
	struct buf b;

	buf_init(&b, TEXT_LIMIT);
	figure_moment(moment, flow->first.time);
	buf_format(&b, "%s%s", goes_on ? " · " : "", moment);
	if (flow->last.time - flow->first.time >= TSTAMP_MILLISECOND) {
		figure_duration(figure, flow->last.time - flow->first.time);
		buf_format(&b, " · %s", figure);
	}
	if (session->protocol == PROTOCOL_NONE && flow->syn_count > 1)
		buf_format(&b, " · %u attempts", flow->syn_count);
	if (session->protocol == PROTOCOL_SMTP || session->protocol == PROTOCOL_LMTP)
		buf_text(&b, session->protocol == PROTOCOL_SMTP ? " · SMTP" : " · LMTP");
	tls_words(&b, session);
	if (session->reply_count) {
		figure_many(figure, session->reply_count, "reply", "replies");
		buf_format(&b, " · %s", figure);
	}
	if (again) {
		figure_many(figure, again, "retransmission", NULL);
		buf_format(&b, " · %s", figure);
	}
	put_line(p, &b);
	buf_clear(&b);
	tls_page_put(p, session, secrets);
	visibility_words(&b, session);
	page_style(p, STYLE_CYAN);
	put_line(p, &b);
	page_style(p, STYLE_PLAIN);
	buf_finish(&b);
}

static void put_proxied(struct page *p, const struct session_facts *session, const struct secret_set *secrets)
{
	const struct proxied_facts *proxied = session_proxied(session);
	char text[FIGURE_SIZE];

	if (!proxied->via)
		return;
	page_put(p, "Through ");
	page_put(p, proxied->via);
	if (proxied->client.addr.version) {
		figure_endpoint(text, &proxied->client);
		page_put(p, " for");
		wire_text(p, " ", text, "", NULL, FIGURE_SIZE, 2);
	}
	if (proxied->target) {
		wire_text(p, " to ", proxied->target, "", secrets, WIRE_NAME_KEPT, 2);
	}
	page_newline(p);
}

/* The server's name, masked; "" if there is none. */
static void name_text(char text[static SERVER_NAME_MAX + 1], const struct session_facts *session)
{
	struct span name = server_name(session);

	snprintf(text, SERVER_NAME_MAX + 1, "%.*s", (int)name.length, name.length ? (const char *)name.at : "");
}

void session_page_title(struct page *p, const struct record *ended)
{
	const struct session_facts *session = ended->event->session;
	char text[FIGURE_SIZE];

	page_style(p, STYLE_BOLD);
	snprintf(text, sizeof text, "── Session %llu", (unsigned long long)session->number);
	page_put(p, text);
	snprintf(text, sizeof text, " · %s", outcome_words(session, ended->verdict));
	page_wrap_unit(p, span_text(text), 3, 0);
	page_style(p, STYLE_PLAIN);
	put_findings(p, ended);
	page_put(p, " ");
	page_rule(p);
	page_newline(p);
}

void session_page_facts(struct page *p, const struct session_facts *session, const struct secret_set *secrets)
{
	bool one_line = session->protocol == PROTOCOL_NONE && !session_proxied(session)->via;
	char name[SERVER_NAME_MAX + 1];

	name_text(name, session);
	put_end(p, "", &session->flow->client, session->helo, secrets);
	put_end(p, " → ", &session->flow->server, name, secrets);
	/* If nothing was sent, one line is enough. */
	if (!one_line)
		page_newline(p);
	put_proxied(p, session, secrets);
	put_facts(p, session, secrets, one_line);
}

/* Ends a part of a line that must not be wrapped: what is too long is cut at the edge. */
static void put_part(struct page *p, const char *separator, const char *text, const struct secret_set *secrets)
{
	struct buf scratch;

	if (p->column + strlen(separator) + PART_LEAST > p->width)
		return;
	buf_init(&scratch, TEXT_LIMIT);
	page_put(p, separator);
	page_put_span(p, span_first(redact(&scratch, secrets, span_text(text), SIZE_MAX), WIRE_NAME_KEPT));
	buf_finish(&scratch);
}

/* "a@example.org → b@example.com +2", for the first message; how many more there are. */
static void put_envelope(struct page *p, const struct session_facts *session, const struct secret_set *secrets)
{
	const struct message *m = session->message_count ? &session->messages[0] : NULL;
	uint64_t messages = session->message_count + session->messages_omitted, more;
	char text[FIGURE_SIZE];

	if (!m)
		return;
	put_part(p, " · ", m->mail_from && *m->mail_from ? m->mail_from : "<>", secrets);
	if (m->recipient_count && m->recipients[0].address)
		put_part(p, " → ", m->recipients[0].address, secrets);
	more = message_recipients(m);
	if (more > 1) {
		snprintf(text, sizeof text, " +%llu", (unsigned long long)(more - 1));
		page_put(p, text);
	}
	if (messages > 1) {
		figure_many(text, messages, "message", NULL);
		put_part(p, " · ", text, NULL);
	}
}

void session_page_line(struct page *p, const struct record *ended, const struct secret_set *secrets)
{
	const struct session_facts *session = ended->event->session;
	char text[FIGURE_SIZE], name[SERVER_NAME_MAX + 1], moment[FIGURE_SIZE];

	page_style(p, STYLE_BOLD);
	snprintf(text, sizeof text, "   Session %llu", (unsigned long long)session->number);
	page_put(p, text);
	page_style(p, session->outcome == SESSION_DELIVERED ? STYLE_GREEN : STYLE_PLAIN);
	put_part(p, " · ", outcome_words(session, ended->verdict), NULL);
	page_style(p, STYLE_PLAIN);
	figure_moment(moment, session->flow->first.time);
	/* "2026-11-21 10:00:00.123 UTC" */
	if (strlen(moment) > 19) {
		moment[19] = 0;
		put_part(p, " · ", moment + 11, NULL);
	}
	put_envelope(p, session, secrets);
	name_text(name, session);
	figure_endpoint(text, &session->flow->client);
	*strrchr(text, ':') = 0;
	if (!session->message_count)
		put_part(p, " · ", session->helo && *session->helo ? session->helo : text, secrets);
	figure_endpoint(text, &session->flow->server);
	put_part(p, session->message_count ? " · " : " → ", *name ? name : text, secrets);
	if (session->message_count && session->messages[0].queue_id)
		put_part(p, " · queued as ", session->messages[0].queue_id, secrets);
	page_newline(p);
}

void session_page_filter(struct page *p, const struct session_facts *session)
{
	char filter[DISPLAY_FILTER_SIZE];

	display_filter_write(filter, session->flow);
	page_style(p, STYLE_DIM);
	page_put(p, "Wireshark: ");
	page_put_whole(p, span_text(filter));
	page_newline(p);
}
