/* SPDX-License-Identifier: BSD-2-Clause */
#include "wording.h"

#include "redact.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NAME_KEPT = 120 };

/* Text that grows in an array of WORDING_LINE_MAX bytes; what does not fit is left out. */
struct line {
	char *at;
	size_t length;
};

static void add(struct line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct line *l, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(l->at + l->length, WORDING_LINE_MAX - l->length, format, arguments);
	va_end(arguments);
	if (length > 0)
		l->length += (size_t)length < WORDING_LINE_MAX - l->length ? (size_t)length
									   : WORDING_LINE_MAX - 1 - l->length;
}

/* Wire text, credentials taken out. */
static void add_wire(struct line *l, const struct hearing *h, const char *text)
{
	struct buf scratch;
	struct span shown;

	buf_init(&scratch, WORDING_LINE_MAX);
	shown = redact(&scratch, h->session->secrets, span_text(text), SIZE_MAX);
	add(l, "%.*s", (int)(shown.length < NAME_KEPT ? shown.length : NAME_KEPT), (const char *)shown.at);
	buf_finish(&scratch);
}

static size_t not_accepted(const struct message *m, const struct recipient **first)
{
	size_t count = 0;

	for (size_t i = 0; i < m->recipient_count; i++)
		if (m->recipients[i].outcome != OUTCOME_ACCEPTED) {
			if (count++ == 0)
				*first = &m->recipients[i];
		}
	return count;
}

/* Whose mail: "bob@example.net", "2 of 3 recipients", "the mail from <alice@example.org>". */
static void add_whose(struct line *l, const struct hearing *h, const struct message *m)
{
	const struct recipient *first = NULL;
	size_t count = m ? not_accepted(m, &first) : 0;

	if (!m)
		add(l, "the mail");
	else if (count == 1 && first->address)
		add_wire(l, h, first->address);
	else if (count > 1 && count == m->recipient_count)
		add(l, "all %zu recipients", count);
	else if (count > 1)
		add(l, "%zu of %zu recipients", count, m->recipient_count);
	else
		add(l, "the mail");
	if (m && count == 0 && m->mail_from && *m->mail_from) {
		add(l, " from ");
		add_wire(l, h, m->mail_from);
	}
}

static void add_code(struct line *l, const struct message *m)
{
	const struct recipient *first = NULL;
	unsigned code = m->code;
	const char *enhanced = m->enhanced;

	if (code < 400 && not_accepted(m, &first) && first->code >= 400) {
		code = first->code;
		enhanced = first->enhanced;
	}
	if (code >= 400)
		add(l, " (%u%s%s)", code, *enhanced ? " " : "", enhanced);
}

/* The outcome of the recipients that |m| was not accepted for, where they share one; otherwise that of |m|. */
static enum outcome outcome_of_rest(const struct message *m)
{
	const struct recipient *first = NULL;

	if (m->outcome != OUTCOME_ACCEPTED || !not_accepted(m, &first))
		return m->outcome;
	for (size_t i = 0; i < m->recipient_count; i++)
		if (m->recipients[i].outcome != OUTCOME_ACCEPTED && m->recipients[i].outcome != first->outcome)
			return OUTCOME_ACCEPTED;
	return first->outcome;
}

static void add_outcome(struct line *l, const struct hearing *h, const struct message *m, enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_REJECTED:
		add(l, "Rejected for ");
		break;
	case OUTCOME_DEFERRED:
		add(l, "Temporarily rejected for ");
		break;
	case OUTCOME_ABORTED:
		add(l, "Not sent for ");
		break;
	case OUTCOME_UNKNOWN:
		add(l, "Not confirmed for ");
		break;
	case OUTCOME_ACCEPTED:
		add(l, "Not accepted for ");
		break;
	}
	add_whose(l, h, m);
	if (m)
		add_code(l, m);
}

static const struct message *chosen(const struct hearing *h, size_t message)
{
	const struct session_facts *s = h->session;

	if (message)
		return &s->messages[message - 1];
	for (size_t i = 0; i < s->message_count; i++) {
		const struct recipient *first;

		if (s->messages[i].outcome != OUTCOME_ACCEPTED || not_accepted(&s->messages[i], &first))
			return &s->messages[i];
	}
	return NULL;
}

static void add_partial(struct line *l, const struct session_facts *s)
{
	size_t accepted = 0, all = 0;

	for (size_t i = 0; i < s->message_count; i++)
		for (size_t k = 0; k < s->messages[i].recipient_count; k++, all++)
			accepted += s->messages[i].recipients[k].outcome == OUTCOME_ACCEPTED;
	add(l, "Accepted for %zu of %zu recipients. ", accepted, all);
}

/* What the capture shows of how |m|, which nothing explains, ended. */
static void add_end(struct line *l, const struct hearing *h, const struct message *m)
{
	const struct session_facts *s = h->session;
	const struct ledger_close *close = &h->ledger->close;
	bool last = m && m == &s->messages[s->message_count - 1];

	if (m && m->outcome == OUTCOME_ABORTED && !last)
		add(l, "the client ended the transaction before it sent the message; ");
	else if (m && m->outcome == OUTCOME_ABORTED && close->seen)
		add(l, "the %s %s the connection before the message was sent; ",
		    close->side == DIR_CLIENT ? "client" : "server", close->reset ? "reset" : "closed");
	add(l, "the capture does not show why");
}

static void write_headline(struct wording *w, const struct hearing *h, size_t message,
			   const struct charge *cause)
{
	const struct session_facts *s = h->session;
	const struct message *m = chosen(h, message);
	struct line l = { .at = w->headline };

	if (!message && s->outcome == SESSION_NO_MAIL) {
		add(&l, "No mail was sent");
	} else {
		if (!message && s->outcome == SESSION_PARTIAL)
			add_partial(&l, s);
		add_outcome(&l, h, m,
			    m				    ? outcome_of_rest(m)
			    : s->outcome == SESSION_ABORTED ? OUTCOME_ABORTED
							    : OUTCOME_UNKNOWN);
	}
	add(&l, ": ");
	if (cause)
		add(&l, "%s", cause->finding.title);
	else
		add_end(&l, h, m);
}

static void add_unseen(struct verdict *v, unsigned visibility)
{
	static const struct {
		unsigned bit;
		const char *text;
	} texts[] = {
		{ VISIBILITY_MIDSTREAM, "The capture began after the connection was opened." },
		{ VISIBILITY_CLIENT_ONLY, "No packet of the server was captured." },
		{ VISIBILITY_SERVER_ONLY, "No packet of the client was captured." },
		{ VISIBILITY_GAP, "Packets are missing from the capture." },
		{ VISIBILITY_TRUNCATED_PACKETS, "Packets were cut by the snap length of the capture." },
		{ VISIBILITY_ENCRYPTED, "The dialogue inside TLS could not be read." },
		{ VISIBILITY_UNFINISHED, "The capture ends before the connection does." },
		{ VISIBILITY_EVICTED, "Memory ran out, and the session was dropped before its end." },
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (visibility & texts[i].bit && v->unseen_count < VERDICT_UNSEEN_MAX)
			v->unseen[v->unseen_count++] = texts[i].text;
}

/* A tcpdump line where another capture would show more. ICMP is part of it: routers report a path that drops packets. */
static void write_capture(struct wording *w, struct verdict *v, const struct hearing *h)
{
	const struct flow *flow = h->session->flow;
	char address[ADDR_TEXT_SIZE];

	if (!v->unseen_count && v->finding)
		return;
	addr_format(address, &flow->server.addr);
	snprintf(w->capture, sizeof w->capture,
		 "tcpdump -i any -s 0 -w mail.pcap 'host %s and (tcp port %u or icmp or icmp6)'", address,
		 flow->server.port);
	v->capture_next = w->capture;
}

/* Findings that the cause does not explain speak against it. */
static void write_against(struct wording *w, struct verdict *v, const struct hearing *h,
			  const struct charge *cause)
{
	for (size_t i = 0; cause && i < h->docket->count && v->against_count < VERDICT_AGAINST_MAX; i++) {
		const struct charge *c = h->docket->charges[i];
		struct line l = { .at = w->against[v->against_count] };

		if (c == cause || c->root || c->finding.severity == SEVERITY_INFO ||
		    strcmp(c->finding.id, cause->finding.id) == 0)
			continue;
		add(&l, "Not explained by it: %s", c->finding.title);
		if (c->finding.frame.number)
			add(&l, " (packet %llu)", (unsigned long long)c->finding.frame.number);
		add(&l, ".");
		v->against[v->against_count++] = l.at;
	}
}

void wording_fill(struct wording *w, struct verdict *v, const struct hearing *h, size_t message,
		  const struct charge *cause)
{
	write_headline(w, h, message, cause);
	v->headline = w->headline;
	v->advice =
	    cause
		? cause->finding.fix
		: "Capture the whole connection at the client or the server, and read the logs of both for this time.";
	add_unseen(v, h->session->visibility);
	write_against(w, v, h, cause);
	write_capture(w, v, h);
}
