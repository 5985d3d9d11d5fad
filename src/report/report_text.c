/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_text: the report for people: a block for each session when it ends, and a summary. Until then its
 * dialogue is kept (dialogue.h). The memory of all dialogues is bounded here: if it is exceeded, the oldest
 * sessions lose their middle.
 */
#include "report.h"

#include "dialogue.h"
#include "dialogue_page.h"
#include "figures.h"
#include "names.h"
#include "redact.h"
#include "remark.h"
#include "session_page.h"
#include "summary_page.h"
#include "verdict_page.h"
#include <stdlib.h>

enum {
	SUM_LIMIT = 64 * 1024 * 1024, /* bytes of all dialogues */
	TRIMMED = 8 * 1024,	      /* what is left of a trimmed one */
	SCRATCH = 1024 * 1024,
	FINDING_TEXT_KEPT = 1200,
	SILENT_SHOWN = 3, /* consecutive silent sessions that are shown before they are only counted */
};

/* An open session. */
struct talk {
	struct talk *older, *newer;
	struct dialogue dialogue;
	struct tally tally; /* counts of its findings, until it is known whether it is shown */
	size_t counted;	    /* bytes of the dialogue counted in the sum */
	tstamp body_start;  /* when the message could begin, TSTAMP_NONE: no message is open */
};

/* Consecutive sessions with the same result: not answered, or connection refused. */
struct silent_run {
	struct endpoint server;
	enum flow_opened opened;
	unsigned shown;
	uint64_t folded, first, last; /* how many are not shown, and their numbers */
};

struct report_text {
	struct report_config config;
	struct page page;
	struct buf scratch;
	struct talk *oldest, *newest;
	size_t sum;
	struct tally tally;
	struct silent_run run;
	uint64_t blocks;
	bool memory_short;
};

static void *create(const struct report_config *config)
{
	struct report_text *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->config = *config;
	page_init(&r->page, config->out, config->color, config->width);
	buf_init(&r->scratch, SCRATCH);
	return r;
}

static void join(struct report_text *r, struct talk *t)
{
	t->older = r->newest;
	t->newer = NULL;
	*(r->newest ? &r->newest->newer : &r->oldest) = t;
	r->newest = t;
}

static void leave(struct report_text *r, struct talk *t)
{
	*(t->older ? &t->older->newer : &r->oldest) = t->newer;
	*(t->newer ? &t->newer->older : &r->newest) = t->older;
}

static struct talk *talk_of(struct report_text *r, const struct record *record)
{
	struct talk *t = *record->attachment;

	if (t)
		return t;
	t = calloc(1, sizeof *t);
	if (!t) {
		r->memory_short = true;
		return NULL;
	}
	t->body_start = TSTAMP_NONE;
	join(r, t);
	*record->attachment = t;
	return t;
}

static void forget(struct report_text *r, struct talk *t)
{
	leave(r, t);
	r->sum -= t->counted;
	dialogue_finish(&t->dialogue);
	tally_finish(&t->tally);
	free(t);
}

/* Keeps the sum of all dialogues within its bound. A trimmed session moves to the end of the queue. */
static void account(struct report_text *r, struct talk *t)
{
	size_t left = TRIMMED;
	struct talk *first = NULL;

	r->sum = r->sum - t->counted + t->dialogue.bytes;
	t->counted = t->dialogue.bytes;
	while (r->sum > SUM_LIMIT && r->oldest) {
		struct talk *give = r->oldest;
		if (give == first) {
			if (left == 0)
				break;
			left = 0;
		}
		if (!first)
			first = give;
		dialogue_trim(&give->dialogue, left);
		r->sum = r->sum - give->counted + give->dialogue.bytes;
		give->counted = give->dialogue.bytes;
		leave(r, give);
		join(r, give);
	}
}

static const struct secret_set *secrets(const struct report_text *r, const struct record *record)
{
	return r->config.show_secrets ? NULL : record->event->session->secrets;
}

static struct span hidden(struct report_text *r, const struct record *record, struct span text, size_t secret_at)
{
	return r->config.show_secrets ? text : redact(&r->scratch, secrets(r, record), text, secret_at);
}

static void add_command(struct report_text *r, struct talk *t, const struct record *record)
{
	const struct command *c = record->event->command;
	struct span line = hidden(r, record, c->line, c->secret_at);
	struct entry *e;

	e = entry_create(c->kind == COMMAND_END_OF_DATA ? ENTRY_BODY : ENTRY_COMMAND, &c->frame, line);
	if (!e)
		return;
	memcpy(e->verb, c->verb, sizeof e->verb);
	e->verb[sizeof e->verb - 1] = 0;
	if (c->secret_at == 0 && !r->config.show_secrets)
		memcpy(e->verb, "AUTH", sizeof "AUTH");
	e->end = c->end;
	e->body_text = c->flags & COMMAND_BODY_TEXT;
	e->truncated = c->flags & (COMMAND_CUT | COMMAND_UNFINISHED);
	e->bytes = c->kind == COMMAND_BDAT || c->kind == COMMAND_END_OF_DATA ? c->body_bytes : 0;
	if (c->kind == COMMAND_END_OF_DATA && t->body_start != TSTAMP_NONE)
		e->latency = c->frame.time - t->body_start;
	if (c->kind == COMMAND_END_OF_DATA)
		t->body_start = TSTAMP_NONE;
	dialogue_add(&t->dialogue, e);
}

/* The lines of a reply joined by LF, with credentials masked, up to what an entry keeps. */
static void join_lines(struct report_text *r, const struct record *record, struct buf *text, bool *more)
{
	const struct reply *reply = record->event->exchange->reply;

	for (size_t i = 0; i < reply->line_count && text->length < ENTRY_TEXT_KEPT; i++) {
		if (i)
			buf_text(text, "\n");
		buf_append(text, hidden(r, record, reply->lines[i], SIZE_MAX));
		*more = i + 1 < reply->lines_seen;
	}
}

static void keep_recipient(struct report_text *r, const struct record *record, struct entry *e,
			   const char *recipient)
{
	struct span text = span_first(hidden(r, record, span_text(recipient), SIZE_MAX), ENTRY_RECIPIENT_KEPT);

	if (!text.length)
		return;
	e->recipient = strndup((const char *)text.at, text.length);
	e->size += (uint32_t)text.length + 1;
}

static void add_reply(struct report_text *r, struct talk *t, const struct record *record)
{
	const struct exchange *x = record->event->exchange;
	const struct reply *reply = x->reply;
	const struct entry *last = t->dialogue.last;
	struct buf text;
	bool more = false;
	struct entry *e;

	buf_init(&text, SCRATCH);
	join_lines(r, record, &text, &more);
	e = entry_create(ENTRY_REPLY, &reply->frame, buf_span(&text));
	buf_finish(&text);
	if (!e)
		return;
	e->code = reply->code;
	e->more_lines = more;
	e->truncated = reply->flags & REPLY_TRUNCATED;
	e->answers = x->answers;
	e->latency = x->latency;
	e->name = record->annotation ? record->annotation->name : NULL;
	enhanced_text(e->enhanced, &reply->enhanced);
	if (x->answers == ANSWERS_CONNECT)
		e->direct = true;
	if (x->to_tls_hello)
		memcpy(e->verb, "TLS hello", sizeof "TLS hello");
	if (x->recipient)
		keep_recipient(r, record, e, x->recipient);
	if (x->command) {
		memcpy(e->verb, x->command->verb, sizeof e->verb);
		e->verb[sizeof e->verb - 1] = 0;
		if (x->command->secret_at == 0 && !r->config.show_secrets)
			memcpy(e->verb, "AUTH", sizeof "AUTH");
		e->question = x->command->frame;
		e->direct = last && (last->kind == ENTRY_COMMAND || last->kind == ENTRY_BODY) &&
			    last->frame.number == e->question.number && last->frame.file == e->question.file &&
			    last->end == x->command->end && strcmp(last->verb, e->verb) == 0;
		e->capabilities =
		    reply->code == 250 && (strcmp(e->verb, "EHLO") == 0 || strcmp(e->verb, "LHLO") == 0);
		if (reply->code == 354)
			t->body_start = reply->frame.time;
	}
	dialogue_add(&t->dialogue, e);
}

/* Returns whether the event's packet is older than the last line. */
static bool overtaken(const struct talk *t, const struct smtp_event *event)
{
	const struct entry *last = t->dialogue.last;

	return last && last->frame.number && last->frame.time > event->frame.time;
}

static void add_event(struct report_text *r, struct talk *t, const struct record *record)
{
	const struct smtp_event *event = record->event;
	struct buf text;
	struct entry *e;
	const char *kind;

	if (event->kind == SMTP_COMMAND) {
		add_command(r, t, record);
	} else if (event->kind == SMTP_REPLY) {
		add_reply(r, t, record);
	} else if (event->kind == SMTP_NOT_REPLY) {
		dialogue_add(&t->dialogue, entry_create(ENTRY_LINE, &event->frame,
							hidden(r, record, event->line, SIZE_MAX)));
	} else if (event->kind == SMTP_MESSAGE) {
		dialogue_end_message(&t->dialogue);
	} else {
		buf_init(&text, SCRATCH);
		kind = remark_text(&text, event, r->config.several_inputs);
		if (kind) {
			e = entry_create(ENTRY_REMARK, &event->frame,
					 hidden(r, record, buf_span(&text), SIZE_MAX));
			if (e)
				snprintf(e->verb, sizeof e->verb, "%s", kind);
			/* A loss has no time; TLS is reported when the agreement is seen. */
			if (e && (event->kind == SMTP_UNANSWERED ||
				  (event->kind == SMTP_TLS && overtaken(t, event))))
				e->frame = (struct frame_ref){ 0 };
			dialogue_add(&t->dialogue, e);
		}
		buf_finish(&text);
	}
}

static void add_finding(struct talk *t, const struct record *record)
{
	const struct finding *f = record->finding;
	const char *const texts[FINDING_TEXTS] = { f->title, f->why, f->fix, f->reference, f->id, f->cause };
	struct buf text;
	struct entry *e;

	buf_init(&text, SCRATCH);
	for (unsigned i = 0; i < FINDING_TEXTS; i++) {
		const char *one = texts[i] ? texts[i] : i == FINDING_CAUSE ? "unknown" : "";

		/* Credentials were masked before wire text was inserted into the sentence. */
		buf_append(&text, span_first(span_text(one), FINDING_TEXT_KEPT));
		buf_append(&text, span_of("", 1));
	}
	e = entry_create(ENTRY_FINDING, &f->frame, buf_span(&text));
	buf_finish(&text);
	if (!e)
		return;
	e->number = f->number;
	e->severity = f->severity;
	e->certainty = f->certainty;
	dialogue_add_finding(&t->dialogue, e, f->root);
}

/* One line at the end of the report. */
static void count_finding(struct report_text *r, struct talk *t, const struct record *record)
{
	const struct finding *f = record->finding;

	tally_add(t ? &t->tally : &r->tally, record->event->session->number, f,
		  span_text(f->title ? f->title : f->id));
}

/* Ends a run of silent sessions. */
static void end_run(struct report_text *r)
{
	struct silent_run *run = &r->run;
	struct page *p = &r->page;
	char count[FIGURE_SIZE], server[FIGURE_SIZE], text[4 * FIGURE_SIZE];

	if (run->folded) {
		figure_many(count, run->folded, "session", NULL);
		figure_endpoint(server, &run->server);
		snprintf(text, sizeof text, "… %s more like this, to %s (from %llu to %llu)", count, server,
			 (unsigned long long)run->first, (unsigned long long)run->last);
		page_newline(p);
		page_to(p, 2);
		page_wrap_text(p, text, 2);
		page_newline(p);
	}
	*run = (struct silent_run){ 0 };
}

/* Returns whether this is another session of a run, which needs no block. */
static bool silent(struct report_text *r, const struct session_facts *session)
{
	struct silent_run *run = &r->run;
	const struct flow *flow = session->flow;

	if (session->protocol != PROTOCOL_NONE) {
		end_run(r);
		return false;
	}
	if (run->shown && (run->opened != flow->opened || !endpoint_equal(&run->server, &flow->server)))
		end_run(r);
	run->server = flow->server;
	run->opened = flow->opened;
	if (run->shown < SILENT_SHOWN) {
		run->shown++;
		return false;
	}
	if (run->folded++ == 0)
		run->first = session->number;
	run->last = session->number;
	return true;
}

/* If a whole side was not captured, the heading says so; a line for each gap would be noise. */
static const char *unseen_side(const struct session_facts *session)
{
	if (session->visibility & VISIBILITY_SERVER_ONLY)
		return REMARK_GAP_CLIENT;
	return session->visibility & VISIBILITY_CLIENT_ONLY ? REMARK_GAP_SERVER : NULL;
}

static void write_block(struct report_text *r, struct talk *t, const struct record *record)
{
	const struct session_facts *session = record->event->session;
	struct page *p = &r->page;

	if (t)
		tally_join(&r->tally, &t->tally);
	if (silent(r, session))
		return;
	if (r->blocks++)
		page_newline(p);
	session_page_head(p, record, secrets(r, record));
	if (record->verdict)
		verdict_page(p, record->verdict);
	if (record->verdict && record->verdict->failed)
		verdict_page_times(p, record->ledger);
	if (session->protocol == PROTOCOL_NONE) {
		if (t)
			dialogue_page_findings(p, &t->dialogue, r->config.several_inputs);
		return;
	}
	page_newline(p);
	if (t)
		dialogue_page(p, &t->dialogue, session->flow->first.time, r->config.several_inputs,
			      unseen_side(session));
	if (session->message_count)
		page_newline(p);
	session_page_messages(p, session, secrets(r, record));
}

static void record(void *report, const struct record *record)
{
	struct report_text *r = report;
	struct talk *t;

	t = talk_of(r, record);
	if (record->kind == RECORD_FINDING)
		count_finding(r, t, record);
	if (t && record->kind == RECORD_FINDING && r->config.held)
		dialogue_settle_finding(&t->dialogue, record->finding);
	else if (t && record->kind != RECORD_EVENT)
		add_finding(t, record);
	else if (t && record->event->kind != SMTP_ENDED)
		add_event(r, t, record);
	if (record->kind == RECORD_EVENT && record->event->kind == SMTP_ENDED) {
		write_block(r, t, record);
		if (t)
			forget(r, t);
		*record->attachment = NULL;
	} else if (t) {
		account(r, t);
	}
}

static void story(void *report, const struct story *s)
{
	struct report_text *r = report;

	end_run(r);
	if (r->blocks++)
		page_newline(&r->page);
	verdict_page_story(&r->page, s);
}

static void drop(void *report, const struct record *record)
{
	if (*record->attachment)
		forget(report, *record->attachment);
	*record->attachment = NULL;
}

static void summary(void *report, const struct report_summary *s)
{
	struct report_text *r = report;

	end_run(r);
	if (r->blocks)
		page_newline(&r->page);
	summary_page(&r->page, &r->config, s, &r->tally);
	if (r->memory_short) {
		page_put(&r->page, "Not enough memory: some sessions are shown without their dialogue.");
		page_newline(&r->page);
	}
}

static void destroy(void *report)
{
	struct report_text *r = report;

	if (!r)
		return;
	while (r->oldest)
		forget(r, r->oldest);
	tally_finish(&r->tally);
	page_finish(&r->page);
	buf_finish(&r->scratch);
	free(r);
}

const struct report_format report_text = {
	.name = "text",
	.create = create,
	.record = record,
	.story = story,
	.wants_raised = true,
	.drop = drop,
	.summary = summary,
	.destroy = destroy,
};
