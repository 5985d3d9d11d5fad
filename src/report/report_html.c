/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_html: one self-contained page for a browser: the records as JSON Lines inside a data block, and a viewer (viewer/) that
 * shows them. Text from the wire is data, never markup: "<" is escaped, so nothing in it can end the block.
 */
#include "report.h"

#include "dialogue_recorder.h"
#include "dialogue_store.h"
#include "json_dialogue.h"
#include "json_finding.h"
#include "json_session.h"
#include "json_summary.h"
#include "json_verdict.h"
#include "viewer_page.h"
#include <stdlib.h>

enum { SCRATCH = 1024 * 1024, HTML_LINE_LIMIT = 16 * 1024 * 1024 };

struct report_html {
	struct output *out;
	struct dialogue_recorder recorder;
	struct dialogue_store store;
	struct buf line;	 /* a record, before its escaping */
	struct output collected; /* writes into |line| */
	struct json_report json;
};

static void *create(const struct report_config *config)
{
	struct report_html *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->out = config->out;
	r->store.account = config->account;
	dialogue_recorder_init(&r->recorder, config->show_secrets, config->several_inputs);
	buf_init(&r->line, HTML_LINE_LIMIT);
	r->collected.into = &r->line;
	r->json.config = *config;
	r->json.config.out = &r->collected;
	json_init(&r->json.json, &r->collected);
	buf_init(&r->json.scratch, SCRATCH);
	output_write(r->out, viewer_head, viewer_head_length);
	return r;
}

/* Writes the collected record. One that did not fit would not be valid JSON. */
static void write_line(struct report_html *r)
{
	const uint8_t *at = r->line.at, *end = r->line.at + r->line.length;

	while (!r->collected.cut && at < end) {
		const uint8_t *markup = memchr(at, '<', (size_t)(end - at));

		output_write(r->out, at, (size_t)((markup ? markup : end) - at));
		if (!markup)
			break;
		output_write(r->out, "\\u003c", sizeof "\\u003c" - 1);
		at = markup + 1;
	}
	r->collected.cut = false;
	buf_clear(&r->line);
}

static void end_session(struct report_html *r, struct kept_dialogue *kept, const struct record *record)
{
	const struct session_facts *session = record->event->session;

	json_session(&r->json, record);
	write_line(r);
	if (kept) {
		json_dialogue(&r->json.json, &kept->dialogue, session->number, session->flow->first.time);
		write_line(r);
	}
	dialogue_store_forget(&r->store, record->attachment);
}

static void record(void *report, const struct record *record)
{
	struct report_html *r = report;
	struct kept_dialogue *kept = dialogue_store_keep(&r->store, record->attachment);

	if (record->kind == RECORD_FINDING) {
		json_finding(&r->json, record);
		write_line(r);
	}
	if (record->kind == RECORD_EVENT && record->event->kind == SMTP_ENDED) {
		end_session(r, kept, record);
	} else if (kept && record->kind == RECORD_FINDING && r->json.config.held) {
		dialogue_settle_finding(&kept->dialogue, record->finding);
	} else if (kept) {
		dialogue_record(&r->recorder, &kept->dialogue, record);
		dialogue_store_account(&r->store, kept);
	}
}

static void story(void *report, const struct story *s)
{
	struct report_html *r = report;

	json_story(&r->json.json, s);
	write_line(r);
}

static void drop(void *report, const struct record *record)
{
	struct report_html *r = report;

	dialogue_store_forget(&r->store, record->attachment);
}

static void summary(void *report, const struct report_summary *s)
{
	struct report_html *r = report;

	json_summary(&r->json.json, s);
	write_line(r);
	output_write(r->out, viewer_tail, viewer_tail_length);
}

static void destroy(void *report)
{
	struct report_html *r = report;

	if (!r)
		return;
	dialogue_store_clear(&r->store);
	dialogue_recorder_finish(&r->recorder);
	buf_finish(&r->line);
	buf_finish(&r->json.scratch);
	free(r);
}

const struct report_format report_html = {
	.name = "html",
	.create = create,
	.record = record,
	.story = story,
	.wants_raised = true,
	.drop = drop,
	.summary = summary,
	.destroy = destroy,
};
