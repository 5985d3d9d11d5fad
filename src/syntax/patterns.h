/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * patterns: the regular expressions for lines of SMTP, compiled once with PCRE2's JIT. One set serves all sessions of one
 * thread: each match overwrites the match data inside.
 */
#ifndef SMTPSCOPE_PATTERNS_H
#define SMTPSCOPE_PATTERNS_H

#include "enhanced.h"

struct patterns;

/* Returns NULL if memory runs out. */
struct patterns *patterns_create(void);
/* Compiles all patterns, which are otherwise compiled when they are first used. Returns false if memory runs out. */
bool patterns_prepare(struct patterns *p);
void patterns_destroy(struct patterns *p);

/* The parts of a reply line (RFC 5321 4.2): code, separator, text, and the enhanced code that the text begins with (RFC 2034 4). */
struct reply_line {
	unsigned code;
	char separator;	  /* ' ', '-', '\t', or 0 if nothing follows the code */
	struct span text; /* a view of the line; begins with the enhanced code if there is one */
	struct enhanced enhanced;
};

/* Returns whether |line| (without its line end) is a reply line. This is the only grammar of a reply line. */
bool patterns_reply_line(struct patterns *p, struct span line, struct reply_line *parts);

/*
 * Splits "FROM:<...>" or "TO:<...>" (RFC 5321 3.3): the address without its brackets, and what follows it. False: |argument|
 * does not have that form. Views of |argument|.
 */
bool patterns_path(struct patterns *p, struct span argument, struct span *address, struct span *parameters);

/* Finds the queue id in the text of a reply that accepted a message, in the forms of the common servers. False: none found. */
bool patterns_queue_id(struct patterns *p, struct span text, struct span *id);

#endif
