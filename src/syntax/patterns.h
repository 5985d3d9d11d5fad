/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * patterns: the regular expressions of the smtp stage, compiled once with PCRE2's JIT. One set serves all sessions of one
 * thread: the match data inside is overwritten by each match.
 */
#ifndef SMTPSCOPE_PATTERNS_H
#define SMTPSCOPE_PATTERNS_H

#include "span.h"

struct patterns;

/* NULL where memory is short. */
struct patterns *patterns_create(void);
void patterns_destroy(struct patterns *p);

/* Parts of a reply line (RFC 5321 4.2): code, separator, text; the text's enhanced code (RFC 2034 4). */
struct reply_line {
	unsigned code;
	char separator; /* ' ', '-', '\t', or 0 where nothing follows the code */
	struct span text;
	bool has_enhanced;
	unsigned enhanced[3];
};

/* Is |line| (without its line end) a reply line? */
bool patterns_reply_line(struct patterns *p, struct span line, struct reply_line *parts);

/* The address of "FROM:<...>" or "TO:<...>" with what stands behind it (RFC 5321 3.3), brackets off; false: no such form. */
bool patterns_path(struct patterns *p, struct span argument, struct span *address, struct span *parameters);

/* The name a server gave the message it accepted, as the common servers say it; false: none recognized. */
bool patterns_queue_id(struct patterns *p, struct span text, struct span *id);

#endif
