/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flow_view: the flow as the dialogue inside it sees it. All stream offsets count from the first byte of the dialogue, and
 * client and server are the dialogue's. The facts about packets stay those of the connection: the handshake, the times, the
 * counts of packets and retransmissions.
 *
 * Sessions and diagnoses read the view and never the stream's flow, because chunks and events that reach them carry offsets of
 * the dialogue: comparing these with the stream's own counts gives wrong answers.
 *
 * Most connections have no proxy and their roles are right. Their view is the stream's own flow, so it costs a pointer. Only
 * where the two differ (bytes of a proxy, swapped roles, or chunks that were held back while the flow went on) the view is a
 * copy, which is brought up to date before each call to the right. Between the calls such a copy does not change.
 */
#ifndef SMTPSCOPE_FLOW_VIEW_H
#define SMTPSCOPE_FLOW_VIEW_H

#include "account.h"
#include "chunk.h"

/* The changing facts of a flow, kept with each chunk or event that is held back. */
struct flow_moment {
	struct frame_ref last;
	enum flow_closed closed;
	struct flow_side side[2];
};

struct flow_view {
	const struct flow *flow;   /* what the stages to the right read: |outer| or |copy| */
	const struct flow *outer;  /* the stream's flow; its directions are the outer ones */
	struct flow *copy;	   /* owned; NULL: not needed */
	struct account *account;   /* charged with |copy|; set it after flow_view_init; NULL: none */
	bool turned;		   /* the dialogue's client is the flow's server */
	uint64_t ahead[2];	   /* bytes before the dialogue, by outer direction */
	uint64_t missing_ahead[2]; /* bytes of |ahead| that were in gaps */
	bool guessed[2];	   /* |ahead| is not certain: the side shows as guessed (struct flow_side) */
};

/* The view of |flow|, which must outlive it: nothing is ahead of the dialogue, and the roles are right. */
void flow_view_init(struct flow_view *v, const struct flow *flow);
void flow_view_finish(struct flow_view *v);
/* The facts of |flow| at this moment. */
struct flow_moment flow_moment_of(const struct flow *flow);
/*
 * Brings |v->flow| up to date; |then| is the moment to show, NULL the present one. The pointer may change. False if memory is
 * short: the view would be wrong, and the session must not be called.
 */
bool flow_view_show(struct flow_view *v, const struct flow_moment *then);
/* Is the view the stream's own flow, so that its chunks need no translation? */
static inline bool flow_view_is_plain(const struct flow_view *v)
{
	return !v->turned && !v->ahead[DIR_CLIENT] && !v->ahead[DIR_SERVER];
}

/*
 * Translates a chunk or an event of the stream (|*outer|) into the dialogue's directions and offsets. False if it belongs to
 * the bytes ahead of the dialogue and the session must not see it.
 */
bool flow_view_chunk(struct flow_view *v, const struct chunk *outer, struct chunk *inner);
bool flow_view_event(const struct flow_view *v, const struct flow_event *outer, struct flow_event *inner);

#endif
