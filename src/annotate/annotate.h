/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * annotate: the smtp stage's events in, records out: each reply with its meaning, and findings right behind what they are
 * about. What it knows is in the rules; each diagnosis is one file diag_<name>.c. Does no I/O and reads no clock.
 */
#ifndef SMTPSCOPE_ANNOTATE_H
#define SMTPSCOPE_ANNOTATE_H

#include "record.h"
#include "rules.h"

struct annotate;

struct annotate_counters {
	uint64_t sessions, replies;
	uint64_t findings[3]; /* by enum severity */
	uint64_t outcomes[5]; /* messages of ended sessions, by enum outcome */
};

/* |rules| must outlive it. NULL where memory is short. */
struct annotate *annotate_create(const struct rules *rules, record_sink *sink, void *context);
void annotate_destroy(struct annotate *a);
/* Compiles all patterns of the text rules now, for who will forbid itself new executable pages; else each is when first needed. */
void annotate_compile(struct annotate *a);
/* Is an smtp_sink: |annotate| is a struct annotate. */
void annotate_push(void *annotate, const struct smtp_event *event);
/* From now on annotate_flush speaks of sessions whose turn has lasted |least| ns. 0, as at the start: of none. */
void annotate_waiting(struct annotate *a, tstamp least);
/* The capture's clock has come to |now|: findings about sessions that are open. They have no packet's time but their own. */
void annotate_flush(struct annotate *a, tstamp now);
/*
 * The capture lost packets somewhere between |from| and |to| (its clock): what is said of sessions that were open then is no
 * longer certain.
 */
void annotate_lost(struct annotate *a, tstamp from, tstamp to);
struct annotate_counters annotate_counters(const struct annotate *a);

#endif
