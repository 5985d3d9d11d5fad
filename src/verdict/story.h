/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * story: several connections that belong together: the attempts to deliver one mail, or one reason that many sessions share. It
 * is valid only during the call that passes it.
 */
#ifndef SMTPSCOPE_STORY_H
#define SMTPSCOPE_STORY_H

#include "finding.h"
#include "session_facts.h"
#include "story_names.h"

/* One session of a story. */
struct story_attempt {
	uint64_t session;
	struct frame_ref start;
	struct endpoint client, server;
	enum session_outcome outcome;
	unsigned code;		/* of the reply that decided; 0: none */
	const char *id, *cause; /* of its verdict; NULL: it needs none */
	int64_t waited;		/* ns since the end of the attempt before; -1: it is the first */
};

struct story {
	uint64_t number; /* 1-based in this output */
	enum story_pattern pattern;
	const char *name; /* of the pattern: "greylisted-then-accepted", ...; lives as long as the rules */
	const struct story_attempt *attempts; /* in order of their start */
	size_t attempt_count;
	size_t session_count;  /* of all its sessions; those beyond STORY_SESSIONS_MAX are no attempts here */
	const char *mail_from; /* bytes from the wire; NULL: not known, or a story without a mail */
	const char *const *recipients;
	size_t recipient_count;
	enum session_outcome outcome; /* of the mail after the last attempt */
	enum certainty certainty;
	enum responsible responsible;
	enum retry retry;
	const char *headline, *advice;
};

#endif
