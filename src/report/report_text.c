/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_text: the report for people: a block for each session when it ends, and a summary. Until then its
 * dialogue is kept (dialogue_store.h).
 */
#include "report.h"

#include "dialogue_page.h"
#include "dialogue_recorder.h"
#include "dialogue_store.h"
#include "figures.h"
#include "names.h"
#include "remark.h"
#include "session_page.h"
#include "summary_page.h"
#include "verdict_page.h"
#include <stdlib.h>

enum {
	SILENT_SHOWN = 3, /* consecutive silent sessions that are shown before they are only counted */
};

/* An open session. */
struct talk {
	struct kept_dialogue kept; /* first, so that a pointer to it is one to the talk */
	struct tally tally;	   /* counts of its findings, until it is known whether it is shown */
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
	struct dialogue_recorder recorder;
	struct dialogue_store store;
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
	dialogue_recorder_init(&r->recorder, config->show_secrets, config->several_inputs);
	return r;
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
	dialogue_store_add(&r->store, &t->kept);
	*record->attachment = t;
	return t;
}

static void forget(struct report_text *r, struct talk *t)
{
	dialogue_store_remove(&r->store, &t->kept);
	tally_finish(&t->tally);
	free(t);
}

static const struct secret_set *secrets(const struct report_text *r, const struct record *record)
{
	return r->config.show_secrets ? NULL : record->event->session->secrets;
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
			dialogue_page_findings(p, &t->kept.dialogue, r->config.several_inputs);
		return;
	}
	page_newline(p);
	if (t)
		dialogue_page(p, &t->kept.dialogue, session->flow->first.time, r->config.several_inputs,
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
		dialogue_settle_finding(&t->kept.dialogue, record->finding);
	else if (t)
		dialogue_record(&r->recorder, &t->kept.dialogue, record);
	if (record->kind == RECORD_EVENT && record->event->kind == SMTP_ENDED) {
		write_block(r, t, record);
		if (t)
			forget(r, t);
		*record->attachment = NULL;
	} else if (t) {
		dialogue_store_account(&r->store, &t->kept);
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
	while (r->store.oldest)
		forget(r, (struct talk *)r->store.oldest);
	tally_finish(&r->tally);
	page_finish(&r->page);
	dialogue_recorder_finish(&r->recorder);
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
