/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_log: a line for each reply and finding as it happens, with its time and session, because sessions interleave; and a
 * line with the outcome of each session when it ends. For live use, and for grep.
 *   TIME #SESSION < reply, > command (verbose), ! finding, * event (verbose), = end of the session and its verdict
 *   TIME & story of several sessions
 * With |quiet|, only stories and the ends of sessions that failed or have a finding of warning or error.
 * Facts that become known late (the end of a session, a loss) have the time of the previous line, so that times never
 * decrease.
 */
#include "report.h"

#include "escape.h"
#include "figures.h"
#include "names.h"
#include "redact.h"
#include "remark.h"
#include "responsibility.h"
#include "story.h"
#include "verdict.h"
#include <stdlib.h>

enum {
	TEXT_COLUMNS = 1000, /* of a text from the wire */
	LINE_LIMIT = 64 * 1024,
	SCRATCH = 1024 * 1024,
	STORY_NAMED = 20, /* sessions of a story that are named */
};

struct report_log {
	struct report_config config;
	struct buf line, scratch;
	tstamp latest;	/* of the lines so far */
	tstamp stamped; /* whose text |stamp| holds, to the millisecond; TSTAMP_NONE: none */
	char stamp[TSTAMP_TEXT_SIZE];
};

enum hue { HUE_NONE, HUE_DIM, HUE_GREEN, HUE_YELLOW, HUE_RED };

static void *create(const struct report_config *config)
{
	struct report_log *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->config = *config;
	r->latest = r->stamped = TSTAMP_NONE;
	buf_init(&r->line, LINE_LIMIT);
	buf_init(&r->scratch, SCRATCH);
	return r;
}

/************ parts of a line ************/

static void put_line(struct report_log *r)
{
	buf_text(&r->line, "\n");
	output_write(r->config.out, r->line.at, r->line.length);
}

static void put(struct report_log *r, const char *text)
{
	buf_text(&r->line, text);
}

static void hue(struct report_log *r, enum hue hue)
{
	static const char *const codes[] = { "\x1b[0m", "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[1;31m" };

	if (r->config.color)
		put(r, codes[hue]);
}

/* Many lines share a millisecond, and converting it to a date is expensive. */
static void put_stamp(struct report_log *r, tstamp time)
{
	tstamp millisecond = time / TSTAMP_MILLISECOND;

	if (time < 0 || r->stamped != millisecond) {
		tstamp_format(r->stamp, time, 3);
		r->stamped = time < 0 ? TSTAMP_NONE : millisecond;
	}
	put(r, r->stamp);
}

/* Begins a line for something sent at |time|. */
static void begin(struct report_log *r, const struct record *record, tstamp time, const char *mark)
{
	if (r->latest < time)
		r->latest = time;
	buf_clear(&r->line);
	hue(r, HUE_DIM);
	put_stamp(r, time);
	put(r, " #");
	buf_number(&r->line, record->event->session->number);
	put(r, " ");
	hue(r, HUE_NONE);
	put(r, mark);
	put(r, " ");
}

/* Begins a line for an event; returns true if its time is later than |time|. */
static bool begin_late(struct report_log *r, const struct record *record, tstamp time, const char *mark)
{
	bool late = r->latest > time;
	/* At the precision that the line shows. */
	bool differs = late && r->latest / TSTAMP_MILLISECOND != time / TSTAMP_MILLISECOND;

	begin(r, record, late ? r->latest : time, mark);
	return differs;
}

static void put_wire(struct report_log *r, const struct record *record, struct span text, size_t secret_at)
{
	if (!r->config.show_secrets)
		text = redact(&r->scratch, record->event->session->secrets, text, secret_at);
	escape_append(&r->line, text, TEXT_COLUMNS);
}

/* A sentence of a finding; credentials were masked before wire text was inserted. */
static void put_sentence(struct report_log *r, const char *sentence)
{
	escape_append(&r->line, span_text(sentence), TEXT_COLUMNS);
}

static void put_ends(struct report_log *r, const struct session_facts *session)
{
	char client[FIGURE_SIZE], server[FIGURE_SIZE];

	figure_endpoint(client, &session->flow->client);
	figure_endpoint(server, &session->flow->server);
	put(r, client);
	put(r, " > ");
	put(r, server);
}

/************ lines ************/

/* What a reply answers: "MAIL", "connect", "the final dot". */
static const char *question(const struct report_log *r, const struct exchange *x)
{
	if (x->answers == ANSWERS_END_OF_DATA)
		return "end of data";
	if (x->answers == ANSWERS_AUTH_RESPONSE ||
	    (x->command && x->command->secret_at == 0 && !r->config.show_secrets))
		return "AUTH";
	if (x->command)
		return x->command->verb;
	return x->answers == ANSWERS_CONNECT ? "connect"
	       : x->answers == ANSWERS_NONE  ? "unsolicited"
					     : "command not captured";
}

static void reply(struct report_log *r, const struct record *record)
{
	const struct exchange *x = record->event->exchange;
	const struct reply *reply = x->reply;
	char figure[FIGURE_SIZE];

	begin(r, record, reply->frame.time, "<");
	hue(r, reply->code >= 500 ? HUE_RED : reply->code >= 400 ? HUE_YELLOW : HUE_GREEN);
	buf_number(&r->line, reply->code);
	hue(r, HUE_NONE);
	for (size_t i = 0; i < reply->line_count && r->line.length < LINE_LIMIT / 2; i++) {
		put(r, i ? " | " : " ");
		put_wire(r, record, reply->lines[i], SIZE_MAX);
	}
	if (reply->flags & REPLY_TRUNCATED)
		put(r, " (truncated)");
	hue(r, HUE_DIM);
	put(r, "  [");
	escape_append(&r->line, span_text(question(r, x)), 40);
	if (record->annotation && record->annotation->name) {
		put(r, ": ");
		put(r, record->annotation->name);
	}
	/* Less than that says nothing. */
	if (x->latency >= TSTAMP_MILLISECOND) {
		figure_duration(figure, x->latency);
		put(r, ", ");
		put(r, figure);
	}
	if (x->answers == ANSWERS_CONNECT) {
		put(r, ", ");
		put_ends(r, record->event->session);
	}
	put(r, "]");
	hue(r, HUE_NONE);
	put_line(r);
}

static void finding(struct report_log *r, const struct record *record)
{
	const struct finding *f = record->finding;
	tstamp time = f->frame.time;
	char of[TSTAMP_TEXT_SIZE];
	bool late;

	if (!f->frame.number && record->event->session->flow)
		time = record->event->session->flow->last.time;
	late = begin_late(r, record, time, "!");
	hue(r, f->severity == SEVERITY_ERROR	 ? HUE_RED
	       : f->severity == SEVERITY_WARNING ? HUE_YELLOW
						 : HUE_NONE);
	put(r, name_severity(f->severity));
	hue(r, HUE_NONE);
	buf_format(&r->line, " %s/%s (%s): ", f->id, f->cause ? f->cause : "unknown",
		   name_certainty(f->certainty));
	put_sentence(r, f->title ? f->title : f->id);
	if (f->why && *f->why) {
		put(r, ". ");
		put_sentence(r, f->why);
	}
	hue(r, HUE_DIM);
	put(r, "  [");
	put_ends(r, record->event->session);
	tstamp_format(of, time, 3);
	if (late)
		buf_format(&r->line, ", of %s", of);
	put(r, "]");
	hue(r, HUE_NONE);
	put_line(r);
}

static void command(struct report_log *r, const struct record *record)
{
	const struct command *c = record->event->command;

	begin(r, record, c->frame.time, ">");
	if (c->kind == COMMAND_END_OF_DATA)
		buf_format(&r->line, "end of data, %s%llu bytes",
			   c->flags & COMMAND_BYTES_ESTIMATED ? "about " : "",
			   (unsigned long long)c->body_bytes);
	else
		put_wire(r, record, c->line, c->secret_at);
	if (c->kind == COMMAND_BDAT)
		buf_format(&r->line, " (%llu bytes so far)", (unsigned long long)c->body_bytes);
	put_line(r);
}

static void remark(struct report_log *r, const struct record *record)
{
	struct buf text;

	buf_init(&text, LINE_LIMIT);
	if (remark_text(&text, record->event, false)) {
		begin_late(r, record, record->event->frame.time, "*");
		put_wire(r, record, buf_span(&text), SIZE_MAX);
		put_line(r);
	}
	buf_finish(&text);
}

static void put_count(struct report_log *r, uint64_t count, const char *one)
{
	char figure[FIGURE_SIZE];

	if (!count)
		return;
	figure_many(figure, count, one, strcmp(one, "reply") == 0 ? "replies" : NULL);
	put(r, ", ");
	put(r, figure);
}

static void opened(struct report_log *r, const struct record *record)
{
	begin_late(r, record, record->event->session->flow->first.time, "*");
	put(r, "connection ");
	put_ends(r, record->event->session);
	put_line(r);
}

/* "sender@example.org to bob@example.net +2, " of the first message that was not accepted, otherwise of the first. */
static void put_envelope(struct report_log *r, const struct record *record)
{
	const struct session_facts *s = record->event->session;
	const struct message *m = s->message_count ? &s->messages[0] : NULL;

	for (size_t i = 0; i < s->message_count && m->outcome == OUTCOME_ACCEPTED; i++)
		if (s->messages[i].outcome != OUTCOME_ACCEPTED)
			m = &s->messages[i];
	if (!m || !m->mail_from)
		return;
	put_wire(r, record, span_text(*m->mail_from ? m->mail_from : "<>"), SIZE_MAX);
	if (m->recipient_count && m->recipients[0].address) {
		put(r, " to ");
		put_wire(r, record, span_text(m->recipients[0].address), SIZE_MAX);
	}
	if (message_recipients(m) > 1)
		buf_format(&r->line, " +%llu", (unsigned long long)(message_recipients(m) - 1));
	put(r, ", ");
}

/* How long it took, and what was seen of it. */
static void put_figures(struct report_log *r, const struct record *record, bool late)
{
	const struct session_facts *s = record->event->session;
	char figure[FIGURE_SIZE], last[TSTAMP_TEXT_SIZE];

	figure_duration(figure, s->flow->last.time - s->flow->first.time);
	put(r, ", ");
	put(r, name_protocol(s->protocol));
	put(r, ", ");
	put(r, figure);
	tstamp_format(last, s->flow->last.time, 3);
	if (late)
		buf_format(&r->line, " until %s", last);
	if (s->protocol == PROTOCOL_NONE)
		buf_format(&r->line, ", %s", name_opened(s->flow->opened));
	put_count(r, s->reply_count, "reply");
	put_count(r, s->messages_omitted + s->message_count, "message");
	put_count(r, record->findings[SEVERITY_WARNING] + record->findings[SEVERITY_ERROR], "finding");
	for (unsigned i = 0; i < NAME_VISIBILITY_BITS; i++)
		if (s->visibility & (1U << i))
			buf_format(&r->line, ", %s", name_visibility(i));
}

/* Why it failed, and on whose side. */
static void put_why(struct report_log *r, const struct record *record, bool late)
{
	const struct verdict *v = record->verdict;
	char last[TSTAMP_TEXT_SIZE];

	put(r, ". ");
	put_sentence(r, v->headline);
	hue(r, HUE_DIM);
	tstamp_format(last, record->event->session->flow->last.time, 3);
	if (late)
		buf_format(&r->line, " (ended %s)", last);
	buf_format(&r->line, "  [%s%s%s, %s]", v->id, v->cause ? "/" : "", v->cause ? v->cause : "",
		   responsible_words(v->responsible));
	hue(r, HUE_NONE);
}

/* The end of a session: sender, recipient and reason if it failed, otherwise its figures. */
static void verdict(struct report_log *r, const struct record *record)
{
	const struct session_facts *s = record->event->session;
	static const enum hue hues[] = { [SESSION_NO_MAIL] = HUE_NONE,	 [SESSION_DELIVERED] = HUE_GREEN,
					 [SESSION_PARTIAL] = HUE_YELLOW, [SESSION_DEFERRED] = HUE_YELLOW,
					 [SESSION_REJECTED] = HUE_RED,	 [SESSION_ABORTED] = HUE_YELLOW,
					 [SESSION_UNKNOWN] = HUE_NONE };
	bool late = begin_late(r, record, s->flow->last.time, "=");

	hue(r, hues[s->outcome]);
	put(r, name_session_outcome(s->outcome));
	hue(r, HUE_NONE);
	put(r, ": ");
	put_envelope(r, record);
	put_ends(r, s);
	if (record->verdict && record->verdict->headline)
		put_why(r, record, late);
	else
		put_figures(r, record, late);
	put_line(r);
}

/* A story has no time of its own: the line begins with that of the newest line. */
static void story(void *report, const struct story *s)
{
	struct report_log *r = report;

	buf_clear(&r->line);
	hue(r, HUE_DIM);
	if (r->latest != TSTAMP_NONE)
		put_stamp(r, r->latest);
	hue(r, HUE_NONE);
	put(r, " & ");
	put(r, s->name);
	put(r, ": ");
	put_sentence(r, s->headline);
	put(r, " ");
	put_sentence(r, s->advice);
	hue(r, HUE_DIM);
	put(r, "  [");
	for (size_t i = 0; i < s->attempt_count && i < STORY_NAMED; i++)
		buf_format(&r->line, "%s#%llu", i ? " " : "", (unsigned long long)s->attempts[i].session);
	if (s->attempt_count > STORY_NAMED)
		buf_format(&r->line, " and %zu more", s->attempt_count - STORY_NAMED);
	put(r, "]");
	hue(r, HUE_NONE);
	put_line(r);
}

static void record(void *report, const struct record *record)
{
	struct report_log *r = report;

	if (r->config.quiet) {
		if (record->kind == RECORD_EVENT && record->event->kind == SMTP_ENDED &&
		    report_noteworthy(record))
			verdict(r, record);
		return;
	}
	if (record->kind == RECORD_FINDING) {
		finding(r, record);
		return;
	}
	switch (record->event->kind) {
	case SMTP_REPLY:
		reply(r, record);
		break;
	case SMTP_ENDED:
		verdict(r, record);
		break;
	case SMTP_COMMAND:
		if (r->config.verbose)
			command(r, record);
		break;
	case SMTP_OPENED:
		if (r->config.verbose)
			opened(r, record);
		break;
	case SMTP_NOT_REPLY:
		begin(r, record, record->event->frame.time, "<");
		put_wire(r, record, record->event->line, SIZE_MAX);
		put(r, "  [no reply]");
		put_line(r);
		break;
	default:
		if (r->config.verbose)
			remark(r, record);
		break;
	}
}

static void summary(void *report, const struct report_summary *s)
{
	struct report_log *r = report;
	char figure[FIGURE_SIZE];

	if (r->config.quiet)
		return;
	buf_clear(&r->line);
	figure_many(figure, s->packets, "packet", NULL);
	buf_format(&r->line, "= %s", figure);
	put_count(r, s->sessions, "session");
	put_count(r, s->replies, "reply");
	put_count(r, s->findings[SEVERITY_ERROR], "error");
	put_count(r, s->findings[SEVERITY_WARNING], "warning");
	if (s->dropped_known && s->dropped_packets) {
		figure_many(figure, s->dropped_packets, "packet", NULL);
		buf_format(&r->line, ", %s lost by the capture", figure);
	}
	if (s->evicted_sessions) {
		figure_many(figure, s->evicted_sessions, "session", NULL);
		buf_format(&r->line, ", %s dropped early to limit memory", figure);
	}
	for (size_t i = 0; i < s->error_count; i++) {
		put(r, i ? ", " : "; ");
		escape_append(&r->line, span_text(s->errors[i]), TEXT_COLUMNS);
	}
	put_line(r);
}

static void destroy(void *report)
{
	struct report_log *r = report;

	if (!r)
		return;
	buf_finish(&r->line);
	buf_finish(&r->scratch);
	free(r);
}

const struct report_format report_log = {
	.name = "log",
	.create = create,
	.record = record,
	.story = story,
	.summary = summary,
	.destroy = destroy,
};
