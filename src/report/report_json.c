/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_json: JSON Lines for scripts: reply, finding, session and summary records.
 */
#include "report.h"

#include "json_finding.h"
#include "json_reply.h"
#include "json_session.h"
#include "json_summary.h"
#include "json_verdict.h"
#include <stdlib.h>

enum { SCRATCH = 1024 * 1024 };

static void *create(const struct report_config *config)
{
	struct json_report *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->config = *config;
	json_init(&r->json, config->out);
	r->json.numbers_later = config->numbers_later;
	r->json.gathers = config->gather;
	buf_init(&r->scratch, SCRATCH);
	return r;
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
		json_reply(r, record);
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
	json_flush(&r->json);
}

static void idle(void *report)
{
	struct json_report *r = report;

	json_flush(&r->json);
}

static void destroy(void *report)
{
	struct json_report *r = report;

	if (!r)
		return;
	buf_finish(&r->scratch);
	for (size_t i = 0; i < JSON_MEANINGS; i++)
		buf_finish(&r->meanings[i].text);
	free(r);
}

const struct report_format report_json = {
	.name = "json",
	.joinable = true,
	.only_replies = true,
	.create = create,
	.record = record,
	.story = story,
	.idle = idle,
	.summary = summary,
	.destroy = destroy,
};
