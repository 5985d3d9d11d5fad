/* SPDX-License-Identifier: BSD-2-Clause */
#include "session_page.h"

#include "decimal.h"
#include "figures.h"
#include "names.h"
#include "redact.h"

enum {
	MESSAGES_SHOWN = 10,
	RECIPIENTS_SHOWN = 10,
	NAME_KEPT = 100,
	TEXT_LIMIT = 64 * 1024,
	OUTCOMES = 5,
};

/* The outcome of a session, in words. */
static const char *outcome_words(const struct session_facts *session)
{
	switch (session->outcome) {
	case SESSION_DELIVERED:
		return "delivered";
	case SESSION_PARTIAL:
		return "delivered in part";
	case SESSION_DEFERRED:
		return "temporarily rejected (4xx)";
	case SESSION_REJECTED:
		return "rejected (5xx)";
	case SESSION_ABORTED:
		return "aborted before a message was sent";
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

/*
 * Writes text from the wire without credentials, up to |kept| bytes, with its lines joined; |before| and
 * |after| stay with it at a line break.
 */
static void put_wire(struct page *p, const char *before, const char *text, const char *after,
		     const struct secret_set *secrets, size_t kept, size_t indent)
{
	struct buf scratch, line;
	struct span shown;
	size_t from;

	buf_init(&scratch, TEXT_LIMIT);
	buf_init(&line, TEXT_LIMIT);
	shown = span_first(redact(&scratch, secrets, span_text(text), SIZE_MAX), kept);
	buf_text(&line, before);
	from = line.length;
	buf_append(&line, shown);
	for (uint8_t *lf; line.length > from && (lf = memchr(line.at + from, '\n', line.length - from));)
		*lf = ' ';
	buf_text(&line, after);
	page_wrap_unit(p, buf_span(&line), indent, 3);
	buf_finish(&line);
	buf_finish(&scratch);
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
		put_wire(p, " (", name, ")", secrets, NAME_KEPT, 2);
}

/* The server's name: by convention the first word of its greeting (RFC 5321 4.2). */
static void server_name(char name[static NAME_KEPT], const struct session_facts *session)
{
	size_t length = session->greeting ? strcspn(session->greeting, " \n\t") : 0;

	name[0] = 0;
	if (length == 0 || length >= NAME_KEPT || !memchr(session->greeting, '.', length))
		return;
	memcpy(name, session->greeting, length);
	name[length] = 0;
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
	const struct tls_facts *tls = &session->tls;
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
static void put_facts(struct page *p, const struct session_facts *session, bool goes_on)
{
	const struct flow *flow = session->flow;
	uint64_t again = flow->side[DIR_CLIENT].retransmissions + flow->side[DIR_SERVER].retransmissions;
	char moment[FIGURE_SIZE], figure[FIGURE_SIZE];
	struct buf b;

	buf_init(&b, TEXT_LIMIT);
	figure_moment(moment, flow->first.time);
	buf_format(&b, "%s%s", goes_on ? " · " : "", moment);
	figure_duration(figure, flow->last.time - flow->first.time);
	if (flow->last.time != flow->first.time)
		buf_format(&b, " · %s", figure);
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
	visibility_words(&b, session);
	page_style(p, STYLE_CYAN);
	put_line(p, &b);
	page_style(p, STYLE_PLAIN);
	buf_finish(&b);
}

static void put_proxied(struct page *p, const struct session_facts *session, const struct secret_set *secrets)
{
	const struct proxied_facts *proxied = &session->proxied;
	char text[FIGURE_SIZE];

	if (!proxied->via)
		return;
	page_put(p, "Through ");
	page_put(p, proxied->via);
	if (proxied->client.addr.version) {
		figure_endpoint(text, &proxied->client);
		page_put(p, " for");
		put_wire(p, " ", text, "", NULL, FIGURE_SIZE, 2);
	}
	if (proxied->target) {
		put_wire(p, " to ", proxied->target, "", secrets, NAME_KEPT, 2);
	}
	page_newline(p);
}

void session_page_head(struct page *p, const struct record *ended, const struct secret_set *secrets)
{
	const struct session_facts *session = ended->event->session;
	bool one_line = session->protocol == PROTOCOL_NONE && !session->proxied.via;
	char text[FIGURE_SIZE], name[NAME_KEPT];

	page_style(p, STYLE_BOLD);
	snprintf(text, sizeof text, "── Session %llu", (unsigned long long)session->number);
	page_put(p, text);
	snprintf(text, sizeof text, " · %s", outcome_words(session));
	page_wrap_unit(p, span_text(text), 3, 0);
	page_style(p, STYLE_PLAIN);
	put_findings(p, ended);
	page_put(p, " ");
	page_rule(p);
	page_newline(p);
	server_name(name, session);
	put_end(p, "", &session->flow->client, session->helo, secrets);
	put_end(p, " → ", &session->flow->server, name, secrets);
	/* If nothing was sent, one line is enough. */
	if (!one_line)
		page_newline(p);
	put_proxied(p, session, secrets);
	put_facts(p, session, one_line);
}

static enum style outcome_style(enum outcome outcome)
{
	return outcome == OUTCOME_ACCEPTED   ? STYLE_GREEN
	       : outcome == OUTCOME_REJECTED ? STYLE_RED
	       : outcome == OUTCOME_DEFERRED ? STYLE_YELLOW
					     : STYLE_PLAIN;
}

/* The outcome and the reply that decided it; if undecided, the last reply. */
static void put_outcome(struct page *p, enum outcome outcome, unsigned code, const char *enhanced)
{
	bool decided = outcome != OUTCOME_ABORTED && outcome != OUTCOME_UNKNOWN;
	char text[DECIMAL_SIZE + 1];

	page_style(p, outcome_style(outcome));
	page_put(p, name_outcome(outcome));
	page_style(p, STYLE_PLAIN);
	if (!code)
		return;
	*decimal_write(text, code, 1) = 0;
	page_put(p, decided ? ", " : " (answered ");
	page_put(p, text);
	page_put(p, *enhanced ? " " : "");
	page_put(p, enhanced);
	page_put(p, decided ? "" : ")");
}

/* "3 accepted, 1 rejected" */
static void put_counts(struct page *p, const uint64_t counts[static OUTCOMES])
{
	static const enum outcome order[OUTCOMES] = { OUTCOME_ACCEPTED, OUTCOME_DEFERRED, OUTCOME_REJECTED,
						      OUTCOME_ABORTED, OUTCOME_UNKNOWN };
	char text[FIGURE_SIZE];
	bool first = true;

	for (unsigned i = 0; i < OUTCOMES; i++) {
		if (!counts[order[i]])
			continue;
		figure_count(text, counts[order[i]]);
		page_put(p, first ? "" : ", ");
		page_put(p, text);
		page_put(p, " ");
		page_put(p, name_outcome(order[i]));
		first = false;
	}
}

static void put_recipient(struct page *p, const struct recipient *r, bool first,
			  const struct secret_set *secrets)
{
	page_to(p, 4);
	page_put(p, first ? "to" : "");
	page_to(p, 9);
	if (r->address)
		put_wire(p, "<", r->address, ">", secrets, 500, 9);
	else
		page_put(p, "a recipient that was not captured completely");
	if (p->column + 30 > p->width) {
		page_newline(p);
		page_to(p, 9);
	} else {
		page_put(p, "  ");
	}
	put_outcome(p, r->outcome, r->code, r->enhanced);
	page_newline(p);
}

/* Those that were not accepted come first, because they are more important. */
static void put_recipients(struct page *p, const struct message *m, const struct secret_set *secrets)
{
	uint64_t rest[OUTCOMES] = { 0 };
	char text[FIGURE_SIZE];
	unsigned shown = 0;

	for (unsigned accepted = 0; accepted < 2; accepted++) {
		for (size_t i = 0; i < m->recipient_count; i++) {
			const struct recipient *r = &m->recipients[i];
			if ((r->outcome == OUTCOME_ACCEPTED) != accepted)
				continue;
			/* One more takes as many lines as the line that counts it. */
			if (shown < RECIPIENTS_SHOWN ||
			    m->recipient_count + m->recipients_omitted == RECIPIENTS_SHOWN + 1)
				put_recipient(p, r, shown++ == 0, secrets);
			else
				rest[r->outcome]++;
		}
	}
	if (m->recipient_count <= shown && !m->recipients_omitted)
		return;
	page_to(p, 9);
	page_style(p, STYLE_DIM);
	page_put(p, "… and also ");
	put_counts(p, rest);
	if (m->recipients_omitted) {
		figure_count(text, m->recipients_omitted);
		page_put(p, m->recipient_count > shown ? ", " : "");
		page_put(p, text);
		page_put(p, " not kept");
	}
	page_newline(p);
}

/* The server's text without the code, which is already shown above and which servers repeat on each line. */
static void put_text(struct page *p, const struct message *m, const struct secret_set *secrets)
{
	size_t code = strlen(m->enhanced);
	const char *end;
	struct buf text;

	buf_init(&text, TEXT_LIMIT);
	for (const char *line = m->text; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		if (code && strncmp(line, m->enhanced, code) == 0 && (line[code] == ' ' || line + code == end))
			line += code;
		while (*line == ' ')
			line++;
		if (line == end)
			continue;
		buf_text(&text, text.length ? " " : "");
		buf_append(&text, span_of(line, (size_t)(end - line)));
	}
	put_wire(p, "", buf_string(&text), "", secrets, 500, 9);
	buf_finish(&text);
}

static void put_message(struct page *p, size_t number, const struct message *m, const struct secret_set *secrets)
{
	char text[FIGURE_SIZE], figure[FIGURE_SIZE];

	snprintf(text, sizeof text, "Message %zu: ", number);
	page_to(p, 2);
	page_style(p, STYLE_BOLD);
	page_put(p, text);
	put_outcome(p, m->outcome, m->code, m->enhanced);
	if (m->bytes) {
		figure_many(figure, m->bytes, "byte", NULL);
		page_put(p, ", ");
		page_put(p, figure);
	}
	if (m->queue_id) {
		page_put(p, ",");
		put_wire(p, " queued as ", m->queue_id, "", secrets, NAME_KEPT, 9);
	}
	page_newline(p);
	if (m->text && m->outcome != OUTCOME_ACCEPTED) {
		page_to(p, 9);
		put_text(p, m, secrets);
		page_newline(p);
	}
	page_to(p, 4);
	if (m->mail_from) {
		page_put(p, "from");
		page_to(p, 9);
		put_wire(p, "<", m->mail_from, ">", secrets, 500, 9);
	} else {
		page_put(p, "from a sender that was not captured completely");
	}
	page_newline(p);
	put_recipients(p, m, secrets);
}

/* Returns whether everything was accepted. */
static bool fine(const struct message *m)
{
	if (m->outcome != OUTCOME_ACCEPTED)
		return false;
	for (size_t i = 0; i < m->recipient_count; i++)
		if (m->recipients[i].outcome != OUTCOME_ACCEPTED)
			return false;
	return true;
}

void session_page_messages(struct page *p, const struct session_facts *session, const struct secret_set *secrets)
{
	uint64_t rest[OUTCOMES];
	size_t bad = 0, good = 0, count = session->message_count;

	memcpy(rest, session->outcomes, sizeof rest);
	/* How many of each kind are shown: failed ones first. */
	for (size_t i = 0; i < count; i++)
		*(fine(&session->messages[i]) ? &good : &bad) += 1;
	bad = bad < MESSAGES_SHOWN ? bad : MESSAGES_SHOWN;
	good = good < MESSAGES_SHOWN - bad ? good : MESSAGES_SHOWN - bad;
	for (size_t i = 0; i < count; i++) {
		const struct message *m = &session->messages[i];
		size_t *left = fine(m) ? &good : &bad;
		if (!*left)
			continue;
		--*left;
		put_message(p, i + 1, m, secrets);
		if (rest[m->outcome])
			rest[m->outcome]--;
	}
	if (rest[0] + rest[1] + rest[2] + rest[3] + rest[4] == 0)
		return;
	page_to(p, 2);
	page_style(p, STYLE_DIM);
	page_put(p, "… and more messages: ");
	put_counts(p, rest);
	page_newline(p);
}
