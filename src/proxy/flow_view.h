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

/* How the dialogue differs from the flow around it. Zeroed: not at all. */
struct flow_shift {
	bool turned;	   /* the dialogue's client is the flow's server */
	bool guessed[2];   /* |ahead| is not certain: the side shows as guessed (struct flow_side) */
	uint64_t ahead[2]; /* bytes before the dialogue, by outer direction */
};

struct flow_copy;

struct flow_view {
	const struct flow *flow; /* what the stages to the right read: |outer| or a copy */
	struct flow *outer;	 /* the stream's flow; its directions are the outer ones */
	struct flow_copy *copy;	 /* private; NULL: not needed, as for most connections */
};

/* The view of |flow|, which must outlive it: nothing is ahead of the dialogue, and the roles are right. */
void flow_view_init(struct flow_view *v, struct flow *flow);
/* |account|: that of the other calls, charged with the copy; NULL: none. */
void flow_view_finish(struct flow_view *v, struct account *account);
/* The dialogue is shifted by |shift|. Returns false if memory runs out. */
bool flow_view_shift(struct flow_view *v, const struct flow_shift *shift, struct account *account);
/* The facts of |flow| at this moment. */
struct flow_moment flow_moment_of(const struct flow *flow);
/*
 * Brings |v->flow| up to date; |then| is the moment to show, NULL the present one. The pointer may change. False if memory is
 * short: the view would be wrong, and the session must not be called.
 */
bool flow_view_show(struct flow_view *v, const struct flow_moment *then, struct account *account);
/* Private. Are the roles others, or is something ahead of the dialogue? |v->copy| is not NULL. */
bool flow_view_is_shifted(const struct flow_view *v);
/* Is the view the stream's own flow, so that its chunks need no translation? */
static inline bool flow_view_is_plain(const struct flow_view *v)
{
	return !v->copy || !flow_view_is_shifted(v);
}

/*
 * Translates a chunk or an event of the stream (|*outer|) into the dialogue's directions and offsets. False if it belongs to
 * the bytes ahead of the dialogue and the session must not see it.
 */
bool flow_view_chunk(struct flow_view *v, const struct chunk *outer, struct chunk *inner);
bool flow_view_event(const struct flow_view *v, const struct flow_event *outer, struct flow_event *inner);

#endif
