/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * effect: the effects of a reply on the session once it is paired and passed on: greeting, offers, TLS,
 * login, transaction.
 */
#ifndef SMTPSCOPE_EFFECT_H
#define SMTPSCOPE_EFFECT_H

#include "pairing.h"

struct session;

enum {
	LMTP_PORT = 24
}; /* where LMTP is assumed until a greeting or a hello says otherwise (RFC 2033 names no port) */

/* |reply| answers |place|; NULL: the connection. |sure|: it can answer nothing else. */
void effect_of_reply(struct session *s, const struct place *place, const struct reply *reply, bool sure);
/* Frees the facts that replies set. */
void effect_finish(struct session *s);

#endif
