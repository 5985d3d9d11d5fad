/* SPDX-License-Identifier: BSD-2-Clause */
#include "order.h"

#include <assert.h>

static void emit_chunk(struct connection *c, const struct chunk *chunk)
{
	struct flow_side *facts = &c->flow.side[chunk->direction];

	/* Each byte of a direction is delivered once, in order, as bytes or as a gap. */
	assert(chunk->offset == facts->delivered && chunk->length > 0);
	facts->delivered = chunk->offset + chunk->length;
	if (chunk->gap)
		facts->missing += chunk->length;
	recent_add(&c->side[chunk->direction].recent, chunk, c->shared->account);
	c->shared->sink.chunk(c->flow.attachment, chunk);
}

/* Delivers one piece from |next| on. The part that was not captured is delivered as a gap. */
static void deliver(struct connection *c, enum direction d, const struct piece *p)
{
	uint64_t from = c->side[d].bytes.next > p->offset ? c->side[d].bytes.next : p->offset;
	uint64_t captured_end = p->offset + p->captured, end = p->offset + p->length;
	struct chunk chunk = { .direction = d,
			       .acked_known = p->acked_known,
			       .peer_acked = p->peer_acked,
			       .frame = p->ready,
			       .sent = p->sent };
	uint64_t theirs = c->side[direction_other(d)].bytes.next;

	/* A larger value acknowledges a FIN that was captured later. */
	if (chunk.peer_acked > theirs)
		chunk.peer_acked = theirs;

	if (from < captured_end) {
		chunk.offset = from;
		chunk.length = captured_end - from;
		chunk.bytes = p->bytes + (from - p->offset);
		emit_chunk(c, &chunk);
		from = captured_end;
	}
	if (from < end) {
		chunk.offset = from;
		chunk.length = end - from;
		chunk.bytes = NULL;
		chunk.gap = chunk.cut = true;
		emit_chunk(c, &chunk);
	}
}

void order_emit(struct connection *c, enum flow_event_kind kind, enum direction d,
		const struct frame_ref *frame, uint64_t offset, uint32_t length, const struct segment *segment)
{
	struct flow_event event = {
		.kind = kind, .direction = d, .frame = *frame, .offset = offset, .length = length, .segment = segment
	};

	c->shared->sink.event(c->flow.attachment, &event);
}

static void deliver_end(struct connection *c, enum direction d, const struct piece *p)
{
	bool reset = p->kind == PIECE_RST;
	/* Bytes behind a FIN contradict it; the event comes in order anyway. */
	uint64_t offset = p->offset > c->side[d].bytes.next ? p->offset : c->side[d].bytes.next;

	if (c->flow.closed == FLOW_OPEN) {
		if (reset)
			c->flow.closed = d == DIR_CLIENT ? FLOW_CLIENT_RST : FLOW_SERVER_RST;
		else
			c->flow.closed = d == DIR_CLIENT ? FLOW_CLIENT_FIN : FLOW_SERVER_FIN;
	}
	if (reset)
		c->flow.side[d].rst = true;
	else
		c->flow.side[d].fin = true;
	order_emit(c, reset ? FLOW_EVENT_RST : FLOW_EVENT_FIN, d, &p->sent, offset, 0, NULL);
}

/* Returns whether the other direction has been delivered as far as |p| acknowledges. */
static bool in_causal_order(const struct connection *c, enum direction d, const struct piece *p)
{
	const struct connection_side *theirs = &c->side[direction_other(d)];

	if (!p->acked_known || p->peer_acked <= theirs->bytes.next)
		return true;
	/* One beyond the last byte is the FIN. */
	return theirs->fin_offset <= theirs->bytes.next && p->peer_acked <= theirs->fin_offset + 1;
}

static void release_head(struct connection *c, enum direction d)
{
	struct reassembly *r = &c->side[d].bytes;
	const struct piece *p = reassembly_first(r);
	size_t captured = p->captured;

	if (p->kind == PIECE_DATA)
		deliver(c, d, p);
	else
		deliver_end(c, d, p);
	reassembly_pop(r);
	assert(c->shared->held_total >= captured);
	c->shared->held_total -= captured;
}

/* If both directions are in order, delivers first what was captured first. */
void order_advance(struct connection *c)
{
	int next;

	do {
		const struct piece *first = NULL;

		next = -1;
		for (int d = DIR_CLIENT; d <= DIR_SERVER; d++) {
			const struct piece *p = reassembly_head(&c->side[d].bytes);

			if (!p || !in_causal_order(c, (enum direction)d, p) ||
			    (first && first->sent.time <= p->sent.time))
				continue;
			first = p;
			next = d;
		}
		if (next >= 0)
			release_head(c, (enum direction)next);
	} while (next >= 0);
}

/* Declares the undelivered bytes of |d| up to |end| as lost. */
static void give_up(struct connection *c, enum direction d, uint64_t end, const struct piece *because)
{
	struct reassembly *r = &c->side[d].bytes;
	struct chunk chunk = { .direction = d, .gap = true, .offset = r->next, .length = end - r->next };

	chunk.frame = chunk.sent = because->sent;
	emit_chunk(c, &chunk);
	reassembly_skip(r, end);
}

/* Makes the first piece of |d| deliverable by declaring gaps for what it waits for. */
static void force_head(struct connection *c, enum direction d)
{
	enum direction other = direction_other(d);
	struct reassembly *mine = &c->side[d].bytes, *theirs = &c->side[other].bytes;
	const struct piece *p = reassembly_first(mine);
	struct piece *other_first = reassembly_first(theirs);

	if (p->offset > mine->next) {
		give_up(c, d, p->offset, p);
	} else if (!in_causal_order(c, d, p)) {
		uint64_t end = reassembly_gap_end(theirs);

		if (end > p->peer_acked)
			end = p->peer_acked;
		if (other_first && other_first->offset <= theirs->next) {
			/*
			 * Each direction waits for the other: these bytes were sent earlier, but only their
			 * retransmission was captured.
			 */
			other_first->peer_acked = mine->next;
			release_head(c, other);
		} else if (!other_first && p->peer_acked == theirs->next + 1 && p->kind != PIECE_DATA) {
			/*
			 * One beyond the last byte: acknowledges a FIN that was not captured. If the
			 * acknowledging packet carries data, a lost byte is just as likely, and the safer
			 * assumption.
			 */
			const struct piece lost = { .kind = PIECE_FIN, .offset = theirs->next, .sent = p->sent };

			reassembly_first(mine)->peer_acked = theirs->next;
			if (!c->flow.side[other].fin) {
				c->side[other].fin_offset = theirs->next;
				deliver_end(c, other, &lost);
			}
		} else {
			give_up(c, other, end, p);
		}
	}
	order_advance(c);
}

/* Returns the direction whose first piece was captured first, or -1 if nothing is held. */
static int oldest_blocked(const struct connection *c)
{
	const struct piece *a = reassembly_first(&c->side[DIR_CLIENT].bytes);
	const struct piece *b = reassembly_first(&c->side[DIR_SERVER].bytes);

	if (!a || !b)
		return a ? DIR_CLIENT : b ? DIR_SERVER : -1;
	return a->sent.time <= b->sent.time ? DIR_CLIENT : DIR_SERVER;
}

void order_drain(struct connection *c)
{
	int d;

	while ((d = oldest_blocked(c)) >= 0)
		force_head(c, (enum direction)d);
	for (d = DIR_CLIENT; d <= DIR_SERVER; d++) {
		const struct piece last = { .sent = c->flow.last };
		const struct flow_side *facts = &c->flow.side[d];

		/* Acknowledged but never captured. A single byte may be a FIN that was not captured. */
		if (facts->placed && facts->acked > c->side[d].bytes.next + (facts->fin ? 0 : 1))
			give_up(c, (enum direction)d, facts->acked, &last);
	}
}

/*
 * Returns whether the receiver got the bytes that |d| lacks: the capture lost them, and they will not be sent
 * again.
 */
static bool lost_by_capture(const struct connection *c, enum direction d)
{
	return c->flow.side[d].acked > c->side[d].bytes.next || c->known.reset;
}

/*
 * Returns whether the first piece of |d| waits for a direction that was never captured. Do not wait: what it
 * acknowledges becomes a gap.
 */
static bool peer_unseen(const struct connection *c, enum direction d)
{
	const struct piece *p = reassembly_first(&c->side[d].bytes);

	return p->offset <= c->side[d].bytes.next && c->side[direction_other(d)].bytes.next > 0 &&
	       !c->flow.side[direction_other(d)].seen;
}

/* Returns whether the first piece of |d| has waited long enough. */
static bool is_due(const struct connection *c, enum direction d, tstamp now,
		   const struct connection_limits *limits)
{
	const struct reassembly *r = &c->side[d].bytes;
	const struct piece *first = reassembly_first(r);
	tstamp waited = now - first->sent.time;

	if (r->held->bytes > limits->held || r->held->count > limits->pieces ||
	    c->shared->held_total > limits->held_total || peer_unseen(c, d))
		return true;
	/*
	 * An unacknowledged hole may be filled by a late retransmission, unless the other side is not
	 * captured.
	 */
	if (first->offset <= r->next || lost_by_capture(c, d))
		return waited > limits->wait;
	return !c->flow.side[direction_other(d)].seen && waited > 4 * limits->wait;
}

void order_flush(struct connection *c, tstamp now, const struct connection_limits *limits)
{
	int d;

	while ((d = oldest_blocked(c)) >= 0) {
		/* If the oldest piece must wait longer, the other direction's may be due. */
		if (!is_due(c, (enum direction)d, now, limits))
			d = (int)direction_other((enum direction)d);
		if (!c->side[d].bytes.held || !is_due(c, (enum direction)d, now, limits))
			break;
		force_head(c, (enum direction)d);
	}
}

/* Delivers a piece that is next, without a copy, if nothing is held. */
bool order_pass(struct connection *c, enum direction d, const struct piece *p)
{
	struct reassembly *r = &c->side[d].bytes;

	if (r->held || p->offset > r->next || p->offset + p->length <= r->next || !in_causal_order(c, d, p))
		return false;
	deliver(c, d, p);
	r->next = p->offset + p->length;
	if (c->side[direction_other(d)].bytes.held)
		order_advance(c);
	return true;
}

void order_pass_chunk(struct connection *c, const struct chunk *chunk)
{
	emit_chunk(c, chunk);
	c->side[chunk->direction].bytes.next = chunk->offset + chunk->length;
}

bool order_pass_end(struct connection *c, enum direction d, const struct piece *p)
{
	if (order_holds(c) || p->offset > c->side[d].bytes.next || !in_causal_order(c, d, p))
		return false;
	deliver_end(c, d, p);
	return true;
}
