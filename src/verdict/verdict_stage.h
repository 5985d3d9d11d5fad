/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verdict_stage: the annotate stage's records in, the same records out: each session's end carries its verdict, and stories follow
 * across sessions. Does no I/O, reads no clock, and reads nothing from the wire.
 */
#ifndef SMTPSCOPE_VERDICT_STAGE_H
#define SMTPSCOPE_VERDICT_STAGE_H

#include "account.h"
#include "record.h"
#include "rules.h"

struct verdict_stage;
struct past;

/* Receives what is remembered of an ended session, and owns it (past.h); it was taken from no account. */
typedef void past_sink(void *context, struct past *p);

struct verdict_config {
	const struct rules *rules; /* must outlive the stage */
	/*
	 * Findings wait for the end of their session, when their severity and root are settled. Otherwise each is passed on at once, with
	 * what is known then.
	 */
	bool hold;
	struct account *account; /* charged with what is kept of sessions; must outlive the stage; NULL: none */
	/*
	 * Receives the ended sessions, and the stage tells no stories: another one does, for the sessions of several stages (NULL: this one).
	 */
	past_sink *past;
	void *past_context;
};

/* What the stage has counted, for metrics. */
struct verdict_counters {
	uint64_t failed, unexplained; /* sessions */
	uint64_t stories;
	uint64_t findings[3]; /* settled ones, by enum severity */
};

/* Returns NULL if memory runs out. */
struct verdict_stage *verdict_stage_create(const struct verdict_config *config, record_sink *sink,
					   void *context);
void verdict_stage_destroy(struct verdict_stage *v);
/* Is a record_sink: |stage| is a struct verdict_stage. */
void verdict_stage_push(void *stage, const struct record *record);
/* The capture's clock has come to |now|: tells the stories that are over. */
void verdict_stage_flush(struct verdict_stage *v, tstamp now);
/* Takes a session that another stage handed to its past_sink. They must come in the order of their ends. */
void verdict_stage_remember(struct verdict_stage *v, struct past *p);
/* The newest time of an event, TSTAMP_NONE: none has come. */
tstamp verdict_stage_now(const struct verdict_stage *v);
/* The events of another stage have come to |now|. */
void verdict_stage_advance(struct verdict_stage *v, tstamp now);
/* The input has ended: tells all stories that are left. */
void verdict_stage_finish(struct verdict_stage *v);
struct verdict_counters verdict_stage_counters(const struct verdict_stage *v);

#endif
