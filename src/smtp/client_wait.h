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
struct session;

/* The reply to the command at |asked_at| has come. */
void client_wait_answered(struct session *s, unsigned code);
/* What decides was not seen and will not be: the looks of what is held decide, or success is assumed. */
void client_resolve_unseen(struct session *s);
/* One such state may follow another: ends as many as it takes to hold no more than is allowed. */
void client_bound_hold(struct session *s);

/* It is decided: what is held is read in |state|; |assumed|: that is an assumption. */
void client_resolve(struct session *s, enum client_state state, bool assumed);
/* The message goes on behind its gaps. */
void client_resolve_in_body(struct session *s, bool assumed);
/* Nothing is done where |verdict| is still open. */
void client_resolve_proxy(struct session *s, enum client_proxy_verdict verdict);
/* What is held is a message. */
void client_begin_body(struct session *s, bool assumed);
/* The capture began inside a message: what is held is the rest of it. */
void client_begin_rest_of_body(struct session *s);
void client_begin_chunk(struct session *s, bool assumed);
/* The client speaks TLS from |first| on; NULL: from what is held. */
void client_begin_tls(struct session *s, const struct chunk *first);
/* TLS was agreed on: do the client's bytes in |chunk| keep to it? */
void client_check_tls_begin(struct session *s, const struct chunk *chunk);
/* The first line of what is held, or as much of it as there is, without its line end. */
struct span client_held_line(const struct client_reader *c);

#endif
