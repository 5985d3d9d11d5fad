/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reply_finder: looks for replies in any text, line by line: a transcript of a session (bare, or with marks such as "<<< ",
 * "S: ", "<- "), a bounce, a log. What was asked is told along where the text shows it. Bounded: a line counts up to
 * FINDER_LINE_KEPT bytes, a reply up to FINDER_REPLY_KEPT.
 */
#ifndef SMTPSCOPE_REPLY_FINDER_H
#define SMTPSCOPE_REPLY_FINDER_H

#include "buf.h"

enum { FINDER_LINE_KEPT = 16 * 1024, FINDER_REPLY_KEPT = 64 * 1024, FINDER_QUESTION_SIZE = 32 };

/* A reply: its lines parted by LF, each with its code; |question| is NULL where the text does not show it. Lives for the call. */
typedef void found_reply(void *context, struct span reply, const char *question);

struct reply_finder;

/* NULL where memory is short. */
struct reply_finder *reply_finder_create(found_reply *found, void *context);
/* The next line of the text, without its line end. */
void reply_finder_line(struct reply_finder *f, struct span line);
/*
 * How many lines so far began with a time, as the lines of a log do; stores in |*understood| how many of them held a reply, a status, or
 * a success. Counts the lines given, whether or not their replies were handed out yet.
 */
size_t reply_finder_log_lines(const struct reply_finder *f, size_t *understood);
/* The text is over: hands out what is still open. Frees it; NULL is fine. */
void reply_finder_destroy(struct reply_finder *f);

#endif
