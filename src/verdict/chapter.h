/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chapter: one look at the book: its sessions sorted in the orders that the finders of stories need. The finders claim sessions
 * in turn; a session that one has claimed is left alone by the others.
 */
#ifndef SMTPSCOPE_CHAPTER_H
#define SMTPSCOPE_CHAPTER_H

#include "past.h"

enum { STORY_SESSIONS_MAX = 4096 }; /* sessions named in one story */

struct chapter {
	struct past **by_start;	   /* all of them by start */
	struct past **by_client;   /* by client address, then start */
	struct past **by_envelope; /* those with an envelope, by it, then start */
	struct past **by_server;   /* by server endpoint, verdict, then start */
	size_t count, envelope_count;
	tstamp now;
	bool over; /* the input has ended: nothing more will come */
	void *context;
	/* Tells one story of |count| sessions, in order of their start, and claims them. */
	void (*tell)(void *context, enum story_pattern pattern, struct past *const *sessions, size_t count);
};

/* The finders, in the order in which they have to be asked. */
void find_callouts(const struct chapter *c);
void find_bounces(const struct chapter *c);
void find_loops(const struct chapter *c);
void find_retries(const struct chapter *c);
void find_limits(const struct chapter *c);
void find_guessing(const struct chapter *c);
void find_crowds(const struct chapter *c);

#endif
