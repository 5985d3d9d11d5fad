/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * order: delivers the pieces of both directions of a connection in causal order: everything that a piece's sender had
 * acknowledged is delivered before the piece, as bytes or as a gap.
 */
#ifndef SMTPSCOPE_ORDER_H
#define SMTPSCOPE_ORDER_H

#include "connection_state.h"

/* Passes an event to the sink. */
void order_emit(struct connection *c, enum flow_event_kind kind, enum direction d,
		const struct frame_ref *frame, uint64_t offset, uint32_t length, const struct segment *segment);
/* Delivers |p| without copying it, if it is next and nothing is held. Returns whether it did. */
bool order_pass(struct connection *c, enum direction d, const struct piece *p);
/* Delivers |chunk|, which is next. Nothing may be held, and the sender may have acknowledged no more than was delivered. */
void order_pass_chunk(struct connection *c, const struct chunk *chunk);
/* The same as order_pass for |p|, a FIN or a RST. */
bool order_pass_end(struct connection *c, enum direction d, const struct piece *p);
/* Delivers what is in order, of both directions. */
void order_advance(struct connection *c);
/* Declares as lost what has been waited for since before |now| - limits->wait, and delivers what waited for it. */
void order_flush(struct connection *c, tstamp now, const struct connection_limits *limits);
/* Delivers everything held, with gaps for what is missing. */
void order_drain(struct connection *c);
/* Returns whether bytes are held. */
static inline bool order_holds(const struct connection *c)
{
	return c->side[DIR_CLIENT].bytes.held || c->side[DIR_SERVER].bytes.held;
}

#endif
