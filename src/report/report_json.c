/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_json: JSON Lines for scripts: reply, finding, session and summary records, written immediately.
 */
#include "report.h"

#include "json_finding.h"
#include "json_session.h"
#include "json_summary.h"
#include "json_verdict.h"
#include "names.h"
#include "redact.h"
#include <stdlib.h>

enum { SCRATCH = 1024 * 1024 };

static void *create(const struct report_config *config)
{
	struct json_report *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->config = *config;
	json_init(&r->json, config->out);
	buf_init(&r->scratch, SCRATCH);
	return r;
}

/* Hot path: called for every reply, so constant parts are written as literal pieces. */
static void write_answers(struct json_report *r, const struct session_facts *session, const struct exchange *x)
{
	struct json *j = &r->json;
	const struct command *c = x->command;
	bool hidden = c && !r->config.show_secrets && c->secret_at == 0;

	JSON_PIECE(j, false, ",\"answers\":{\"kind\":");
	json_word(j, name_answers(x->answers));
	JSON_PIECE(j, false, ",\"verb\":");
	if (!c || (x->answers != ANSWERS_COMMAND && x->answers != ANSWERS_BDAT))
		json_null(j);
	else if (hidden)
		json_text(j, REDACTED); /* a line that is entirely a credential has one as its verb */
	else
		json_wire_text(r, session, c->verb);
	JSON_PIECE(j, false, ",\"line\":");
	if (!c || x->answers == ANSWERS_END_OF_DATA)
		json_null(j);
	else
		json_wire(r, session, c->line, c->secret_at);
	if (c && c->line.length && !command_is_whole(c))
		JSON_PIECE(j, true, ",\"cut\":true");
	json_frame(r, c ? &c->frame : NULL);
	json_moment(r, "time", c ? &c->frame : NULL);
	JSON_PIECE(j, false, ",\"recipient\":");
	json_wire_text(r, session, x->recipient);
	json_end_object(j);
}

static void write_reply(struct json_report *r, const struct record *record)
{
	static const struct annotation none = { .expected = EXPECTED_UNKNOWN };
	struct json *j = &r->json;
	const struct session_facts *session = record->event->session;
	const struct exchange *x = record->event->exchange;
	const struct reply *reply = x->reply;
	const struct annotation *a = record->annotation ? record->annotation : &none;
	char enhanced[ENHANCED_SIZE];

	JSON_PIECE(j, false, "{\"type\":\"reply\",\"session\":");
	json_unsigned(j, session->number);
	json_identity(r, session);
	json_frame(r, &reply->frame);
	json_moment(r, "time", &reply->frame);
	JSON_PIECE(j, false, ",\"code\":");
	json_unsigned(j, reply->code);
	enhanced_text(enhanced, &reply->enhanced);
	JSON_PIECE(j, false, ",\"enhanced\":");
	json_word(j, *enhanced ? enhanced : NULL);
	JSON_PIECE(j, false, ",\"lines\":[");
	for (size_t i = 0; i < reply->line_count; i++)
		json_wire(r, session, reply->lines[i], SIZE_MAX);
	json_end_array(j);
	write_answers(r, session, x);
	JSON_PIECE(j, false, ",\"latency_ms\":");
	json_milliseconds(j, x->latency);
	JSON_PIECE(j, false, ",\"name\":");
	json_text(j, a->name);
	JSON_PIECE(j, false, ",\"category\":");
	json_word(j, a->category);
	JSON_PIECE(j, false, ",\"expected\":");
	json_word(j, name_expected(a->expected));
	JSON_PIECE(j, false, ",\"phase\":");
	json_word(j, name_phase(x->phase));
	JSON_PIECE(j, false, ",\"truncated\":");
	json_bool(j, reply->flags & REPLY_TRUNCATED);
	JSON_PIECE(j, false, ",\"rule\":");
	json_text(j, a->rule);
	JSON_PIECE(j, false, ",\"cause\":");
	json_text(j, a->cause);
	/* The certainty of the pairing. */
	JSON_PIECE(j, false, ",\"pairing\":");
	json_word(j, x->answers == ANSWERS_UNSEEN ? NULL : x->likely ? "likely" : "certain");
	JSON_PIECE(j, false, ",\"tls\":");
	json_bool(j, x->inside_tls);
	json_end_object(j);
	json_line_end(j);
}

static void record(void *report, const struct record *record)
{
	struct json_report *r = report;
	bool ended = record->kind == RECORD_EVENT && record->event->kind == SMTP_ENDED;

	if (r->config.quiet && !(ended && report_noteworthy(record)))
		return;
	if (record->kind == RECORD_FINDING)
		json_finding(r, record);
	else if (record->event->kind == SMTP_REPLY)
		write_reply(r, record);
	else if (record->event->kind == SMTP_ENDED)
		json_session(r, record);
}

static void story(void *report, const struct story *s)
{
	struct json_report *r = report;

	json_story(&r->json, s);
}

static void summary(void *report, const struct report_summary *s)
{
	struct json_report *r = report;

	json_summary(&r->json, s);
}

static void destroy(void *report)
{
	struct json_report *r = report;

	if (!r)
		return;
	buf_finish(&r->scratch);
	free(r);
}

const struct report_format report_json = {
	.name = "json",
	.create = create,
	.record = record,
	.story = story,
	.summary = summary,
	.destroy = destroy,
};
