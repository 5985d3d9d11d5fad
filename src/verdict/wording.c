/* SPDX-License-Identifier: BSD-2-Clause */
#include "wording.h"

#include "redact.h"
#include "server_name.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NAME_KEPT = 120 };

/* Text that grows in an array of WORDING_LINE_MAX bytes; what does not fit is left out. */
struct line {
	char *at;
	size_t length;
};

static void add_span(struct line *l, struct span text)
{
	size_t room = WORDING_LINE_MAX - 1 - l->length, length = text.length < room ? text.length : room;

	memcpy(l->at + l->length, text.at, length);
	l->length += length;
	l->at[l->length] = 0;
}

static void add_text(struct line *l, const char *text)
{
	add_span(l, span_text(text));
}

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
	add_span(l, span_first(shown, NAME_KEPT));
	buf_finish(&scratch);
}

/* The recipients that a message was not accepted for. */
struct losers {
	const struct recipient *first; /* of those that are kept, and that the cause is about; NULL: none is kept */
	size_t count;		       /* those that got the same reply as |first|, */
	size_t others;		       /* and those that did not */
};

static bool same_reply(const struct recipient *a, const struct recipient *b)
{
	return a->code == b->code && strcmp(a->enhanced, b->enhanced) == 0;
}

static struct losers losers_of(const struct message *m, const struct charge *cause)
{
	const char *named = cause ? cause->finding.recipient : NULL;
	struct losers l = { 0 };

	if (!m)
		return l;
	for (size_t i = 0; i < m->recipient_count; i++) {
		const struct recipient *r = &m->recipients[i];

		if (r->outcome == OUTCOME_ACCEPTED)
			continue;
		l.count++;
		if (!l.first ||
		    (named && r->address && strcmp(r->address, named) == 0 && !same_reply(r, l.first)))
			l.first = r;
	}
	for (size_t i = 0; named && i < m->recipient_count; i++)
		if (m->recipients[i].outcome != OUTCOME_ACCEPTED && !same_reply(&m->recipients[i], l.first))
			l.others++;
	l.count += message_omitted(m) - message_omitted_with(m, OUTCOME_ACCEPTED) - l.others;
	return l;
}

/* Whose mail: "bob@example.net", "bob@example.net and 2 more", "the mail from alice@example.org". */
static void add_whose(struct line *l, const struct hearing *h, const struct message *m,
		      const struct losers *losers)
{
	const struct recipient *first = losers->first;
	size_t count = losers->count;

	if (first && first->address) {
		add_wire(l, h, first->address);
		if (count > 1)
			add(l, " and %zu more", count - 1);
	} else if (count) {
		add(l, "%zu recipient%s", count, count == 1 ? "" : "s");
	} else {
		add_text(l, "the mail");
	}
	if (m && count == 0 && m->mail_from && *m->mail_from) {
		add_text(l, " from ");
		add_wire(l, h, m->mail_from);
	}
}

/* The server's name, otherwise its address. */
static void add_server(struct line *l, const struct hearing *h)
{
	struct span name = server_name(h->session);
	char text[SERVER_NAME_MAX + 1];

	if (name.length) {
		snprintf(text, sizeof text, "%.*s", (int)name.length, (const char *)name.at);
		add_wire(l, h, text);
		return;
	}
	addr_format(text, &h->session->flow->server.addr);
	add_text(l, text);
}

static void add_code(struct line *l, const struct message *m, const struct losers *losers)
{
	const struct recipient *first = losers->first;
	unsigned code = m->code;
	const char *enhanced = m->enhanced;

	if (first && first->code >= 400 && (code < 400 || losers->others)) {
		code = first->code;
		enhanced = first->enhanced;
	}
	if (code >= 400)
		add(l, " (%u%s%s)", code, *enhanced ? " " : "", enhanced);
}

/* The outcome of the recipients that |m| was not accepted for, where they share one; otherwise that of |m|. */
static enum outcome outcome_of_rest(const struct message *m)
{
	const struct recipient *first = losers_of(m, NULL).first;

	if (m->outcome != OUTCOME_ACCEPTED || !first)
		return m->outcome;
	for (size_t i = 0; i < m->recipient_count; i++)
		if (m->recipients[i].outcome != OUTCOME_ACCEPTED && m->recipients[i].outcome != first->outcome)
			return OUTCOME_ACCEPTED;
	return first->outcome;
}

/* "Rejected by mx.example.net for bob@example.net (550 5.1.1)" */
static void add_outcome(struct line *l, const struct hearing *h, const struct verdict *v,
			const struct message *m, enum outcome outcome, const struct losers *losers)
{
	static const char *const words[] = { [OUTCOME_UNKNOWN] = "Not confirmed by ",
					     [OUTCOME_ACCEPTED] = "Not accepted by ",
					     [OUTCOME_DEFERRED] = "Temporarily rejected by ",
					     [OUTCOME_REJECTED] = "Rejected by ",
					     [OUTCOME_ABORTED] = "Not sent to " };
	add_text(l, words[outcome]);
	add_server(l, h);
	add_text(l, " for ");
	add_whose(l, h, m, losers);
	if (m)
		add_code(l, m, losers);
	/* Where nothing explains it, its end is described. */
	if (outcome == OUTCOME_ABORTED && v->broken_off_by && v->finding)
		add(l, ", aborted by the %s", v->broken_off_by);
}

static const struct message *chosen(const struct hearing *h, size_t message)
{
	const struct session_facts *s = h->session;

	if (message)
		return &s->messages[message - 1];
	for (size_t i = 0; i < s->message_count; i++)
		if (!message_is_wholly_accepted(&s->messages[i]))
			return &s->messages[i];
	return NULL;
}

static void add_partial(struct line *l, const struct session_facts *s)
{
	size_t accepted = 0, all = 0;

	/* How many recipients the others had is not known. */
	if (s->messages_omitted) {
		add_text(l, "Accepted for some of the recipients. ");
		return;
	}
	for (size_t i = 0; i < s->message_count; i++) {
		const struct message *m = &s->messages[i];

		for (size_t k = 0; k < m->recipient_count; k++)
			accepted += m->recipients[k].outcome == OUTCOME_ACCEPTED;
		accepted += message_omitted_with(m, OUTCOME_ACCEPTED);
		all += message_recipients(m);
	}
	add(l, "Accepted for %zu of %zu recipients. ", accepted, all);
}

/* What the capture shows of how |m|, which nothing explains, ended. */
static void add_end(struct line *l, const struct hearing *h, const struct message *m)
{
	const struct session_facts *s = h->session;
	const struct ledger_close *close = &h->ledger->end->close;
	bool last = m && m == &s->messages[s->message_count - 1];

	if (m && m->outcome == OUTCOME_ABORTED && !last)
		add_text(l, "the client ended the transaction before it sent the message; ");
	else if (m && m->outcome == OUTCOME_ABORTED && close->seen)
		add(l, "the %s %s the connection before the message was sent; ",
		    close->side == DIR_CLIENT ? "client" : "server", close->reset ? "reset" : "closed");
	add_text(l, "the capture does not show why");
}

/* The side that ended the session, or what it was about, before the mail was sent; NULL: not known. */
static const char *breaker(const struct hearing *h, const struct charge *cause)
{
	static const char *const of_server[] = { "unexpected-221", "server-closing", "closed-without-reply" };
	const struct ledger_close *close = &h->ledger->end->close;

	for (size_t i = 0; cause && i < sizeof of_server / sizeof *of_server; i++)
		if (strcmp(cause->finding.id, of_server[i]) == 0)
			return "server";
	if (h->ledger->quit)
		return "client";
	if (!close->seen || close->foreign || (cause && strcmp(cause->finding.id, "foreign-reset") == 0))
		return NULL;
	return close->side == DIR_CLIENT ? "client" : "server";
}

/* What the cause is called. A server that ends the session may say why in the same reply. */
static const char *title_of(const struct hearing *h, const struct charge *cause)
{
	if (strcmp(cause->finding.id, "server-closing") != 0 || strcmp(cause->finding.cause, "unknown") != 0)
		return cause->finding.title;
	for (size_t i = 0; i < h->docket->count; i++) {
		const struct finding *f = &h->docket->charges[i]->finding;

		if (strcmp(f->id, "delivery-failed") == 0 && f->code && f->reply == cause->finding.reply &&
		    strcmp(f->cause, "unspecified") != 0 && strcmp(f->cause, "network") != 0)
			return f->title;
	}
	return cause->finding.title;
}

static void write_headline(struct wording *w, const struct verdict *v, const struct hearing *h,
			   size_t message, const struct charge *cause)
{
	const struct session_facts *s = h->session;
	const struct message *m = chosen(h, message);
	struct losers losers = losers_of(m, cause);
	struct line l = { .at = w->headline };

	if (!message && s->outcome == SESSION_NO_MAIL) {
		add_text(&l, "No mail was sent to ");
		add_server(&l, h);
	} else {
		if (!message && s->outcome == SESSION_PARTIAL)
			add_partial(&l, s);
		add_outcome(&l, h, v, m,
			    m				    ? outcome_of_rest(m)
			    : s->outcome == SESSION_ABORTED ? OUTCOME_ABORTED
							    : OUTCOME_UNKNOWN,
			    &losers);
	}
	add_text(&l, ": ");
	if (cause)
		add_text(&l, title_of(h, cause));
	else
		add_end(&l, h, m);
	if (losers.others)
		add(&l, ". %zu more recipient%s did not get the mail", losers.others,
		    losers.others == 1 ? "" : "s");
}

static void add_unseen(struct verdict *v, unsigned visibility, bool transcript)
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

	if (transcript) {
		v->unseen[v->unseen_count++] = "A text shows no times, packets or acknowledgements.";
		if (visibility & VISIBILITY_UNFINISHED)
			v->unseen[v->unseen_count++] = "The text ends before the session does.";
		return;
	}
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (visibility & texts[i].bit && v->unseen_count < VERDICT_UNSEEN_MAX)
			v->unseen[v->unseen_count++] = texts[i].text;
}

/* A tcpdump line where another capture would show more. ICMP is part of it: routers report a path that drops packets. */
static void write_capture(struct wording *w, struct verdict *v, const struct hearing *h)
{
	const struct flow *flow = h->session->flow;
	char address[ADDR_TEXT_SIZE];

	if ((!v->unseen_count && v->finding) || flow->transcript)
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
		add_text(&l, ".");
		v->against[v->against_count++] = l.at;
	}
}

void wording_fill(struct wording *w, struct verdict *v, const struct hearing *h, size_t message,
		  const struct charge *cause)
{
	if (message ? h->session->messages[message - 1].outcome == OUTCOME_ABORTED
		    : h->session->outcome == SESSION_ABORTED)
		v->broken_off_by = breaker(h, cause);
	write_headline(w, v, h, message, cause);
	v->headline = w->headline;
	v->advice =
	    cause
		? cause->finding.fix
		: "Capture the whole connection at the client or the server, and read the logs of both for this time.";
	add_unseen(v, h->session->visibility, h->session->flow->transcript);
	write_against(w, v, h, cause);
	write_capture(w, v, h);
}
