/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * annotate: turns the events of the smtp stage into records: each reply with its meaning, and each finding
 * right after the event that it is about. Its knowledge is in the rules; each diagnosis is one file
 * diag_<name>.c. Does no I/O and reads no clock.
 */
#ifndef SMTPSCOPE_ANNOTATE_H
#define SMTPSCOPE_ANNOTATE_H

#include "record.h"
#include "rules.h"
#include "server_book.h"

struct annotate;

struct annotate_counters {
	uint64_t sessions, replies;
	uint64_t findings[3]; /* by enum severity */
	uint64_t outcomes[5]; /* messages of ended sessions, by enum outcome */
};

/* |rules| must outlive the result. Returns NULL if memory runs out. */
struct annotate *annotate_create(const struct rules *rules, record_sink *sink, void *context);
void annotate_destroy(struct annotate *a);
/* An smtp_sink; |annotate| is a struct annotate. */
void annotate_push(void *annotate, const struct smtp_event *event);
/* The expect of a struct smtp_config whose sink is annotate_push. */
void annotate_expect(const void *attachment, unsigned step);
/*
 * Makes annotate_flush report sessions in which one side has been waiting for |least| ns. 0, the initial
 * value: none.
 */
void annotate_waiting(struct annotate *a, tstamp least);
/* Of the events, the sink gets only SMTP_REPLY and SMTP_ENDED, because nobody needs the others. Call it before the first event. */
void annotate_only_replies(struct annotate *a);
/* Charges what is kept of sessions to |account|, which must outlive the stage. Call it before the first event. */
void annotate_charge(struct annotate *a, struct account *account);
/*
 * Makes the stage use the book that |access| leads to instead of its own. |access| must outlive the stage. Call it before the first event.
 */
void annotate_share_servers(struct annotate *a, const struct server_book_access *access);
/*
 * Raises the findings about open sessions at the time |now| of the capture's clock. No packet triggers
 * them, so their time may be later than that of any packet.
 */
void annotate_flush(struct annotate *a, tstamp now);
/*
 * The capture lost packets between |from| and |to| (the capture's clock): findings about sessions that were
 * open then are no longer certain.
 */
void annotate_lost(struct annotate *a, tstamp from, tstamp to);
struct annotate_counters annotate_counters(const struct annotate *a);

#endif
