/* SPDX-License-Identifier: BSD-2-Clause */
#include "flow_view.h"

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static enum direction turned(const struct flow_view *v, enum direction d)
{
	return v->turned ? direction_other(d) : d;
}

void flow_view_init(struct flow_view *v, const struct flow *flow)
{
	*v = (struct flow_view){ .flow = flow, .outer = flow };
}

void flow_view_finish(struct flow_view *v)
{
	account_free(v->account, v->copy);
	*v = (struct flow_view){ 0 };
}

struct flow_moment flow_moment_of(const struct flow *flow)
{
	return (struct flow_moment){ .last = flow->last,
				     .closed = flow->closed,
				     .side = { flow->side[DIR_CLIENT], flow->side[DIR_SERVER] } };
}

/* Has |flow| not changed since |then|, as far as its bytes show? */
static bool is_now(const struct flow *flow, const struct flow_moment *then)
{
	return then->last.number == flow->last.number && then->closed == flow->closed &&
	       then->side[DIR_CLIENT].delivered == flow->side[DIR_CLIENT].delivered &&
	       then->side[DIR_SERVER].delivered == flow->side[DIR_SERVER].delivered;
}

static void turn(struct flow *flow)
{
	static const enum flow_closed closed[] = { [FLOW_OPEN] = FLOW_OPEN,
						   [FLOW_CLIENT_FIN] = FLOW_SERVER_FIN,
						   [FLOW_SERVER_FIN] = FLOW_CLIENT_FIN,
						   [FLOW_CLIENT_RST] = FLOW_SERVER_RST,
						   [FLOW_SERVER_RST] = FLOW_CLIENT_RST };
	struct endpoint client = flow->client;
	struct flow_side side = flow->side[DIR_CLIENT];

	flow->client = flow->server;
	flow->server = client;
	flow->side[DIR_CLIENT] = flow->side[DIR_SERVER];
	flow->side[DIR_SERVER] = side;
	flow->closed = closed[flow->closed];
}

bool flow_view_show(struct flow_view *v, const struct flow_moment *then)
{
	if (flow_view_is_plain(v) && (!then || is_now(v->outer, then))) {
		v->flow = v->outer;
		return true;
	}
	if (!v->copy)
		v->copy = account_take(v->account, sizeof *v->copy);
	if (!v->copy)
		return false;
	*v->copy = *v->outer;
	if (then) {
		v->copy->last = then->last;
		v->copy->closed = then->closed;
		v->copy->side[DIR_CLIENT] = then->side[DIR_CLIENT];
		v->copy->side[DIR_SERVER] = then->side[DIR_SERVER];
	}
	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++) {
		struct flow_side *side = &v->copy->side[d];

		side->guessed = side->guessed || v->guessed[d];
		side->delivered = less(side->delivered, v->ahead[d]);
		side->acked = less(side->acked, v->ahead[d]);
		side->missing = less(side->missing, v->missing_ahead[d]);
		side->first_seq += (uint32_t)v->ahead[d];
	}
	if (v->turned)
		turn(v->copy);
	v->flow = v->copy;
	return true;
}

bool flow_view_chunk(struct flow_view *v, const struct chunk *outer, struct chunk *inner)
{
	uint64_t ahead = v->ahead[outer->direction], before = less(ahead, outer->offset);

	if (before > outer->length)
		before = outer->length;
	if (outer->gap)
		v->missing_ahead[outer->direction] += before;
	if (before && before == outer->length)
		return false;
	*inner = *outer;
	inner->peer_acked = less(outer->peer_acked, v->ahead[direction_other(outer->direction)]);
	inner->offset = less(outer->offset, ahead);
	inner->length = outer->length - before;
	if (inner->bytes)
		inner->bytes += before;
	inner->direction = turned(v, outer->direction);
	return true;
}

bool flow_view_event(const struct flow_view *v, const struct flow_event *outer, struct flow_event *inner)
{
	uint64_t ahead = v->ahead[outer->direction], before = less(ahead, outer->offset);
	bool repeats = outer->kind == FLOW_EVENT_RETRANSMIT || outer->kind == FLOW_EVENT_CONFLICT;

	bool inside_ahead = before && before >= outer->length;

	if (outer->kind == FLOW_EVENT_RETRANSMIT && inside_ahead)
		return false;
	*inner = *outer;
	/* A conflict in the bytes ahead is a fact about the connection and keeps its length. */
	if (repeats && !inside_ahead)
		inner->length = outer->length - (uint32_t)before;
	inner->offset = less(outer->offset, ahead);
	inner->direction = turned(v, outer->direction);
	return true;
}
