/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlong: a command line longer than a server's buffer. Some servers (Exim, with 16 KiB) treat each bufferful of it as a
 * separate command and reject each: several 500s to one line.
 */
#ifndef SMTPSCOPE_OVERLONG_H
#define SMTPSCOPE_OVERLONG_H

#include "pairing.h"

struct overlong;

/* Returns whether a line of |length| bytes can have filled the buffer of a server. */
bool overlong_is(uint64_t length);
/*
 * |place| is out of the queue and answered: keeps it in |kept| (NULL: no line so far; owned by the caller) if more pieces of it may
 * be answered, charged to |account|; otherwise releases it. |claimed|: it was answered before its end had arrived.
 */
void overlong_keep(struct overlong **kept, struct pairing *pairing, struct place *place, bool claimed,
		   struct account *account);
/* The line that is kept; NULL: none. |o| may be NULL, here and below. */
struct place *overlong_place(const struct overlong *o);
/* The overlong line that is still coming has |length| bytes by now. */
void overlong_grows(struct overlong *o, uint64_t length);
/*
 * Returns whether |reply|, for which |result| was found, answers a further piece of the line that is kept. The command in the queue may
 * have its reply then already, unless something proves that it has not. |hello_done|: EHLO or HELO was accepted.
 */
bool overlong_claims(struct overlong *o, const struct pairing *pairing, const struct reply *reply,
		     const struct pairing_result *result, bool hello_done);
/* A later command was answered, or the session ends: no further piece can be answered. Frees what is kept. */
void overlong_forget(struct overlong **kept, struct pairing *pairing);

#endif
