/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transaction: what becomes of each message and recipient (RFC 5321 3.3), told by the replies. A message is accepted only by a
 * 2xx to its end of data; what was not seen stays unknown.
 */
#ifndef SMTPSCOPE_TRANSACTION_H
#define SMTPSCOPE_TRANSACTION_H

#include "session_state.h"

/* The reply has answered the command of |place|. */
void transaction_answered(struct session *s, const struct place *place, const struct reply *reply);
/*
 * The reply came in the middle of the message, unasked. Where it refuses, it is the refusal, and the close that follows is its
 * consequence; a reply to the end of data still overrules it.
 */
void transaction_interrupted(struct session *s, const struct reply *reply);
/* LMTP: the recipient whose reply to the end of data comes next; NULL: none is left. */
struct recipient *transaction_next_recipient(struct session *s);
/* |place|, which is out of the queue, got no reply that was seen; it is destroyed. */
void transaction_give_up(struct session *s, struct place *place);
/* All commands are answered: a transaction that came to nothing is settled. */
void transaction_idle(struct session *s);
/* Whatever is open ends here: by RSET, a new hello, TLS, or the end of the session. */
void transaction_end(struct session *s);
/* The session's outcome, by its messages. */
enum session_outcome transaction_outcome(const struct session *s);
void transaction_finish(struct session *s);

#endif
