/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlong: a command line longer than a server's buffer. Some servers (Exim, with 16 KiB) take each bufferful of it for a
 * command of its own and refuse each: several 500s to one line.
 */
#ifndef SMTPSCOPE_OVERLONG_H
#define SMTPSCOPE_OVERLONG_H

#include "pairing.h"

struct session;

/* Could a line of |length| bytes have filled a server's buffer? */
bool overlong_is(uint64_t length);
/*
 * |place| is out of the queue and answered: keeps it if more pieces of it may be answered, otherwise destroys it. |claimed|: it was
 * answered before its end had arrived.
 */
void overlong_keep(struct session *s, struct place *place, bool claimed);
/* The line that is kept; NULL: none. */
struct place *overlong_place(const struct session *s);
/* The overlong line that is still coming has |length| bytes by now. */
void overlong_grows(struct session *s, uint64_t length);
/*
 * Is |reply|, for which |result| was found, one to a further piece of the line kept? What is in the queue may have its reply
 * then already, where nothing proves that it has not.
 */
bool overlong_claims(struct session *s, const struct reply *reply, const struct pairing_result *result);
/* A later command was answered: nothing of the line is left to be. */
void overlong_forget(struct session *s);

#endif
