/* SPDX-License-Identifier: BSD-2-Clause */
#include "dialogue_recorder.h"

#include "redact.h"
#include "remark.h"
#include <stdio.h>
#include <stdlib.h>

enum { SCRATCH = 1024 * 1024, FINDING_TEXT_KEPT = 1200 };

void dialogue_recorder_init(struct dialogue_recorder *r, bool show_secrets, bool several_inputs)
{
	*r = (struct dialogue_recorder){ .show_secrets = show_secrets, .several_inputs = several_inputs };
	buf_init(&r->scratch, SCRATCH);
	buf_init(&r->text, SCRATCH);
}

void dialogue_recorder_finish(struct dialogue_recorder *r)
{
	buf_finish(&r->scratch);
	buf_finish(&r->text);
}

static struct span hidden(struct dialogue_recorder *r, const struct record *record, struct span text,
			  size_t secret_at)
{
	return r->show_secrets ? text : redact(&r->scratch, record->event->session->secrets, text, secret_at);
}

static void add_command(struct dialogue_recorder *r, struct dialogue *d, const struct record *record)
{
	const struct command *c = record->event->command;
	struct span line = hidden(r, record, c->line, c->secret_at);
	struct entry *e;

	e = entry_create(d, c->kind == COMMAND_END_OF_DATA ? ENTRY_BODY : ENTRY_COMMAND, &c->frame, line);
	if (!e)
		return;
	memcpy(e->verb, c->verb, sizeof e->verb);
	e->verb[sizeof e->verb - 1] = 0;
	if (c->secret_at == 0 && !r->show_secrets)
		memcpy(e->verb, "AUTH", sizeof "AUTH");
	e->end = c->end;
	e->body_text = c->flags & COMMAND_BODY_TEXT;
	e->truncated = c->flags & (COMMAND_CUT | COMMAND_UNFINISHED);
	e->estimated = (c->flags & COMMAND_BYTES_ESTIMATED) != 0;
	e->bytes = c->kind == COMMAND_BDAT || c->kind == COMMAND_END_OF_DATA ? c->body_bytes : 0;
	if (c->kind == COMMAND_END_OF_DATA && d->body_open)
		e->latency = c->frame.time - d->body_start;
	if (c->kind == COMMAND_END_OF_DATA)
		d->body_open = false;
	dialogue_add(d, e);
}

/* The lines of a reply joined by LF, with credentials masked, up to what an entry keeps. */
static void join_lines(struct dialogue_recorder *r, const struct record *record, struct buf *text, bool *more)
{
	const struct reply *reply = record->event->exchange->reply;

	for (size_t i = 0; i < reply->line_count && text->length < ENTRY_TEXT_KEPT; i++) {
		if (i)
			buf_text(text, "\n");
		buf_append(text, hidden(r, record, reply->lines[i], SIZE_MAX));
		*more = i + 1 < reply->lines_seen;
	}
}

static void keep_recipient(struct dialogue_recorder *r, const struct dialogue *d, const struct record *record,
			   struct entry *e, const char *recipient)
{
	struct span text = span_first(hidden(r, record, span_text(recipient), SIZE_MAX), ENTRY_RECIPIENT_KEPT);

	if (!text.length)
		return;
	e->recipient = account_string(d->account, text);
	e->size += (uint32_t)text.length + 1;
}

static void add_reply(struct dialogue_recorder *r, struct dialogue *d, const struct record *record)
{
	const struct exchange *x = record->event->exchange;
	const struct reply *reply = x->reply;
	const struct entry *last = d->last;
	bool more = false;
	struct entry *e;

	buf_clear(&r->text);
	join_lines(r, record, &r->text, &more);
	e = entry_create(d, ENTRY_REPLY, &reply->frame, buf_span(&r->text));
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
		keep_recipient(r, d, record, e, x->recipient);
	if (x->command) {
		memcpy(e->verb, x->command->verb, sizeof e->verb);
		e->verb[sizeof e->verb - 1] = 0;
		if (x->command->secret_at == 0 && !r->show_secrets)
			memcpy(e->verb, "AUTH", sizeof "AUTH");
		e->question = x->command->frame;
		e->direct = last && (last->kind == ENTRY_COMMAND || last->kind == ENTRY_BODY) &&
			    last->frame.number == e->question.number && last->frame.file == e->question.file &&
			    last->end == x->command->end && strcmp(last->verb, e->verb) == 0;
		e->capabilities =
		    reply->code == 250 && (strcmp(e->verb, "EHLO") == 0 || strcmp(e->verb, "LHLO") == 0);
		if (reply->code == 354) {
			d->body_open = true;
			d->body_start = reply->frame.time;
		}
	}
	dialogue_add(d, e);
}

/* Returns whether the event's packet is older than the last line. */
static bool overtaken(const struct dialogue *d, const struct smtp_event *event)
{
	const struct entry *last = d->last;

	return last && last->frame.number && last->frame.time > event->frame.time;
}

static void add_event(struct dialogue_recorder *r, struct dialogue *d, const struct record *record)
{
	const struct smtp_event *event = record->event;
	struct buf text;
	struct entry *e;
	const char *kind;

	if (event->kind == SMTP_COMMAND) {
		add_command(r, d, record);
	} else if (event->kind == SMTP_REPLY) {
		add_reply(r, d, record);
	} else if (event->kind == SMTP_NOT_REPLY) {
		dialogue_add(
		    d, entry_create(d, ENTRY_LINE, &event->frame, hidden(r, record, event->line, SIZE_MAX)));
	} else if (event->kind == SMTP_MESSAGE) {
		dialogue_end_message(d);
	} else {
		buf_init(&text, SCRATCH);
		kind = remark_text(&text, event, r->several_inputs);
		if (kind) {
			e = entry_create(d, ENTRY_REMARK, &event->frame,
					 hidden(r, record, buf_span(&text), SIZE_MAX));
			if (e)
				snprintf(e->verb, sizeof e->verb, "%s", kind);
			/* A loss has no time; TLS is reported when the agreement is seen. */
			if (e && (event->kind == SMTP_UNANSWERED ||
				  (event->kind == SMTP_TLS && overtaken(d, event))))
				e->frame = (struct frame_ref){ 0 };
			dialogue_add(d, e);
		}
		buf_finish(&text);
	}
}

static void add_finding(struct dialogue *d, const struct record *record)
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
	e = entry_create(d, ENTRY_FINDING, &f->frame, buf_span(&text));
	buf_finish(&text);
	if (!e)
		return;
	e->number = f->number;
	e->severity = f->severity;
	e->certainty = f->certainty;
	dialogue_add_finding(d, e, f->root);
}

void dialogue_record(struct dialogue_recorder *r, struct dialogue *d, const struct record *record)
{
	if (record->kind != RECORD_EVENT)
		add_finding(d, record);
	else if (record->event->kind != SMTP_ENDED)
		add_event(r, d, record);
}
