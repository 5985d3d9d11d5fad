/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reply_finder: finds replies in any text, line by line: a transcript (plain, or with marks such as "<<< ",
 * "S: ", "<- "), a bounce, a log. Also finds which command a reply answers, if the text shows it. Bounded: up
 * to FINDER_LINE_KEPT bytes of a line and FINDER_REPLY_KEPT of a reply are used.
 */
#ifndef SMTPSCOPE_REPLY_FINDER_H
#define SMTPSCOPE_REPLY_FINDER_H

#include "buf.h"

enum { FINDER_LINE_KEPT = 16 * 1024, FINDER_REPLY_KEPT = 64 * 1024, FINDER_QUESTION_SIZE = 32 };

/*
 * A reply: its lines, each with its code, separated by LF; |question| is NULL if the text does not show it.
 * Valid during the call only.
 */
typedef void found_reply(void *context, struct span reply, const char *question);

struct reply_finder;

/* Returns NULL if memory runs out. */
struct reply_finder *reply_finder_create(found_reply *found, void *context);
/* Adds the next line of the text, without its line end. */
void reply_finder_line(struct reply_finder *f, struct span line);
/*
 * Returns how many lines so far began with a time, like lines of a log; sets |*understood| to how many of them contained a reply, a status, or
 * a success. Counts the lines given, whether or not their replies were passed on yet.
 */
size_t reply_finder_log_lines(const struct reply_finder *f, size_t *understood);
/* Ends the text: passes on what is still open, and frees the finder. Accepts NULL. */
void reply_finder_destroy(struct reply_finder *f);

#endif
