/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_text: the report for people: what became of each session, in order of their numbers, and a summary. A session that failed
 * is a block: the verdict, then the evidence. One with nothing to explain is one line. Dialogues are kept until their session has
 * ended (dialogue_store.h).
 */
#include "report.h"

#include "dialogue_page.h"
#include "dialogue_recorder.h"
#include "dialogue_store.h"
#include "evidence.h"
#include "figures.h"
#include "message_page.h"
#include "names.h"
#include "remark.h"
#include "session_order.h"
#include "session_page.h"
#include "summary_page.h"
#include "verdict_page.h"
#include <stdlib.h>

enum {
	/* bytes of blocks that wait for an earlier session; with more, blocks are written out of order */
	BLOCKS_WAITING = 32 * 1024 * 1024,
	BLOCK_LIMIT = 4 * 1024 * 1024,
	SILENT_SHOWN = 3, /* consecutive silent sessions that are shown before they are only counted */
};

/* A session, until its block is written; or a story. */
struct talk {
	struct turn turn;	   /* first, so that a pointer to it is one to the talk */
	struct kept_dialogue kept; /* as long as the session is open */
	struct tally tally;	   /* counts of its findings, until it is known whether it is shown */
	/* once it has ended: */
	struct buf text;
	bool line;   /* it is a single line */
	bool silent; /* nothing was sent, and this is why: */
	struct endpoint server;
	enum flow_opened opened;
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
	struct page page; /* writes to |block| */
	struct output block;
	struct turns turns;
	struct dialogue_recorder recorder;
	struct dialogue_store store;
	struct tally tally; /* findings that are not the reason of a failure */
	struct failure_groups groups;
	struct silent_run run;
	bool began;	 /* something was written, */
	bool after_line; /* and the last of it was a line of a session */
	bool memory_short;
};

static void *create(const struct report_config *config)
{
	struct report_text *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->config = *config;
	page_init(&r->page, &r->block, config->color, config->width);
	dialogue_recorder_init(&r->recorder, config->show_secrets, config->several_inputs);
	r->store.account = config->account;
	return r;
}

static struct talk *talk_of(struct report_text *r, const struct record *record)
{
	struct talk *t = *record->attachment;

	if (t)
		return t;
	t = account_take_zeroed(r->config.account, 1, sizeof *t);
	if (!t) {
		r->memory_short = true;
		return NULL;
	}
	dialogue_store_add(&r->store, &t->kept);
	turns_join(&r->turns, &t->turn, record->event->session->number);
	*record->attachment = t;
	return t;
}

/* Frees what is needed of an open session only. */
static void close_talk(struct report_text *r, struct talk *t)
{
	dialogue_store_remove(&r->store, &t->kept);
	tally_finish(&t->tally);
}

static void free_talk(struct report_text *r, struct talk *t)
{
	turns_leave(&r->turns, &t->turn);
	buf_finish(&t->text);
	account_free(r->config.account, t);
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

/************ writing, in order ************/

static void write_text(struct report_text *r, const struct buf *text, bool line)
{
	if (r->began && !(line && r->after_line))
		output_write(r->config.out, "\n", 1);
	output_write(r->config.out, text->at, text->length);
	r->began = true;
	r->after_line = line;
}

/* Ends a run of silent sessions. */
static void end_run(struct report_text *r)
{
	struct silent_run *run = &r->run;
	struct page *p = &r->page;
	char count[FIGURE_SIZE], server[FIGURE_SIZE], text[4 * FIGURE_SIZE];
	struct buf block;

	if (run->folded) {
		buf_init(&block, BLOCK_LIMIT);
		r->block.into = &block;
		figure_many(count, run->folded, "session", NULL);
		figure_endpoint(server, &run->server);
		snprintf(text, sizeof text, "… %s more like this, to %s (from %llu to %llu)", count, server,
			 (unsigned long long)run->first, (unsigned long long)run->last);
		page_to(p, 2);
		page_wrap_text(p, text, 2);
		page_newline(p);
		write_text(r, &block, false);
		buf_finish(&block);
	}
	*run = (struct silent_run){ 0 };
}

/* Returns whether this is another session of a run, which needs no block. */
static bool goes_on(struct report_text *r, const struct talk *t)
{
	struct silent_run *run = &r->run;

	if (!t->silent) {
		end_run(r);
		return false;
	}
	if (run->shown && (run->opened != t->opened || !endpoint_equal(&run->server, &t->server)))
		end_run(r);
	run->server = t->server;
	run->opened = t->opened;
	if (run->shown < SILENT_SHOWN) {
		run->shown++;
		return false;
	}
	if (run->folded++ == 0)
		run->first = t->turn.number;
	run->last = t->turn.number;
	return true;
}

/* Writes what is ready and has no session before it that goes on; with |all|, everything that is ready. */
static void write_due(struct report_text *r, bool all)
{
	size_t most = account_share(r->config.account, BLOCKS_WAITING, 8);
	struct turn *next;

	while ((next = turns_due(&r->turns, all || r->config.live || r->turns.bytes > most))) {
		struct talk *t = (struct talk *)next;

		if (!goes_on(r, t) && t->text.length)
			write_text(r, &t->text, t->line);
		free_talk(r, t);
	}
}

/************ blocks ************/

/* If a whole side was not captured, the heading says so; a line for each gap would be noise. */
static const char *unseen_side(const struct session_facts *session)
{
	if (session->visibility & VISIBILITY_SERVER_ONLY)
		return REMARK_GAP_CLIENT;
	return session->visibility & VISIBILITY_CLIENT_ONLY ? REMARK_GAP_SERVER : NULL;
}

/* Whatever there is to say fits on a line. */
static bool fits_line(const struct report_text *r, const struct record *record)
{
	const struct verdict *v = record->verdict;

	return !r->config.full && !(v && (v->failed || v->headline)) && !record->findings[SEVERITY_WARNING] &&
	       !record->findings[SEVERITY_ERROR];
}

static void make_dialogue(struct report_text *r, struct talk *t, const struct record *record)
{
	const struct session_facts *session = record->event->session;
	const struct verdict *v = record->verdict;
	const struct dialogue_view view = { .start = session->flow->first.time,
					    .several_inputs = r->config.several_inputs,
					    .left_out = unseen_side(session),
					    .full = r->config.full,
					    .told = v ? v->finding : 0 };
	const struct evidence evidence = { .told = view.told,
					   .broken_off = session->outcome == SESSION_ABORTED ||
							 session->outcome == SESSION_UNKNOWN ||
							 session->outcome == SESSION_NO_MAIL,
					   .unexplained = v && v->failed && !v->finding };

	evidence_choose(&t->kept.dialogue, &evidence);
	if (session->protocol == PROTOCOL_NONE)
		dialogue_page_findings(&r->page, &t->kept.dialogue, &view);
	else
		dialogue_page(&r->page, &t->kept.dialogue, &view);
}

static void make_block(struct report_text *r, struct talk *t, const struct record *record)
{
	const struct session_facts *session = record->event->session;
	const struct verdict *v = record->verdict;
	struct page *p = &r->page;

	session_page_title(p, record);
	if (v && v->headline) {
		verdict_page(p, v);
		if (v->failed)
			verdict_page_times(p, record->ledger);
		page_newline(p);
	}
	session_page_facts(p, session, secrets(r, record));
	if (r->config.full)
		session_page_filter(p, session);
	if (session->protocol != PROTOCOL_NONE)
		page_newline(p);
	make_dialogue(r, t, record);
	if (session->message_count)
		page_newline(p);
	/* Where lines were left out, the reply that decided may be one of them. */
	message_page(p, session, secrets(r, record), t->kept.dialogue.omitted > 0);
}

static void end_session(struct report_text *r, struct talk *t, const struct record *record)
{
	const struct session_facts *session = record->event->session;
	const struct verdict *v = record->verdict;

	if (v && v->failed) {
		failure_groups_add(&r->groups, session, v);
		tally_take(&t->tally, v->id, v->cause);
	}
	tally_join(&r->tally, &t->tally);
	buf_init_charged(&t->text, BLOCK_LIMIT, r->config.account);
	r->block.into = &t->text;
	t->line = fits_line(r, record);
	t->silent = session->protocol == PROTOCOL_NONE;
	t->server = session->flow->server;
	t->opened = session->flow->opened;
	if (t->line)
		session_page_line(&r->page, record, secrets(r, record));
	else
		make_block(r, t, record);
	close_talk(r, t);
	turns_ready(&r->turns, &t->turn, t->text.length);
	write_due(r, false);
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
		if (t)
			end_session(r, t, record);
		*record->attachment = NULL;
	} else if (t) {
		dialogue_store_account(&r->store, &t->kept);
	}
}

/* A story is told after the last of its sessions. */
static void story(void *report, const struct story *s)
{
	struct report_text *r = report;
	struct talk *t = account_take_zeroed(r->config.account, 1, sizeof *t);
	uint64_t last = 0;

	if (!t) {
		r->memory_short = true;
		return;
	}
	for (size_t i = 0; i < s->attempt_count; i++)
		last = s->attempts[i].session > last ? s->attempts[i].session : last;
	buf_init_charged(&t->text, BLOCK_LIMIT, r->config.account);
	r->block.into = &t->text;
	verdict_page_story(&r->page, s);
	turns_join(&r->turns, &t->turn, last);
	turns_ready(&r->turns, &t->turn, t->text.length);
	write_due(r, false);
}

static void drop(void *report, const struct record *record)
{
	struct report_text *r = report;

	if (*record->attachment) {
		close_talk(r, *record->attachment);
		free_talk(r, *record->attachment);
		write_due(r, false);
	}
	*record->attachment = NULL;
}

static void idle(void *report)
{
	write_due(report, true);
}

static void summary(void *report, const struct report_summary *s)
{
	struct report_text *r = report;
	struct buf text;

	write_due(r, true);
	end_run(r);
	buf_init(&text, BLOCK_LIMIT);
	r->block.into = &text;
	summary_page(&r->page, &r->config, s, &r->groups, &r->tally);
	if (r->memory_short) {
		page_put(&r->page, "Not enough memory: some sessions are missing.");
		page_newline(&r->page);
	}
	write_text(r, &text, false);
	buf_finish(&text);
}

static void destroy(void *report)
{
	struct report_text *r = report;
	struct kept_dialogue *kept;

	if (!r)
		return;
	while ((kept = dialogue_store_any(&r->store)))
		dialogue_store_remove(&r->store, kept);
	while (r->turns.first)
		free_talk(r, (struct talk *)r->turns.first);
	tally_finish(&r->tally);
	failure_groups_finish(&r->groups);
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
	.idle = idle,
	.summary = summary,
	.destroy = destroy,
};
