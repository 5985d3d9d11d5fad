/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reply_finder: finds replies and delivery statuses in prose and logs, in lines that paragraph.h has joined. Also finds which command a
 * reply answers and for which recipient it is, if the text shows it. Bounded: up to FOUND_REPLY_KEPT bytes of a reply are used.
 */
#ifndef SMTPSCOPE_REPLY_FINDER_H
#define SMTPSCOPE_REPLY_FINDER_H

#include "buf.h"
#include "found.h"

struct reply_finder;

/* Returns NULL if memory runs out. */
struct reply_finder *reply_finder_create(found_sink *found, void *context);
/*
 * Adds a line of the text, without its line end; |number| is its number in the input. Returns whether it holds a reply, a status, or the
 * success of a delivery.
 */
bool reply_finder_line(struct reply_finder *f, struct span line, size_t number);
/* Ends one text: passes on what is still open, and forgets its recipients. */
void reply_finder_end(struct reply_finder *f);
/* Ends the text, and frees the finder. Accepts NULL. */
void reply_finder_destroy(struct reply_finder *f);

#endif
