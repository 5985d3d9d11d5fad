/* SPDX-License-Identifier: BSD-2-Clause */
#include "flow_view.h"

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* What a view needs to show another flow than the stream's. */
struct flow_copy {
	struct flow flow;
	struct flow_shift shift;
	uint64_t missing_ahead[2]; /* bytes of |shift.ahead| that were in gaps */
};

static enum direction turned(const struct flow_copy *copy, enum direction d)
{
	return copy->shift.turned ? direction_other(d) : d;
}

void flow_view_init(struct flow_view *v, struct flow *flow)
{
	*v = (struct flow_view){ .flow = flow, .outer = flow };
}

void flow_view_finish(struct flow_view *v, struct account *account)
{
	account_free(account, v->copy);
	*v = (struct flow_view){ 0 };
}

static bool own_copy(struct flow_view *v, struct account *account)
{
	if (!v->copy)
		v->copy = account_take_zeroed(account, 1, sizeof *v->copy);
	return v->copy != NULL;
}

bool flow_view_shift(struct flow_view *v, const struct flow_shift *shift, struct account *account)
{
	bool any = shift->turned || shift->ahead[DIR_CLIENT] || shift->ahead[DIR_SERVER] ||
		   shift->guessed[DIR_CLIENT] || shift->guessed[DIR_SERVER];

	if (!v->copy && !any)
		return true;
	if (!own_copy(v, account))
		return false;
	v->copy->shift = *shift;
	return true;
}

bool flow_view_is_shifted(const struct flow_view *v)
{
	const struct flow_shift *shift = &v->copy->shift;

	return shift->turned || shift->ahead[DIR_CLIENT] || shift->ahead[DIR_SERVER];
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

bool flow_view_show(struct flow_view *v, const struct flow_moment *then, struct account *account)
{
	struct flow *flow;

	if (flow_view_is_plain(v) && (!then || is_now(v->outer, then))) {
		v->flow = v->outer;
		return true;
	}
	if (!own_copy(v, account))
		return false;
	flow = &v->copy->flow;
	*flow = *v->outer;
	if (then) {
		flow->last = then->last;
		flow->closed = then->closed;
		flow->side[DIR_CLIENT] = then->side[DIR_CLIENT];
		flow->side[DIR_SERVER] = then->side[DIR_SERVER];
	}
	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++) {
		struct flow_side *side = &flow->side[d];
		uint64_t ahead = v->copy->shift.ahead[d];

		side->guessed = side->guessed || v->copy->shift.guessed[d];
		side->delivered = less(side->delivered, ahead);
		side->acked = less(side->acked, ahead);
		side->missing = less(side->missing, v->copy->missing_ahead[d]);
		side->first_seq += (uint32_t)ahead;
	}
	if (v->copy->shift.turned)
		turn(flow);
	v->flow = flow;
	return true;
}

bool flow_view_chunk(struct flow_view *v, const struct chunk *outer, struct chunk *inner)
{
	struct flow_copy *copy = v->copy;
	uint64_t ahead = copy ? copy->shift.ahead[outer->direction] : 0;
	uint64_t before = less(ahead, outer->offset);

	*inner = *outer;
	if (!copy)
		return true;
	if (before > outer->length)
		before = outer->length;
	if (outer->gap)
		copy->missing_ahead[outer->direction] += before;
	if (before && before == outer->length)
		return false;
	inner->peer_acked = less(outer->peer_acked, copy->shift.ahead[direction_other(outer->direction)]);
	inner->offset = less(outer->offset, ahead);
	inner->length = outer->length - before;
	if (inner->bytes)
		inner->bytes += before;
	inner->direction = turned(copy, outer->direction);
	return true;
}

bool flow_view_event(const struct flow_view *v, const struct flow_event *outer, struct flow_event *inner)
{
	const struct flow_copy *copy = v->copy;
	uint64_t ahead = copy ? copy->shift.ahead[outer->direction] : 0;
	uint64_t before = less(ahead, outer->offset);
	bool repeats = outer->kind == FLOW_EVENT_RETRANSMIT || outer->kind == FLOW_EVENT_CONFLICT;
	bool inside_ahead = before && before >= outer->length;

	*inner = *outer;
	if (!copy)
		return true;
	if (outer->kind == FLOW_EVENT_RETRANSMIT && inside_ahead)
		return false;
	/* A conflict in the bytes ahead is a fact about the connection and keeps its length. */
	if (repeats && !inside_ahead)
		inner->length = outer->length - (uint32_t)before;
	inner->offset = less(outer->offset, ahead);
	inner->direction = turned(copy, outer->direction);
	return true;
}
