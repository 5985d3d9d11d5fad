/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * early_start: the servers that let clients begin before the greeting (PIPECONNECT, draft-harris-early-pipe). A client learns it in one
 * session and uses it in the next ones. Bounded: of servers that share a slot, the newest is remembered.
 */
#ifndef SMTPSCOPE_EARLY_START_H
#define SMTPSCOPE_EARLY_START_H

#include "addr.h"
#include "reply.h"

enum { EARLY_START_SERVERS = 1024 };

/* Zeroed, it is empty. */
struct early_start {
	struct endpoint servers[EARLY_START_SERVERS];
};

/* Does |reply|, one to EHLO, allow it? */
bool early_start_offered(const struct reply *reply);
void early_start_learn(struct early_start *e, const struct endpoint *server);
/* Has |server| allowed it before? */
bool early_start_knows(const struct early_start *e, const struct endpoint *server);

#endif
