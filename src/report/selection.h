/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * selection: filters the sessions for a format: passes only those that meet the criteria. Until that is
 * decided, the output of the format for a session is held back. Formats know nothing of it.
 *
 * Memory is bounded for each session and in total, for all formats: records that do not fit are dropped and
 * counted, those of the oldest session first; if its session is selected later, selection_losses reports it.
 */
#ifndef SMTPSCOPE_SELECTION_H
#define SMTPSCOPE_SELECTION_H

#include "criteria.h"
#include "report.h"

enum {
	SELECTION_SESSION = 8 * 1024 * 1024, /* bytes held back per session */
	SELECTION_SUM = 64 * 1024 * 1024, /* bytes held back in total; at most an eighth of the account's limit */
	SELECTION_NAMED = 20,		  /* sessions with losses that are named one by one */
};

struct selection;

struct selection_config {
	const struct criteria *criteria; /* everything below must outlive the selection */
	const struct report_format *format;
	void *report; /* of |format|; it writes to |output| */
	struct output *output;
	struct account *account; /* charged with what is held; NULL: none */
};

/* NULL if memory is short. */
struct selection *selection_create(const struct selection_config *config);
/* Accepts NULL. Call it before the report is destroyed. */
void selection_destroy(struct selection *s);
void selection_record(struct selection *s, const struct record *record);
/* Passes on a story only if there are no criteria, because it may be about sessions that are not selected. */
void selection_story(struct selection *s, const struct story *story);

struct selection_counts {
	uint64_t shown;	      /* sessions */
	uint64_t findings[3]; /* of these sessions, by enum severity */
};
struct selection_counts selection_count(const struct selection *s);
/* Passes one line for each loss to |tell|. */
void selection_losses(const struct selection *s, void (*tell)(void *context, const char *text), void *context);

#endif
