/* SPDX-License-Identifier: BSD-2-Clause */
#include "connection.h"

/* No window is larger (RFC 7323 2.3): a sequence number further away does not belong to this connection. */
static const int64_t WINDOW_MAX = INT64_C(1) << 30;
/*
 * How far beyond everything seen and acknowledged a sequence number is plausible, because the capture may
 * have lost that much. A reset further ahead is considered forged. An acknowledgement further ahead is
 * accepted only when another one confirms it, because a forged or damaged packet can contain anything; if the
 * side was never seen, acknowledgements are the only evidence and need no confirmation.
 */
static const int64_t PLAUSIBLE_AHEAD = INT64_C(1) << 20;

/*
 * Returns the stream offset of sequence number |seq|, choosing the one nearest to |near|. Negative: before
 * offset 0.
 */
static int64_t offset_near(const struct flow_side *s, uint32_t seq, uint64_t near)
{
	int32_t distance = (int32_t)(seq - (s->first_seq + (uint32_t)near));

	return (int64_t)near + distance;
}

static void set_base(struct connection *c, enum direction d, uint32_t base)
{
	struct flow_side *s = &c->flow.side[d];

	if (s->placed)
		return;
	s->placed = true;
	s->first_seq = base;
}

/* Is |g| the acknowledgement that completes the handshake? */
static bool ends_handshake(const struct connection *c, const struct segment *g, enum direction d)
{
	return c->flow.rtt < 0 && d == DIR_CLIENT && c->flow.syn_ack_count && c->flow.syn_count &&
	       (g->flags & TCP_ACK) && !(g->flags & TCP_RST);
}

static void note_opening(struct connection *c, const struct segment *g, enum direction d)
{
	struct flow *flow = &c->flow;
	struct flow_side *mine = &flow->side[d], *theirs = &flow->side[direction_other(d)];

	if (g->flags & TCP_SYN) {
		set_base(c, d, g->seq + 1);
		mine->guessed &= mine->first_seq != g->seq + 1;
		mine->syn = true;
		if (g->options.has_mss)
			flow->side[d].mss = g->options.mss;
		if (g->options.has_window_scale)
			flow->side[d].window_scale = g->options.window_scale;
		if (g->flags & TCP_ACK) {
			set_base(c, direction_other(d), g->ack);
			if (flow->opened == FLOW_UNANSWERED)
				flow->opened = FLOW_HANDSHAKE;
			flow->syn_ack_count++;
			order_emit(c, FLOW_EVENT_SYN_ACK, d, &g->frame, 0, 0, g);
		} else {
			if (flow->syn_count++ == 0)
				c->syn_time = g->frame.time;
			order_emit(c, FLOW_EVENT_SYN, d, &g->frame, 0, 0, g);
		}
		return;
	}
	/*
	 * A reset that refuses the connection, or answers something not captured, does not reveal the stream
	 * positions.
	 */
	if ((g->flags & TCP_RST) && !mine->placed)
		return;
	mine->guessed |= !mine->placed;
	set_base(c, d, g->seq);
	if (g->flags & TCP_ACK) {
		/* This ACK cannot be distinguished from a later one than that of the handshake. */
		theirs->guessed |= !theirs->placed;
		set_base(c, direction_other(d), g->ack);
	}
	/* Without a SYN, only an ICMP error has been seen so far. */
	if (flow->opened == FLOW_UNANSWERED && !(g->flags & TCP_RST))
		flow->opened =
		    flow->side[d].syn || flow->side[direction_other(d)].syn ? FLOW_HANDSHAKE : FLOW_MIDSTREAM;
	if (ends_handshake(c, g, d)) {
		flow->rtt = g->frame.time - c->syn_time;
		order_emit(c, FLOW_EVENT_ESTABLISHED, d, &g->frame, 0, 0, g);
	}
}

static void note_window(struct connection *c, const struct segment *g, enum direction d)
{
	struct flow_side *s = &c->flow.side[d];
	uint64_t next = c->side[d].bytes.next;

	if (g->flags & (TCP_SYN | TCP_RST) || !(g->flags & TCP_ACK))
		return;
	if (g->window == 0 && !s->window_closed) {
		s->window_closed = true;
		order_emit(c, FLOW_EVENT_ZERO_WINDOW, d, &g->frame, next, 0, g);
	} else if (g->window != 0 && s->window_closed) {
		s->window_closed = false;
		order_emit(c, FLOW_EVENT_WINDOW_OPEN, d, &g->frame, next, 0, g);
	}
}

/* Remembers the segment [start, end) of side |s| if it is the longest that is still to be acknowledged. */
static void note_length(struct connection_side *s, struct flow_side *facts, uint64_t start, uint64_t end)
{
	uint64_t length = end - start;

	if (length > s->longest && length > facts->largest_acked) {
		s->longest = (uint32_t)length;
		s->longest_end = end;
	} else if (start < s->longest_end && end > s->longest_end - s->longest && length < s->longest) {
		/* It is sent again in smaller pieces: an acknowledgement no longer proves that the long one arrived. */
		s->longest = 0;
		s->longest_end = 0;
	}
}

/* More of side |s| was acknowledged. */
static void note_arrival(struct connection_side *s, struct flow_side *facts)
{
	if (!s->longest_end || facts->acked < s->longest_end)
		return;
	facts->largest_acked = s->longest;
	s->longest = 0;
	s->longest_end = 0;
}

static void note_ttl(struct flow_side *facts, const struct segment *g)
{
	if (g->flags & TCP_RST) {
		if (!facts->reset_ttl) {
			facts->reset_ttl = g->ttl;
			facts->reset_ip_id = g->ip_id;
		}
		return;
	}
	if (!facts->ttl_low || g->ttl < facts->ttl_low)
		facts->ttl_low = g->ttl;
	if (g->ttl > facts->ttl_high)
		facts->ttl_high = g->ttl;
}

/* Hosts that answer a SYN without state send 0 in it (RFC 6864 4.1), and count only from there. */
static void note_ip_id(struct flow_side *facts, const struct segment *g)
{
	enum { STEP_MAX = 256 };
	uint16_t step = (uint16_t)(g->ip_id - facts->ip_id);

	if (g->flags & (TCP_SYN | TCP_RST))
		return;
	if (!g->ip_id || (facts->ip_id && (!step || step > STEP_MAX)))
		facts->ip_id_varies = true;
	else if (facts->ip_id && facts->ip_id_rises < UINT8_MAX)
		facts->ip_id_rises++;
	facts->ip_id = g->ip_id;
}

/*
 * Reads the acknowledgement of |g| as an offset of the other direction. Returns false if it has none, or it
 * is not plausible.
 */
static bool read_ack(struct connection *c, const struct segment *g, enum direction d, uint64_t *acked)
{
	enum direction other = direction_other(d);
	struct connection_side *theirs = &c->side[other];
	struct flow_side *facts = &c->flow.side[other];
	uint64_t near = theirs->highest > facts->acked ? theirs->highest : facts->acked;
	int64_t offset;

	if (!(g->flags & TCP_ACK) || !facts->placed || (g->flags & TCP_SYN && g->flags & TCP_RST))
		return false;
	offset = offset_near(facts, g->ack, near);
	if (offset > (int64_t)near + WINDOW_MAX || offset < (int64_t)near - WINDOW_MAX)
		return false;
	if (facts->seen && offset > (int64_t)near + PLAUSIBLE_AHEAD &&
	    (!theirs->unconfirmed || offset < (int64_t)theirs->unconfirmed ||
	     offset > (int64_t)theirs->unconfirmed + PLAUSIBLE_AHEAD)) {
		theirs->unconfirmed = (uint64_t)offset;
		return false;
	}
	theirs->unconfirmed = 0;
	/* A FIN occupies a sequence number but no byte of the stream. */
	if (theirs->fin_offset != UINT64_MAX && offset > (int64_t)theirs->fin_offset)
		offset = (int64_t)theirs->fin_offset;
	*acked = offset < 0 ? 0 : (uint64_t)offset;
	if (!(g->flags & TCP_RST) && *acked > facts->acked) {
		facts->acked = *acked;
		note_arrival(theirs, facts);
	}
	return true;
}

/*
 * A keep-alive (RFC 9293 3.8.4) has the sequence number of the last byte and no payload, or one arbitrary
 * byte.
 */
static bool is_keep_alive(const struct connection *c, enum direction d, const struct piece *p)
{
	const struct connection_side *s = &c->side[d];

	return p->length <= 1 && p->offset + 1 >= s->bytes.next && p->offset < s->bytes.next &&
	       c->flow.side[d].acked >= s->bytes.next;
}

/* All bytes of the payload were seen before. */
static void note_retransmission(struct connection *c, const struct segment *g, enum direction d,
				const struct piece *p)
{
	c->flow.side[d].retransmissions += c->flow.side[d].retransmissions < UINT32_MAX;
	order_emit(c, FLOW_EVENT_RETRANSMIT, d, &g->frame, p->offset, (uint32_t)p->length, g);
}

static void push_payload(struct connection *c, const struct segment *g, enum direction d, struct piece *p)
{
	struct connection_side *s = &c->side[d];
	uint64_t end = p->offset + p->length, differ, held, added;

	if (is_keep_alive(c, d, p))
		return;
	if (p->offset < s->bytes.next) {
		differ = recent_difference(&s->recent, p, s->bytes.next);
		if (differ != UINT64_MAX)
			order_emit(c, FLOW_EVENT_CONFLICT, d, &g->frame, differ, (uint32_t)(end - differ), g);
	}
	if (end <= s->bytes.next) {
		note_retransmission(c, g, d, p);
		return;
	}
	if (end > s->highest)
		s->highest = end;
	if (order_pass(c, d, p))
		return;
	held = reassembly_held(&s->bytes);
	added = reassembly_push(&s->bytes, c->shared->account, p, &differ);
	c->shared->held_total += reassembly_held(&s->bytes) - held;
	if (differ != UINT64_MAX)
		order_emit(c, FLOW_EVENT_CONFLICT, d, &g->frame, differ, (uint32_t)(end - differ), g);
	if (added == 0)
		note_retransmission(c, g, d, p);
	order_advance(c);
}

/* Returns |seq| as an offset if it is plausibly ahead of |from|, otherwise |from|. */
static uint64_t offset_ahead(const struct connection *c, enum direction d, uint32_t seq, uint64_t from)
{
	int64_t offset = offset_near(&c->flow.side[d], seq, from);

	/* Nothing follows a FIN, which has a sequence number of its own. */
	return c->side[d].fin_offset == UINT64_MAX && offset > (int64_t)from &&
		       offset <= (int64_t)from + PLAUSIBLE_AHEAD
		   ? (uint64_t)offset
		   : from;
}

/*
 * Places a reset after everything its sender is known to have sent: what was captured, what the other side
 * acknowledged, and what its own sequence numbers say, if they are plausible. They also show what the sender
 * had received.
 */
static void place_reset(struct connection *c, const struct segment *g, enum direction d, struct piece *p)
{
	struct connection_side *mine = &c->side[d], *theirs = &c->side[direction_other(d)];
	const struct flow_side *facts = &c->flow.side[d];
	uint64_t sent = mine->highest > mine->bytes.next ? mine->highest : mine->bytes.next;
	uint64_t received = theirs->highest > theirs->bytes.next ? theirs->highest : theirs->bytes.next;

	p->acked_known = false;
	if (facts->acked > sent)
		sent = facts->acked;
	p->offset = sent;
	if (!facts->placed)
		return;
	p->offset = offset_ahead(c, d, g->seq, sent);
	if (!(g->flags & TCP_ACK) || !c->flow.side[direction_other(d)].placed ||
	    (p->offset == sent && offset_near(facts, g->seq, sent) != (int64_t)sent))
		return;
	p->peer_acked = offset_ahead(c, direction_other(d), g->ack, received);
	p->acked_known = p->peer_acked > received;
}

/*
 * Returns whether a server's reset, before anything else from it, answers the SYN: such a reset acknowledges
 * the SYN only (RFC 9293 3.5.2).
 */
static bool refuses(const struct connection *c, const struct segment *g)
{
	const struct flow_side *client = &c->flow.side[DIR_CLIENT];

	return !(g->flags & TCP_ACK) || !client->placed || g->ack == client->first_seq;
}

static void push_end(struct connection *c, const struct segment *g, enum direction d, struct piece *p)
{
	struct connection_side *s = &c->side[d];
	uint64_t differ;

	p->length = p->captured = 0;
	p->bytes = NULL;
	if (g->flags & TCP_RST) {
		p->kind = PIECE_RST;
		c->known.reset = true;
		place_reset(c, g, d, p);
		if (c->flow.opened == FLOW_UNANSWERED && d == DIR_SERVER) {
			c->flow.opened = refuses(c, g) ? FLOW_REFUSED : FLOW_HANDSHAKE;
			c->flow.side[d].guessed |= c->flow.opened == FLOW_HANDSHAKE;
		}
	} else {
		p->kind = PIECE_FIN;
		if (s->fin_offset != UINT64_MAX || c->flow.side[d].fin)
			return;
		s->fin_offset = p->offset;
	}
	if (order_pass_end(c, d, p))
		return;
	reassembly_push(&s->bytes, c->shared->account, p, &differ);
	order_advance(c);
}

/* Removes from |p| its first |count| bytes, which are in front of the stream. */
static void trim(struct piece *p, uint64_t count)
{
	uint64_t captured = count < p->captured ? count : p->captured;

	p->offset += count;
	p->length -= count;
	p->captured -= captured;
	p->bytes += captured;
}

static bool make_piece(struct connection *c, const struct segment *g, enum direction d, struct piece *p)
{
	struct connection_side *s = &c->side[d];
	int64_t offset = offset_near(&c->flow.side[d], g->seq + (g->flags & TCP_SYN ? 1 : 0), s->bytes.next);

	*p = (struct piece){
		.kind = PIECE_DATA,
		.offset = (uint64_t)offset,
		.length = g->payload_length,
		.captured = g->payload.length,
		.sent = g->frame,
		.ready = g->frame,
		/* The reassembly copies what it keeps and does not write through this pointer. */
		.bytes = (uint8_t *)(uintptr_t)g->payload.at,
	};
	p->acked_known = read_ack(c, g, d, &p->peer_acked);
	if (offset > (int64_t)s->bytes.next + WINDOW_MAX || offset + (int64_t)p->length < 0)
		return false;
	if (offset < 0)
		trim(p, (uint64_t)-offset);
	return true;
}

/*
 * Returns whether the payload differs from the bytes delivered in its place. If so, the packet is not a
 * duplicate, even if its headers say so.
 */
static bool contradicts(struct connection *c, const struct segment *g, enum direction d)
{
	uint64_t *unconfirmed = &c->side[direction_other(d)].unconfirmed, before = *unconfirmed;
	struct piece piece;
	bool differs = g->payload.length && c->flow.side[d].placed && make_piece(c, g, d, &piece) &&
		       recent_difference(&c->side[d].recent, &piece, c->side[d].bytes.next) != UINT64_MAX;

	/* A duplicate does not confirm an ACK; restore the old value. */
	*unconfirmed = before;
	return differs;
}

/*
 * Header prediction: most segments carry the next bytes of their side, all of them captured, and acknowledge exactly what the other side has
 * sent, while nothing is held. Returns whether |g| is one of them; then push_predicted does all that it needs.
 */
static bool is_predicted(const struct connection *c, const struct segment *g, enum direction d)
{
	const struct connection_side *mine = &c->side[d], *theirs = &c->side[direction_other(d)];
	const struct flow_side *facts = &c->flow.side[d], *others = &c->flow.side[direction_other(d)];
	uint64_t sent = theirs->highest > others->acked ? theirs->highest : others->acked;

	return (g->flags & ~TCP_PSH) == TCP_ACK && g->payload_length &&
	       g->payload.length == g->payload_length && facts->placed && others->placed &&
	       g->seq == facts->first_seq + (uint32_t)mine->bytes.next && mine->highest <= mine->bytes.next &&
	       g->ack == others->first_seq + (uint32_t)theirs->bytes.next && sent == theirs->bytes.next &&
	       !order_holds(c) && mine->fin_offset == UINT64_MAX && theirs->fin_offset == UINT64_MAX &&
	       g->window && !facts->window_closed && c->flow.opened != FLOW_UNANSWERED &&
	       !ends_handshake(c, g, d);
}

static void push_predicted(struct connection *c, const struct segment *g, enum direction d)
{
	struct connection_side *mine = &c->side[d], *theirs = &c->side[direction_other(d)];
	struct flow_side *facts = &c->flow.side[d], *others = &c->flow.side[direction_other(d)];
	struct chunk chunk = { .direction = d,
			       .acked_known = true,
			       .offset = mine->bytes.next,
			       .length = g->payload_length,
			       .bytes = g->payload.at,
			       .frame = g->frame,
			       .sent = g->frame,
			       .peer_acked = theirs->bytes.next };

	theirs->unconfirmed = 0;
	if (chunk.peer_acked > others->acked) {
		others->acked = chunk.peer_acked;
		note_arrival(theirs, others);
	}
	mine->highest = chunk.offset + chunk.length;
	note_length(mine, facts, chunk.offset, mine->highest);
	order_pass_chunk(c, &chunk);
}

void connection_push(struct connection *c, const struct segment *segment, enum direction direction,
		     const struct connection_limits *limits)
{
	struct flow_side *facts = &c->flow.side[direction];
	struct piece piece;

	facts->packets++;
	note_ttl(facts, segment);
	facts->seen = true;
	flow_note_packet(&c->flow, segment);
	if (segment->payload.length < segment->payload_length)
		c->flow.truncated = true;
	if (signature_seen(&c->side[direction].signatures, segment, limits->key) &&
	    !contradicts(c, segment, direction))
		return;
	note_ip_id(facts, segment);
	facts->payload_bytes += segment->payload_length;
	if (is_predicted(c, segment, direction)) {
		push_predicted(c, segment, direction);
		return;
	}
	note_opening(c, segment, direction);
	if (!facts->placed) {
		if (segment->flags & TCP_RST) {
			piece = (struct piece){ .sent = segment->frame, .ready = segment->frame };
			push_end(c, segment, direction, &piece);
		}
		return;
	}
	if (!make_piece(c, segment, direction, &piece))
		return;
	note_window(c, segment, direction);
	if (piece.length) {
		note_length(&c->side[direction], facts, piece.offset, piece.offset + piece.length);
		push_payload(c, segment, direction, &piece);
	}
	if (segment->flags & (TCP_FIN | TCP_RST)) {
		piece.offset += piece.length;
		push_end(c, segment, direction, &piece);
	}
	if (order_holds(c))
		order_flush(c, segment->frame.time, limits);
}

void connection_finish(struct connection *c)
{
	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++) {
		c->shared->held_total -= reassembly_held(&c->side[d].bytes);
		reassembly_finish(&c->side[d].bytes);
		recent_finish(&c->side[d].recent, c->shared->account);
	}
}
