/* SPDX-License-Identifier: BSD-2-Clause */
/* Changes the segments of a conversation as a network or a capture may, without changing its content. */
#include "memory.h"
#include "talk.h"

#include <stdlib.h>

enum { SMALL_SEGMENT = 64, BURST_LEAST = 2, BURST_MOST = 4 };

void talk_number(struct talk *t)
{
	uint64_t number = 0;

	for (size_t i = 0; i < t->count; i++)
		t->segments[i].segment.frame.number = t->segments[i].captured ? ++number & FRAME_NUMBER_MAX : 0;
}

void talk_feed(const struct talk *t, segment_sink *sink, void *context)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->segments[i].captured)
			sink(context, &t->segments[i].segment);
}

/* Returns the next segment of the same session after |at|, or |count|. */
static size_t next_of_session(const struct talk *t, size_t at)
{
	size_t i = at + 1;

	while (i < t->count && t->segments[i].session != t->segments[at].session)
		i++;
	return i;
}

static bool plain(const struct talk_segment *s)
{
	return s->captured && !s->odd && s->segment.kind == SEGMENT_TCP &&
	       !(s->segment.flags & (TCP_SYN | TCP_RST)) &&
	       s->segment.payload.length == s->segment.payload_length;
}

static bool like_neighbours(const struct talk_segment *a, const struct talk_segment *b)
{
	return plain(a) && plain(b) && a->from_client == b->from_client && a->segment.ack == b->segment.ack &&
	       (a->segment.flags & TCP_ACK) == (b->segment.flags & TCP_ACK) &&
	       a->segment.window == b->segment.window &&
	       b->segment.frame.time - a->segment.frame.time < TSTAMP_SECOND;
}

static bool can_swap(const struct talk *t, size_t at)
{
	size_t next = next_of_session(t, at);

	return next < t->count && like_neighbours(&t->segments[at], &t->segments[next]) &&
	       t->segments[next].segment.payload_length && t->segments[at].segment.payload_length;
}

static bool can_merge(const struct talk *t, size_t at)
{
	size_t next = next_of_session(t, at);
	const struct talk_segment *a = &t->segments[at], *b;

	if (next >= t->count)
		return false;
	b = &t->segments[next];
	return like_neighbours(a, b) && a->segment.payload_length && !(a->segment.flags & TCP_FIN) &&
	       b->segment.seq == a->segment.seq + a->segment.payload_length &&
	       a->segment.payload_length + b->segment.payload_length <= 16384;
}

static bool can_split(const struct talk *t, size_t at, size_t offset)
{
	const struct talk_segment *s = &t->segments[at];

	return s->captured && s->segment.kind == SEGMENT_TCP && !(s->segment.flags & (TCP_SYN | TCP_RST)) &&
	       offset > 0 && offset < s->segment.payload_length &&
	       s->segment.payload.length == s->segment.payload_length && !s->odd;
}

static bool possible(const struct talk *t, struct talk_change change)
{
	if (change.kind == TALK_SAME)
		return true;
	if (change.kind == TALK_PREFIX)
		return change.at <= t->count;
	if (change.at >= t->count)
		return false;
	switch (change.kind) {
	case TALK_SWAP:
		return can_swap(t, change.at);
	case TALK_MERGE:
		return can_merge(t, change.at);
	case TALK_SPLIT:
		return can_split(t, change.at, change.offset);
	case TALK_TWICE:
		return t->segments[change.at].captured && t->segments[change.at].segment.kind == SEGMENT_TCP;
	case TALK_AGAIN:
		return plain(&t->segments[change.at]) && t->segments[change.at].segment.payload_length &&
		       next_of_session(t, change.at) < t->count;
	case TALK_LOSE:
		return t->segments[change.at].captured;
	case TALK_BURST:
		return change.offset >= BURST_LEAST && change.at + change.offset <= t->count;
	case TALK_SUFFIX:
		return change.at > 0;
	default:
		return false;
	}
}

static void swap(struct talk *t, size_t at)
{
	size_t next = next_of_session(t, at);
	struct talk_segment first = t->segments[at], second = t->segments[next];
	tstamp time = first.segment.frame.time;

	first.segment.frame.time = second.segment.frame.time;
	second.segment.frame.time = time;
	t->segments[at] = second;
	t->segments[next] = first;
}

static bool merge(struct talk *t, size_t at)
{
	size_t next = next_of_session(t, at);
	struct talk_segment *a = &t->segments[at], *b = &t->segments[next];
	uint8_t *bytes = talk_memory_alloc(t->memory, a->whole.length + b->whole.length);

	if (!bytes)
		return false;
	memcpy(bytes, a->whole.at, a->whole.length);
	if (b->whole.length)
		memcpy(bytes + a->whole.length, b->whole.at, b->whole.length);
	a->whole = span_of(bytes, a->whole.length + b->whole.length);
	a->segment.payload = a->whole;
	a->segment.payload_length += b->segment.payload_length;
	a->segment.flags |= b->segment.flags;
	a->segment.frame.time = b->segment.frame.time;
	a->last_of_line = b->last_of_line;
	memmove(b, b + 1, (t->count - next - 1) * sizeof *b);
	t->count--;
	if (next != at + 1) { /* it follows what other sessions did before the second part was sent */
		struct talk_segment merged = *a;
		memmove(a, a + 1, (next - 1 - at) * sizeof *a);
		t->segments[next - 1] = merged;
	}
	return true;
}

/* The sender of |sent| counts its packets: makes room for the identification behind that of |sent|, and returns it; 0: it has none. */
static uint16_t next_ip_id(struct talk *t, const struct talk_segment *sent)
{
	const struct segment was = sent->segment;
	unsigned session = sent->session;
	bool from_client = sent->from_client;

	for (size_t i = 0; was.ip_id && i < t->count; i++) {
		struct talk_segment *s = &t->segments[i];

		if (s->session == session && s->from_client == from_client && s->segment.ip_id &&
		    (int16_t)(uint16_t)(s->segment.ip_id - was.ip_id) > 0)
			s->segment.ip_id++;
	}
	return was.ip_id ? (uint16_t)(was.ip_id + 1) : 0;
}

static void split(struct talk *t, size_t at, size_t offset)
{
	struct talk_segment *a = &t->segments[at], *b = a + 1;
	uint16_t ip_id = next_ip_id(t, a);

	memmove(b, a, (t->count - at) * sizeof *a);
	t->count++;
	a->whole = span_first(a->whole, offset);
	a->segment.payload = a->whole;
	a->segment.payload_length = (uint32_t)offset;
	a->segment.flags &= (uint8_t)~TCP_FIN;
	a->last_of_line = false;
	b->whole = span_from(b->whole, offset);
	b->segment.payload = b->whole;
	b->segment.payload_length = (uint32_t)b->whole.length;
	b->segment.seq += (uint32_t)offset;
	b->segment.ip_id = ip_id;
	b->segment.frame.time += 30000;
}

/*
 * Inserts a copy of segment |at| after it or, with |again|, after the next segment of its session, as a
 * separate packet.
 */
static void repeat(struct talk *t, size_t at, bool again)
{
	size_t behind = again ? next_of_session(t, at) : at;
	size_t before = t->segments[behind].from_client == t->segments[at].from_client ? behind : at;
	struct talk_segment copy = t->segments[at], *place = &t->segments[behind + 1];

	copy.odd = true;
	copy.segment.frame.time = t->segments[behind].segment.frame.time + 15000;
	if (again && copy.segment.ip_id)
		copy.segment.ip_id = next_ip_id(t, &t->segments[before]);
	memmove(place + 1, place, (t->count - behind - 1) * sizeof *place);
	*place = copy;
	t->count++;
}

bool talk_change(struct talk *to, const struct talk *from, struct talk_change change)
{
	struct talk made = *from;
	bool good = true;

	if (!possible(from, change))
		return false;
	made.owner = false;
	made.memory = talk_memory_create();
	made.segments = calloc(from->count + 1, sizeof *made.segments);
	if (!made.segments || !made.memory) {
		talk_finish(&made);
		return false;
	}
	if (from->count)
		memcpy(made.segments, from->segments, from->count * sizeof *made.segments);
	switch (change.kind) {
	case TALK_SAME:
		break;
	case TALK_SWAP:
		swap(&made, change.at);
		break;
	case TALK_MERGE:
		good = merge(&made, change.at);
		break;
	case TALK_SPLIT:
		split(&made, change.at, change.offset);
		break;
	case TALK_TWICE:
	case TALK_AGAIN:
		repeat(&made, change.at, change.kind == TALK_AGAIN);
		break;
	case TALK_LOSE:
		made.segments[change.at].captured = false;
		break;
	case TALK_BURST:
		for (size_t i = 0; i < change.offset; i++)
			made.segments[change.at + i].captured = false;
		break;
	case TALK_SUFFIX:
		for (size_t i = 0; i < change.at; i++)
			made.segments[i].captured = false;
		break;
	case TALK_PREFIX:
		made.count = change.at;
		break;
	}
	if (!good) {
		talk_finish(&made);
		return false;
	}
	talk_number(&made);
	*to = made;
	return true;
}

struct talk_steps talk_steps_for(const struct talk *t, size_t most, size_t segments)
{
	struct talk_steps steps = { 1, 1, 1 };
	size_t small = 0, large = 0;

	for (size_t i = 0; i < t->count; i++) {
		size_t length = t->segments[i].captured ? t->segments[i].segment.payload_length : 0;
		if (length <= SMALL_SEGMENT)
			small += length;
		else
			large += length;
	}
	if (!most)
		most = 1;
	if (small > most)
		steps.small = (small + most - 1) / most;
	steps.large = large / most * 4 + 1;
	/* An odd step: a long talk repeats a pattern of few packets, of which no place may be left out. */
	if (segments && t->count > segments)
		steps.segment = (t->count + segments - 1) / segments | 1;
	return steps;
}

static size_t step_at(const struct talk *t, size_t at, struct talk_steps steps)
{
	size_t step = t->segments[at].segment.payload_length <= SMALL_SEGMENT ? steps.small : steps.large;

	return step ? step : 1;
}

/* Returns the change that follows |c|, whether or not it is possible. */
static struct talk_change successor(const struct talk *t, struct talk_change c, struct talk_steps steps)
{
	if (c.kind == TALK_SAME)
		return (struct talk_change){ .kind = TALK_SWAP };
	if (c.kind == TALK_SPLIT) {
		c.offset += step_at(t, c.at, steps);
		if (c.offset < t->segments[c.at].segment.payload_length)
			return c;
	}
	if (c.kind == TALK_BURST && c.offset < BURST_MOST) {
		c.offset++;
		return c;
	}
	c.at += steps.segment;
	if (c.at >= t->count + (c.kind == TALK_PREFIX)) {
		c.at = 0;
		c.kind++;
	}
	/* with larger steps, start elsewhere in each segment, so that all positions of a line are covered */
	c.offset = c.kind == TALK_SPLIT	  ? 1 + 7 * c.at % step_at(t, c.at, steps)
		   : c.kind == TALK_BURST ? BURST_LEAST
					  : 0;
	return c;
}

bool talk_change_next(const struct talk *t, struct talk_change *change, struct talk_steps steps)
{
	if (!t->count)
		return false;
	do {
		*change = successor(t, *change, steps);
		if (change->kind > TALK_PREFIX)
			return false;
	} while (!possible(t, *change));
	return true;
}

const char *talk_change_name(enum talk_change_kind kind)
{
	static const char *const names[] = {
		[TALK_SAME] = "same",	  [TALK_SWAP] = "swap",	  [TALK_MERGE] = "merge",
		[TALK_SPLIT] = "split",	  [TALK_TWICE] = "twice", [TALK_AGAIN] = "again",
		[TALK_LOSE] = "lose",	  [TALK_BURST] = "burst", [TALK_SUFFIX] = "suffix",
		[TALK_PREFIX] = "prefix",
	};

	return names[kind];
}

void talk_change_text(char text[static 40], struct talk_change change)
{
	const char *name = talk_change_name(change.kind);

	if (change.kind == TALK_SAME)
		snprintf(text, 40, "%s", name);
	else if (change.kind == TALK_SPLIT || change.kind == TALK_BURST)
		snprintf(text, 40, "%s %zu:%zu", name, change.at, change.offset);
	else
		snprintf(text, 40, "%s %zu", name, change.at);
}
