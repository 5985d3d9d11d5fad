/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client_wait: the states of the client reader that hold bytes (client_reader.h), and how each ends: by the reply it waits for,
 * or without one.
 */
#ifndef SMTPSCOPE_CLIENT_WAIT_H
#define SMTPSCOPE_CLIENT_WAIT_H

#include "client_proxy.h"
#include "client_state.h"

struct client_reader;

/* The reply to the command at |asked_at| has come. */
void client_wait_answered(struct client_reader *c, unsigned code);
/* What decides was not seen and will not be: the looks of what is held decide, or success is assumed. */
void client_resolve_unseen(struct client_reader *c);
/* One such state may follow another: ends as many as it takes to hold no more than is allowed. */
void client_bound_hold(struct client_reader *c);

/* It is decided: what is held is read in |state|; |assumed|: that is an assumption. */
void client_resolve(struct client_reader *c, enum client_state state, bool assumed);
/* The message goes on behind its gaps. */
void client_resolve_in_body(struct client_reader *c, bool assumed);
/* Nothing is done where |verdict| is still open. */
void client_resolve_proxy(struct client_reader *c, enum client_proxy_verdict verdict);
/* What is held is a message. */
void client_begin_body(struct client_reader *c, bool assumed);
/* The capture began inside a message: what is held is the rest of it. */
void client_begin_rest_of_body(struct client_reader *c);
void client_begin_chunk(struct client_reader *c, bool assumed);
/* The client speaks TLS from |first| on; NULL: from what is held. */
void client_begin_tls(struct client_reader *c, const struct chunk *first);
/* TLS was agreed on: do the client's bytes in |chunk| keep to it? */
void client_check_tls_begin(struct client_reader *c, const struct chunk *chunk);
/* The first line of what is held, or as much of it as there is, without its line end. */
struct span client_held_line(const struct client_reader *c);

#endif
