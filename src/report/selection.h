/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * selection: stands in front of a format and shows it only the sessions that meet the criteria. As long as that is not decided, what
 * the format writes about a session is held back. Formats know nothing of it.
 *
 * Memory is bounded for each session and in sum, for all formats alike: what finds no room is given up and counted, the oldest
 * session's first; if its session is selected after all, selection_losses tells.
 */
#ifndef SMTPSCOPE_SELECTION_H
#define SMTPSCOPE_SELECTION_H

#include "criteria.h"
#include "report.h"

enum {
	SELECTION_SESSION = 8 * 1024 * 1024, /* bytes held back of one session */
	SELECTION_SUM = 64 * 1024 * 1024,    /* of all */
	SELECTION_NAMED = 20,		     /* sessions with losses that are named one by one */
};

struct selection;

struct selection_config {
	const struct criteria *criteria; /* all that follows must outlive the selection */
	const struct report_format *format;
	void *report; /* of |format|; it writes to |output| */
	struct output *output;
};

/* NULL if memory is short. */
struct selection *selection_create(const struct selection_config *config);
/* Accepts NULL. To be called before the report is destroyed. */
void selection_destroy(struct selection *s);
void selection_record(struct selection *s, const struct record *record);
/* A story is shown if no criterion was given: it may be about sessions that are not. */
void selection_story(struct selection *s, const struct story *story);

struct selection_counts {
	uint64_t shown;	      /* sessions */
	uint64_t findings[3]; /* of these sessions, by enum severity */
};
struct selection_counts selection_count(const struct selection *s);
/* Hands |tell| one line for each loss. */
void selection_losses(const struct selection *s, void (*tell)(void *context, const char *text), void *context);

#endif
