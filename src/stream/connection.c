/* SPDX-License-Identifier: BSD-2-Clause */
#include "connection.h"

#include "fingerprint.h"

#include <stdlib.h>

/* No window is larger (RFC 7323 2.3): sequence numbers further off are not of this connection. */
static const int64_t WINDOW_MAX = INT64_C(1) << 30;
/*
 * Numbers so far beyond all that was seen and acknowledged are believed: the capture may have lost as much. Those of a reset further
 * off are made up. An acknowledgement further off is believed once another one bears it out, since a forged or damaged packet
 * may say anything; of a side that was never seen they are all there is.
 */
static const int64_t BELIEVED_AHEAD = INT64_C(1) << 20;
/* Copies of one packet reach the capture within this time; nobody sends again so soon (RFC 6298 2.4). */
static const tstamp TWICE_WITHIN = TSTAMP_SECOND / 2;

/* Stream offset of sequence number |seq|, taken as the one nearest to |near|. Negative: before offset 0. */
static int64_t offset_near(const struct connection_side *s, uint32_t seq, uint64_t near)
{
	int32_t distance = (int32_t)(seq - (s->base + (uint32_t)near));

	return (int64_t)near + distance;
}

static void set_base(struct connection_side *s, uint32_t base)
{
	if (s->base_known)
		return;
	s->base_known = true;
	s->base = base;
}

/* Puts bytes at stream offset |offset| in a ring of |size| bytes (a power of two), which they fit in. */
static void ring_put(uint8_t *ring, size_t size, uint64_t offset, const uint8_t *bytes, size_t length)
{
	size_t at = offset & (size - 1), run = size - at < length ? size - at : length;

	memcpy(ring + at, bytes, run);
	memcpy(ring, bytes + run, length - run);
}

/* Makes the ring large enough for |wanted| bytes of stream that end at |end|, or as large as it gets. False: there is none. */
static bool recent_reserve(struct connection_side *s, uint64_t wanted, uint64_t end)
{
	uint32_t size = s->recent ? s->recent_size : CONNECTION_RECENT_FIRST;
	uint8_t *ring;

	while (size < wanted && size < CONNECTION_RECENT)
		size *= 2;
	if (s->recent && size == s->recent_size)
		return true;
	ring = malloc(size);
	if (!ring)
		return false;
	if (s->recent) {
		size_t at = s->recent_from & (s->recent_size - 1), kept = (size_t)(end - s->recent_from);
		size_t run = s->recent_size - at < kept ? s->recent_size - at : kept;

		ring_put(ring, size, s->recent_from, s->recent + at, run);
		ring_put(ring, size, s->recent_from + run, s->recent, kept - run);
		free(s->recent);
	}
	s->recent = ring;
	s->recent_size = size;
	return true;
}

static void remember(struct connection_side *s, const struct chunk *chunk)
{
	const uint8_t *bytes = chunk->bytes;
	uint64_t offset = chunk->offset, length = chunk->length, end = offset + length;

	if (chunk->gap) {
		s->recent_from = end;
		return;
	}
	/* To copy what is large, mail mostly, would cost more than all else that is done with it. */
	if (length >= CONNECTION_LARGE) {
		s->large[s->large_next] =
		    (struct large_chunk){ offset, length, fingerprint(bytes, (size_t)length) };
		s->large_next = (s->large_next + 1) % CONNECTION_LARGE_KEPT;
		s->recent_from = end;
		return;
	}
	if (!recent_reserve(s, end - s->recent_from, offset)) {
		/* What stands in a smaller ring would be written over in part. */
		s->recent_from = end;
		return;
	}
	ring_put(s->recent, s->recent_size, offset, bytes, (size_t)length);
	if (end - s->recent_from > s->recent_size)
		s->recent_from = end - s->recent_size;
}

/* First offset where bytes that were handed up before come again and differ; UINT64_MAX: none that is remembered. */
static uint64_t differs_from_recent(const struct connection_side *s, const struct piece *p)
{
	uint64_t from = p->offset > s->recent_from ? p->offset : s->recent_from;
	uint64_t end = p->offset + p->captured < s->bytes.next ? p->offset + p->captured : s->bytes.next;

	for (unsigned i = 0; i < CONNECTION_LARGE_KEPT; i++) {
		const struct large_chunk *l = &s->large[i];

		if (l->length && p->offset <= l->offset && l->offset + l->length <= p->offset + p->captured &&
		    fingerprint(p->bytes + (l->offset - p->offset), (size_t)l->length) != l->fingerprint)
			return l->offset;
	}
	if (!s->recent)
		return UINT64_MAX;
	for (uint64_t at = from; at < end; at++)
		if (s->recent[at & (s->recent_size - 1)] != p->bytes[at - p->offset])
			return at;
	return UINT64_MAX;
}

static void emit_chunk(struct connection *c, struct chunk *chunk)
{
	struct flow_side *facts = &c->flow.side[chunk->direction];

	facts->delivered = chunk->offset + chunk->length;
	if (chunk->gap)
		facts->missing += chunk->length;
	remember(&c->side[chunk->direction], chunk);
	c->sink->chunk(c->flow.attachment, chunk);
}

/* Hands up one piece, from |next| on. The part that was not captured goes up as a gap. */
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

	/* What lies beyond is a FIN that was seen after the acknowledgement of it. */
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

static void emit_event(struct connection *c, enum flow_event_kind kind, enum direction d,
		       const struct frame_ref *frame, uint64_t offset, uint32_t length,
		       const struct segment *segment)
{
	struct flow_event event = {
		.kind = kind, .direction = d, .frame = *frame, .offset = offset, .length = length, .segment = segment
	};

	c->sink->event(c->flow.attachment, &event);
}

static void deliver_end(struct connection *c, enum direction d, const struct piece *p)
{
	bool reset = p->kind == PIECE_RST;

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
	emit_event(c, reset ? FLOW_EVENT_RST : FLOW_EVENT_FIN, d, &p->sent, p->offset, 0, NULL);
}

/* Has the other direction been handed up as far as this piece acknowledges? */
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
	const struct piece *p = r->head;
	size_t captured = p->captured;

	if (p->kind == PIECE_DATA)
		deliver(c, d, p);
	else
		deliver_end(c, d, p);
	reassembly_pop(r);
	*c->held_total -= captured;
}

/* Hands up whatever is in order, of both directions; where either may go first, what was captured first does. */
static void advance(struct connection *c)
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

/* Declares the bytes of |d| from where it stands to |end| as lost. */
static void give_up(struct connection *c, enum direction d, uint64_t end, const struct piece *because)
{
	struct reassembly *r = &c->side[d].bytes;
	struct chunk chunk = { .direction = d, .gap = true, .offset = r->next, .length = end - r->next };

	chunk.frame = chunk.sent = because->sent;
	emit_chunk(c, &chunk);
	reassembly_skip(r, end);
}

/* Makes the first piece of |d| go up: fills what it waits for with gaps. */
static void force(struct connection *c, enum direction d)
{
	enum direction other = direction_other(d);
	struct reassembly *mine = &c->side[d].bytes, *theirs = &c->side[other].bytes;
	const struct piece *p = mine->head;

	if (p->offset > mine->next) {
		give_up(c, d, p->offset, p);
	} else if (!in_causal_order(c, d, p)) {
		uint64_t end = reassembly_gap_end(theirs);

		if (end > p->peer_acked)
			end = p->peer_acked;
		if (theirs->head && theirs->head->offset <= theirs->next) {
			/* Bytes that are there and wait for us in turn: sent before, and captured when they were sent again. */
			theirs->head->peer_acked = mine->next;
			release_head(c, other);
		} else if (!theirs->head && p->peer_acked == theirs->next + 1 && p->kind != PIECE_DATA) {
			/*
			 * One number behind the last byte: the acknowledgement of a FIN that was not captured. With data on it,
			 * a lost byte is as likely, and the safer reading.
			 */
			const struct piece lost = { .kind = PIECE_FIN, .offset = theirs->next, .sent = p->sent };

			mine->head->peer_acked = theirs->next;
			if (!c->flow.side[other].fin) {
				c->side[other].fin_offset = theirs->next;
				deliver_end(c, other, &lost);
			}
		} else {
			give_up(c, other, end, p);
		}
	}
	advance(c);
}

/* The direction whose first piece was captured first, or -1 where nothing is held. */
static int oldest_blocked(const struct connection *c)
{
	const struct piece *a = c->side[DIR_CLIENT].bytes.head, *b = c->side[DIR_SERVER].bytes.head;

	if (!a || !b)
		return a ? DIR_CLIENT : b ? DIR_SERVER : -1;
	return a->sent.time <= b->sent.time ? DIR_CLIENT : DIR_SERVER;
}

bool connection_holds(const struct connection *c)
{
	return c->side[DIR_CLIENT].bytes.head || c->side[DIR_SERVER].bytes.head;
}

void connection_drain(struct connection *c)
{
	int d;

	while ((d = oldest_blocked(c)) >= 0)
		force(c, (enum direction)d);
	for (d = DIR_CLIENT; d <= DIR_SERVER; d++) {
		const struct piece last = { .sent = c->flow.last };
		const struct flow_side *facts = &c->flow.side[d];

		/* Acknowledged and never captured; a single byte may be a FIN that was not. */
		if (c->side[d].base_known && facts->acked > c->side[d].bytes.next + (facts->fin ? 0 : 1))
			give_up(c, (enum direction)d, facts->acked, &last);
	}
}

/* Did the receiver get the bytes that |d| lacks? Then the capture lost them, and nobody will send them again. */
static bool hole_is_ours(const struct connection *c, enum direction d)
{
	return c->flow.side[d].acked > c->side[d].bytes.next || c->reset;
}

/* A direction that was never seen is not waited for: it is one-sided, and a gap as far as it is acknowledged. */
static bool waits_in_vain(const struct connection *c, enum direction d)
{
	const struct piece *p = c->side[d].bytes.head;

	return p->offset <= c->side[d].bytes.next && c->side[direction_other(d)].bytes.next > 0 &&
	       !c->flow.side[direction_other(d)].seen;
}

/* Need the first piece of |d| wait no longer? */
static bool is_due(const struct connection *c, enum direction d, tstamp now,
		   const struct connection_limits *limits)
{
	const struct reassembly *r = &c->side[d].bytes;
	tstamp waited = now - r->head->sent.time;

	if (r->held_bytes > limits->held || r->held_count > limits->pieces ||
	    *c->held_total > limits->held_total || waits_in_vain(c, d))
		return true;
	/* A hole that nobody acknowledged may be sent again, however late; unless nobody would be seen to. */
	if (r->head->offset <= r->next || hole_is_ours(c, d))
		return waited > limits->wait;
	return !c->flow.side[direction_other(d)].seen && waited > 4 * limits->wait;
}

void connection_flush(struct connection *c, tstamp now, const struct connection_limits *limits)
{
	int d;

	while ((d = oldest_blocked(c)) >= 0) {
		/* The oldest may wait for long, and the other side's not. */
		if (!is_due(c, (enum direction)d, now, limits))
			d = (int)direction_other((enum direction)d);
		if (!c->side[d].bytes.head || !is_due(c, (enum direction)d, now, limits))
			break;
		force(c, (enum direction)d);
	}
}

static struct packet_signature signature_of(const struct segment *g)
{
	return (struct packet_signature){ .seq = g->seq,
					  .ack = g->ack,
					  .length = g->payload_length,
					  .ip_id = g->ip_id,
					  .window = g->window,
					  .flags = g->flags,
					  .time = g->frame.time,
					  .timestamp =
					      g->options.has_timestamp ? g->options.timestamp_value : 0 };
}

static bool signature_equal(const struct packet_signature *a, const struct packet_signature *b)
{
	return b->time - a->time < TWICE_WITHIN && a->seq == b->seq && a->ack == b->ack &&
	       a->timestamp == b->timestamp && a->length == b->length && a->ip_id == b->ip_id &&
	       a->window == b->window && a->flags == b->flags;
}

/*
 * The same packet captured twice (a mirror port, two taps, "any")? A sender gives what it sends again a new IPv4
 * identification or a later timestamp; where it has neither, sending again takes at least a round trip.
 */
static bool captured_twice(struct connection_side *s, const struct segment *g)
{
	uint32_t tag = g->seq ^ (g->ack << 16 | g->ack >> 16) ^ g->ip_id;
	struct packet_signature is;

	if (!(g->ip_id || g->options.has_timestamp))
		return false;
	is = signature_of(g);
	for (unsigned i = 0; i < CONNECTION_SIGNATURES; i++)
		if (s->signature_tag[i] == tag && signature_equal(&s->signature[i], &is))
			return true;
	s->signature_tag[s->signature_next] = tag;
	s->signature[s->signature_next] = is;
	s->signature_next = (s->signature_next + 1) % CONNECTION_SIGNATURES;
	return false;
}

static void note_opening(struct connection *c, const struct segment *g, enum direction d)
{
	struct flow *flow = &c->flow;
	struct connection_side *mine = &c->side[d], *theirs = &c->side[direction_other(d)];

	if (g->flags & TCP_SYN) {
		set_base(mine, g->seq + 1);
		flow->side[d].guessed &= mine->base != g->seq + 1;
		flow->side[d].syn = true;
		if (g->options.has_mss)
			flow->side[d].mss = g->options.mss;
		if (g->options.has_window_scale)
			flow->side[d].window_scale = g->options.window_scale;
		if (g->flags & TCP_ACK) {
			set_base(theirs, g->ack);
			if (flow->opened == FLOW_UNANSWERED)
				flow->opened = FLOW_HANDSHAKE;
			flow->syn_ack_count++;
			emit_event(c, FLOW_EVENT_SYN_ACK, d, &g->frame, 0, 0, g);
		} else {
			if (flow->syn_count++ == 0)
				c->syn_time = g->frame.time;
			emit_event(c, FLOW_EVENT_SYN, d, &g->frame, 0, 0, g);
		}
		return;
	}
	/* A reset that refuses, or answers nothing we saw, says nothing of where the streams stand. */
	if ((g->flags & TCP_RST) && !mine->base_known)
		return;
	flow->side[d].guessed |= !mine->base_known;
	set_base(mine, g->seq);
	if (g->flags & TCP_ACK) {
		/* The acknowledgement of the handshake is not told from a later one. */
		flow->side[direction_other(d)].guessed |= !theirs->base_known;
		set_base(theirs, g->ack);
	}
	/* Without any SYN it was known from an ICMP error alone. */
	if (flow->opened == FLOW_UNANSWERED && !(g->flags & TCP_RST))
		flow->opened =
		    flow->side[d].syn || flow->side[direction_other(d)].syn ? FLOW_HANDSHAKE : FLOW_MIDSTREAM;
	if (flow->rtt < 0 && d == DIR_CLIENT && flow->syn_ack_count && flow->syn_count &&
	    (g->flags & TCP_ACK) && !(g->flags & TCP_RST)) {
		flow->rtt = g->frame.time - c->syn_time;
		emit_event(c, FLOW_EVENT_ESTABLISHED, d, &g->frame, 0, 0, g);
	}
}

static void note_window(struct connection *c, const struct segment *g, enum direction d)
{
	struct connection_side *s = &c->side[d];

	if (g->flags & (TCP_SYN | TCP_RST) || !(g->flags & TCP_ACK))
		return;
	if (g->window == 0 && !s->window_closed) {
		s->window_closed = true;
		emit_event(c, FLOW_EVENT_ZERO_WINDOW, d, &g->frame, s->bytes.next, 0, g);
	} else if (g->window != 0 && s->window_closed) {
		s->window_closed = false;
		emit_event(c, FLOW_EVENT_WINDOW_OPEN, d, &g->frame, s->bytes.next, 0, g);
	}
}

/* What the segment's acknowledgement says, as an offset of the other direction. */
static bool read_ack(struct connection *c, const struct segment *g, enum direction d, uint64_t *acked)
{
	enum direction other = direction_other(d);
	struct connection_side *theirs = &c->side[other];
	struct flow_side *facts = &c->flow.side[other];
	uint64_t near = theirs->highest > facts->acked ? theirs->highest : facts->acked;
	int64_t offset;

	if (!(g->flags & TCP_ACK) || !theirs->base_known || (g->flags & TCP_SYN && g->flags & TCP_RST))
		return false;
	offset = offset_near(theirs, g->ack, near);
	if (offset > (int64_t)near + WINDOW_MAX || offset < (int64_t)near - WINDOW_MAX)
		return false;
	if (facts->seen && offset > (int64_t)near + BELIEVED_AHEAD &&
	    (!theirs->doubted || offset < (int64_t)theirs->doubted ||
	     offset > (int64_t)theirs->doubted + BELIEVED_AHEAD)) {
		theirs->doubted = (uint64_t)offset;
		return false;
	}
	theirs->doubted = 0;
	/* A FIN takes a sequence number and no byte of the stream. */
	if (theirs->fin_offset != UINT64_MAX && offset > (int64_t)theirs->fin_offset)
		offset = (int64_t)theirs->fin_offset;
	*acked = offset < 0 ? 0 : (uint64_t)offset;
	if (!(g->flags & TCP_RST) && *acked > facts->acked)
		facts->acked = *acked;
	return true;
}

/* Keep-alives (RFC 9293 3.8.4) carry the sequence number of the last byte, and with it none or one that may be anything. */
static bool is_keep_alive(const struct connection *c, enum direction d, const struct piece *p)
{
	const struct connection_side *s = &c->side[d];

	return p->length <= 1 && p->offset + 1 >= s->bytes.next && p->offset < s->bytes.next &&
	       c->flow.side[d].acked >= s->bytes.next;
}

/* Payload all of which was there before. */
static void note_repetition(struct connection *c, const struct segment *g, enum direction d,
			    const struct piece *p)
{
	c->flow.side[d].retransmissions++;
	emit_event(c, FLOW_EVENT_RETRANSMIT, d, &g->frame, p->offset, (uint32_t)p->length, g);
}

/* In order and with nothing held: straight up, without a copy. */
static bool pass_through(struct connection *c, enum direction d, const struct piece *p)
{
	struct reassembly *r = &c->side[d].bytes;

	if (r->head || p->offset > r->next || p->offset + p->length <= r->next || !in_causal_order(c, d, p))
		return false;
	deliver(c, d, p);
	reassembly_skip(r, p->offset + p->length);
	if (c->side[direction_other(d)].bytes.head)
		advance(c);
	return true;
}

static void push_payload(struct connection *c, const struct segment *g, enum direction d, struct piece *p)
{
	struct connection_side *s = &c->side[d];
	uint64_t end = p->offset + p->length, differ, held, added;

	if (is_keep_alive(c, d, p))
		return;
	if (p->offset < s->bytes.next) {
		differ = differs_from_recent(s, p);
		if (differ != UINT64_MAX)
			emit_event(c, FLOW_EVENT_CONFLICT, d, &g->frame, differ, (uint32_t)(end - differ), g);
	}
	if (end <= s->bytes.next) {
		note_repetition(c, g, d, p);
		return;
	}
	if (end > s->highest)
		s->highest = end;
	if (pass_through(c, d, p))
		return;
	held = s->bytes.held_bytes;
	added = reassembly_push(&s->bytes, p, &differ);
	*c->held_total += s->bytes.held_bytes - held;
	if (differ != UINT64_MAX)
		emit_event(c, FLOW_EVENT_CONFLICT, d, &g->frame, differ, (uint32_t)(end - differ), g);
	if (added == 0)
		note_repetition(c, g, d, p);
	advance(c);
}

/* |seq|, if it lies ahead of |from| and not too far, as an offset of the side; else |from|. */
static uint64_t a_little_ahead(const struct connection_side *s, uint32_t seq, uint64_t from)
{
	int64_t offset = offset_near(s, seq, from);

	/* Behind a FIN there is nothing more; it takes a number of its own. */
	return s->fin_offset == UINT64_MAX && offset > (int64_t)from && offset <= (int64_t)from + BELIEVED_AHEAD
		   ? (uint64_t)offset
		   : from;
}

/*
 * A reset takes effect behind what its sender is known to have sent: by its packets, by what the other side acknowledged, and,
 * if they are not made up, by its own numbers. These also tell what its sender had received.
 */
static void place_reset(struct connection *c, const struct segment *g, enum direction d, struct piece *p)
{
	struct connection_side *mine = &c->side[d], *theirs = &c->side[direction_other(d)];
	uint64_t sent = mine->highest > mine->bytes.next ? mine->highest : mine->bytes.next;
	uint64_t received = theirs->highest > theirs->bytes.next ? theirs->highest : theirs->bytes.next;

	p->acked_known = false;
	if (c->flow.side[d].acked > sent)
		sent = c->flow.side[d].acked;
	p->offset = sent;
	if (!mine->base_known)
		return;
	p->offset = a_little_ahead(mine, g->seq, sent);
	if (!(g->flags & TCP_ACK) || !theirs->base_known ||
	    (p->offset == sent && offset_near(mine, g->seq, sent) != (int64_t)sent))
		return;
	p->peer_acked = a_little_ahead(theirs, g->ack, received);
	p->acked_known = p->peer_acked > received;
}

/* A server's reset, before anything else of it: the answer to the SYN acknowledges that and no more (RFC 9293 3.5.2). */
static bool refuses(const struct connection *c, const struct segment *g)
{
	const struct connection_side *client = &c->side[DIR_CLIENT];

	return !(g->flags & TCP_ACK) || !client->base_known || g->ack == client->base;
}

static void push_end(struct connection *c, const struct segment *g, enum direction d, struct piece *p)
{
	struct connection_side *s = &c->side[d];
	uint64_t differ;

	p->length = p->captured = 0;
	p->bytes = NULL;
	if (g->flags & TCP_RST) {
		p->kind = PIECE_RST;
		c->reset = true;
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
	reassembly_push(&s->bytes, p, &differ);
	advance(c);
}

static bool make_piece(struct connection *c, const struct segment *g, enum direction d, struct piece *p)
{
	struct connection_side *s = &c->side[d];
	int64_t offset = offset_near(s, g->seq + (g->flags & TCP_SYN ? 1 : 0), s->bytes.next);
	size_t skip = 0;

	*p = (struct piece){ .kind = PIECE_DATA,
			     .length = g->payload_length,
			     .captured = g->payload.length,
			     .sent = g->frame,
			     .ready = g->frame,
			     .bytes = NULL };
	p->acked_known = read_ack(c, g, d, &p->peer_acked);
	if (offset > (int64_t)s->bytes.next + WINDOW_MAX || offset + (int64_t)p->length < 0)
		return false;
	if (offset < 0)
		skip = (size_t)-offset;
	p->offset = (uint64_t)(offset + (int64_t)skip);
	p->length -= skip;
	p->captured = p->captured > skip ? p->captured - skip : 0;
	/* The reassembly copies what it keeps and changes nothing through this pointer. */
	p->bytes =
	    (uint8_t *)(uintptr_t)(g->payload.at + (skip < g->payload.length ? skip : g->payload.length));
	return true;
}

/* Does the payload differ from what was handed up in its place? Then it is no copy, however much its headers are one. */
static bool contradicts(struct connection *c, const struct segment *g, enum direction d)
{
	uint64_t *doubted = &c->side[direction_other(d)].doubted, before = *doubted;
	struct piece piece;
	bool differs = g->payload.length && c->side[d].base_known && make_piece(c, g, d, &piece) &&
		       differs_from_recent(&c->side[d], &piece) != UINT64_MAX;

	/* A copy bears nothing out. */
	*doubted = before;
	return differs;
}

void connection_push(struct connection *c, const struct segment *segment, enum direction direction,
		     const struct connection_limits *limits)
{
	struct flow_side *facts = &c->flow.side[direction];
	struct piece piece;

	if (facts->packets++ == 0)
		facts->first_ttl = segment->ttl;
	facts->seen = true;
	c->flow.last = segment->frame;
	if (segment->payload.length < segment->payload_length)
		c->flow.truncated = true;
	if (captured_twice(&c->side[direction], segment) && !contradicts(c, segment, direction))
		return;
	facts->payload_bytes += segment->payload_length;
	note_opening(c, segment, direction);
	if (!c->side[direction].base_known) {
		if (segment->flags & TCP_RST) {
			piece = (struct piece){ .sent = segment->frame, .ready = segment->frame };
			push_end(c, segment, direction, &piece);
		}
		return;
	}
	if (!make_piece(c, segment, direction, &piece))
		return;
	note_window(c, segment, direction);
	if (piece.length)
		push_payload(c, segment, direction, &piece);
	if (segment->flags & (TCP_FIN | TCP_RST)) {
		piece.offset += piece.length;
		push_end(c, segment, direction, &piece);
	}
	if (connection_holds(c))
		connection_flush(c, segment->frame.time, limits);
}

bool connection_closed(const struct connection *c)
{
	const struct flow_side *a = &c->flow.side[DIR_CLIENT], *b = &c->flow.side[DIR_SERVER];

	return !connection_holds(c) && (a->rst || b->rst || (a->fin && b->fin));
}

void connection_finish(struct connection *c)
{
	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++) {
		*c->held_total -= c->side[d].bytes.held_bytes;
		reassembly_finish(&c->side[d].bytes);
		free(c->side[d].recent);
		c->side[d].recent = NULL;
	}
}
