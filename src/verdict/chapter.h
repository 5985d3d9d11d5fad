/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chapter: one look at the book: its sessions sorted in the orders that the finders of stories need. The finders run one after the
 * other and claim sessions; a finder ignores sessions that are already claimed.
 */
#ifndef SMTPSCOPE_CHAPTER_H
#define SMTPSCOPE_CHAPTER_H

#include "past.h"

enum {
	STORY_SESSIONS_MAX = 4096,   /* sessions named in one story */
	STORY_SECONDS_MAX = 5 * 3600 /* a story that goes on for longer is told as far as it is known */
};

struct chapter {
	struct past **by_mail;	 /* all mails of all sessions, by start of the session */
	struct past **by_start;	 /* sessions by start, one entry each as in by_client */
	struct past **by_client; /* the same by client address, then start */
	struct past **by_server; /* those that failed for a known reason, by server endpoint, verdict, then start */
	struct past **by_envelope; /* all mails with an envelope, by envelope, then start */
	size_t mail_count, count, server_count, envelope_count;
	tstamp now;
	bool over; /* the input has ended: no more sessions will come */
	void *context;
	/* Tells one story of |count| sessions, in order of their start, and claims them. */
	void (*tell)(void *context, enum story_pattern pattern, struct past *const *sessions, size_t count);
	/* The same of a story of |total| sessions, of which it names the first |count|. The caller claims the others. */
	void (*tell_many)(void *context, enum story_pattern pattern, struct past *const *sessions,
			  size_t count, size_t total);
};

/* Returns whether a story with these first and last sessions is over: |quiet| ns without another session, or too long. */
static inline bool chapter_over(const struct chapter *c, const struct past *first, const struct past *last,
				int64_t quiet)
{
	return c->over || c->now - last->end.time >= quiet ||
	       c->now - first->end.time >= STORY_SECONDS_MAX * TSTAMP_SECOND;
}

/* The finders, in the order in which they must run. */
void find_callouts(const struct chapter *c);
void find_bounces(const struct chapter *c);
void find_loops(const struct chapter *c);
void find_retries(const struct chapter *c);
/* Attempts without an envelope. */
void find_repeated(const struct chapter *c);
void find_limits(const struct chapter *c);
void find_guessing(const struct chapter *c);
/* Crowds of sessions of at least |clients| different hosts. */
void find_crowds(const struct chapter *c, unsigned clients);

#endif
