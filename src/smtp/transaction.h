/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transaction: the outcome of each message and recipient (RFC 5321 3.3), according to the replies. A message
 * is accepted only with a 2xx to its end of data; what was not captured stays unknown.
 */
#ifndef SMTPSCOPE_TRANSACTION_H
#define SMTPSCOPE_TRANSACTION_H

#include "pairing.h"
#include "session_facts.h"

struct feed;
struct patterns;
struct dialogue_progress;
struct transaction;

/*
 * |facts| get the messages, |feed| the events. All arguments must outlive the transaction. Returns NULL if memory
 * runs out.
 */
struct transaction *transaction_create(struct session_facts *facts, struct dialogue_progress *progress,
				       struct feed *feed, struct patterns *patterns);
/* Returns whether MAIL was answered and what it began has not been settled. */
bool transaction_is_open(const struct transaction *t);
/* Recipients that the server has accepted. */
size_t transaction_accepted(const struct transaction *t);
/* Returns whether MAIL requested a reply for each recipient (PRDR) and was accepted. */
bool transaction_has_prdr(const struct transaction *t);
/* DATA or BDAT was accepted, or is assumed to have been. */
void transaction_text_begins(struct transaction *t);
/* The client has sent the end of data. |too_late|: the server had closed before, so it cannot have accepted the message. */
void transaction_text_sent(struct transaction *t, bool too_late);
/* The reply has answered the command of |place|. */
void transaction_answered(struct transaction *t, const struct place *place, const struct reply *reply);
/*
 * The reply arrived in the middle of the message. If it rejects, it decides the outcome, and the following
 * close is its consequence; a reply to the end of data still overrides it.
 */
void transaction_interrupted(struct transaction *t, const struct reply *reply);
/* LMTP: the recipient whose reply to the end of data is next; NULL: none is left. */
struct recipient *transaction_next_recipient(const struct transaction *t);
/* |place|, which is out of the queue, has no captured reply. The caller releases it. */
void transaction_give_up(struct transaction *t, const struct place *place);
/* All commands are answered: settles a transaction without a result. */
void transaction_idle(struct transaction *t);
/* Ends what is open: on RSET, a new EHLO, TLS, or the end of the session. */
void transaction_end(struct transaction *t);
/* The outcome of the session, from its messages. */
enum session_outcome transaction_outcome(const struct transaction *t);
/* Frees the open transaction and the messages in the facts. */
/* It will be used soon: fetches its message into the cache. */
void transaction_expect(const struct transaction *t);
void transaction_destroy(struct transaction *t);

#endif
