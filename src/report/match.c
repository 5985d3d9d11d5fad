/* SPDX-License-Identifier: BSD-2-Clause */
#include "match.h"

#include "code_pattern.h"
#include "redact.h"
#include "server_name.h"
#include "verdict.h"
#include "wildcard.h"

#include <string.h>

enum {
	MET_CLIENT = 0x001,
	MET_SERVER = 0x002,
	MET_ENVELOPE = 0x004, /* sender and recipient, of one message */
	MET_CODE = 0x008,
	MET_CAUSE = 0x010,
	MET_LINE = 0x020,
	MET_QUEUE_ID = 0x040,
	MET_PERIOD = 0x080,
	MET_FINDINGS = 0x100,
	MET_FAILED = 0x200,

	REPLY_LINE_SIZE = 8192,
};

/* The given criteria, as bits. */
static unsigned needed(const struct criteria *c)
{
	unsigned bits = 0;

	bits |= c->client.addr.version ? MET_CLIENT : 0;
	bits |= c->server.addr.version || c->server_name ? MET_SERVER : 0;
	bits |= c->from || c->to ? MET_ENVELOPE : 0;
	bits |= c->code ? MET_CODE : 0;
	bits |= c->cause ? MET_CAUSE : 0;
	bits |= c->line ? MET_LINE : 0;
	bits |= c->queue_id ? MET_QUEUE_ID : 0;
	bits |= c->since != TSTAMP_NONE || c->until != TSTAMP_NONE ? MET_PERIOD : 0;
	bits |= c->only == REPORT_ONLY_FINDINGS ? MET_FINDINGS : 0;
	bits |= c->only == REPORT_ONLY_FAILED ? MET_FAILED : 0;
	return bits;
}

/************ the session ************/

/* The client of the connection, or the client that a proxy represents. */
static bool client_fits(const struct criteria *c, const struct session_facts *session)
{
	return network_has(&c->client, &session->flow->client.addr) ||
	       network_has(&c->client, &session_proxied(session)->client.addr);
}

static bool name_fits(const char *pattern, const char *text, size_t length)
{
	return text && length && wildcard_match(pattern, span_of(text, length));
}

/* The address of the connection; the name in the greeting, in the TLS hello, or requested from a proxy. */
static bool server_fits(const struct criteria *c, const struct session_facts *session)
{
	const char *sni = session_tls(session)->sni, *target = session_proxied(session)->target;
	struct span name = server_name(session);
	const char *colon = target ? strrchr(target, ':') : NULL;

	if (c->server.addr.version && !network_has(&c->server, &session->flow->server.addr))
		return false;
	if (!c->server_name)
		return true;
	return name_fits(c->server_name, (const char *)name.at, name.length) ||
	       name_fits(c->server_name, sni, sni ? strlen(sni) : 0) ||
	       name_fits(c->server_name, target,
			 colon	  ? (size_t)(colon - target)
			 : target ? strlen(target)
				  : 0);
}

/* Returns whether the session, as far as it is known, overlaps the period. */
static bool period_fits(const struct criteria *c, const struct session_facts *session)
{
	return (c->until == TSTAMP_NONE || session->flow->first.time <= c->until) &&
	       (c->since == TSTAMP_NONE || session->flow->last.time >= c->since);
}

/************ its messages ************/

static bool address_fits(const char *pattern, const char *address)
{
	return address && wildcard_match(pattern, span_text(address));
}

static bool envelope_fits(const struct criteria *c, const struct message *m)
{
	if (c->from && !address_fits(c->from, m->mail_from))
		return false;
	for (size_t i = 0; c->to && i < m->recipient_count; i++)
		if (address_fits(c->to, m->recipients[i].address))
			return true;
	return !c->to;
}

static void note_message(struct match *m, const struct criteria *c, const struct message *message)
{
	if ((c->from || c->to) && envelope_fits(c, message))
		m->met |= MET_ENVELOPE;
	if (c->queue_id && message->queue_id && strcmp(c->queue_id, message->queue_id) == 0)
		m->met |= MET_QUEUE_ID;
}

/************ its dialogue ************/

static void note_line(struct match *m, const struct criteria *c, const struct record *record,
		      struct span line, size_t secret_at, struct buf *scratch)
{
	if (m->met & MET_LINE)
		return;
	line = redact(scratch, record->event->session->secrets, line, secret_at);
	if (line_pattern_found(c->line, line))
		m->met |= MET_LINE;
}

/* Each line with its code, as the server sent it. */
static void note_reply_lines(struct match *m, const struct criteria *c, const struct record *record,
			     struct buf *scratch)
{
	const struct reply *reply = record->event->exchange->reply;
	struct buf line;

	buf_init(&line, REPLY_LINE_SIZE);
	for (size_t i = 0; i < reply->line_count && !(m->met & MET_LINE); i++) {
		buf_clear(&line);
		buf_format(&line, "%u%c", reply->code, i + 1 < reply->lines_seen ? '-' : ' ');
		buf_append(&line, reply->lines[i]);
		note_line(m, c, record, buf_span(&line), SIZE_MAX, scratch);
	}
	buf_finish(&line);
}

static void note_reply(struct match *m, const struct criteria *c, const struct record *record,
		       struct buf *scratch)
{
	const struct reply *reply = record->event->exchange->reply;
	char enhanced[ENHANCED_SIZE];

	enhanced_text(enhanced, &reply->enhanced);
	if (c->code && code_pattern_match(c->code, reply->code, enhanced))
		m->met |= MET_CODE;
	if (c->line)
		note_reply_lines(m, c, record, scratch);
}

static void note_event(struct match *m, const struct criteria *c, const struct record *record,
		       struct buf *scratch)
{
	const struct smtp_event *event = record->event;

	switch (event->kind) {
	case SMTP_REPLY:
		note_reply(m, c, record, scratch);
		break;
	case SMTP_COMMAND:
		if (c->line)
			note_line(m, c, record, event->command->line, event->command->secret_at, scratch);
		break;
	case SMTP_NOT_REPLY:
		if (c->line)
			note_line(m, c, record, event->line, SIZE_MAX, scratch);
		break;
	case SMTP_MESSAGE:
		note_message(m, c, event->message);
		break;
	case SMTP_ENDED:
		for (size_t i = 0; i < event->session->message_count; i++)
			note_message(m, c, &event->session->messages[i]);
		if (record->verdict && record->verdict->failed)
			m->met |= MET_FAILED;
		break;
	default:
		break;
	}
}

static void note_finding(struct match *m, const struct criteria *c, const struct finding *f)
{
	const char *cause = f->cause ? f->cause : "unknown";

	if (f->severity >= SEVERITY_WARNING)
		m->met |= MET_FINDINGS;
	if (c->cause && (strcmp(c->cause, f->id) == 0 || strcmp(c->cause, cause) == 0))
		m->met |= MET_CAUSE;
}

enum match_answer match_note(struct match *m, const struct criteria *c, const struct record *record,
			     struct buf *scratch)
{
	const struct session_facts *session = record->event->session;
	unsigned all = needed(c);

	if ((c->session && session->number != c->session) ||
	    (c->chooses && !c->chooses(c->chosen, session->flow)) ||
	    (c->until != TSTAMP_NONE && session->flow->first.time > c->until))
		return MATCH_NEVER;
	if (record->kind == RECORD_FINDING)
		note_finding(m, c, record->finding);
	else if (record->kind == RECORD_EVENT)
		note_event(m, c, record, scratch);
	if (record->findings[SEVERITY_WARNING] || record->findings[SEVERITY_ERROR])
		m->met |= MET_FINDINGS;
	if ((all & MET_CLIENT) && client_fits(c, session))
		m->met |= MET_CLIENT;
	if ((all & MET_SERVER) && server_fits(c, session))
		m->met |= MET_SERVER;
	if ((all & MET_PERIOD) && period_fits(c, session))
		m->met |= MET_PERIOD;
	return (m->met & all) == all ? MATCH_YES : MATCH_OPEN;
}
