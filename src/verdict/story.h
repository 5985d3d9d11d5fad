/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * story: several connections that belong together: the attempts to deliver one mail, or one reason that many sessions share. It
 * is valid only during the call that passes it.
 */
#ifndef SMTPSCOPE_STORY_H
#define SMTPSCOPE_STORY_H

#include "finding.h"
#include "session_facts.h"

enum story_pattern {
	STORY_GREYLISTED_THEN_ACCEPTED,
	STORY_GREYLISTED_NO_RETRY,
	STORY_RETRIED_THEN_ACCEPTED,
	STORY_RETRIED_SAME_FAILURE,
	STORY_MX_FALLBACK,
	STORY_ADDRESS_FAMILY_FALLBACK,
	STORY_TLS_THEN_CLEAR,
	STORY_DUPLICATE_DELIVERY,
	STORY_BOUNCE,
	STORY_CALLOUT,
	STORY_LOOP,
	STORY_LIMIT_OF_CONNECTIONS,
	STORY_PASSWORD_GUESSING,
	STORY_ONE_CAUSE_MANY,
	STORY_PATTERNS
};

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
	const struct story_attempt *attempts; /* in order of their start */
	size_t attempt_count;
	const char *mail_from; /* bytes from the wire; NULL: not known, or a story without a mail */
	const char *const *recipients;
	size_t recipient_count;
	enum session_outcome outcome; /* of the mail after the last attempt */
	enum certainty certainty;
	enum responsible responsible;
	enum retry retry;
	const char *headline, *advice;
};

/* "greylisted-then-accepted", ... */
const char *story_pattern_name(enum story_pattern pattern);

#endif
