/* SPDX-License-Identifier: BSD-2-Clause */
#include "comparison.h"

#include <stdlib.h>

enum { BYTES_PROOF = 8 };

int comparison_near(const struct comparison *c, enum direction d)
{
	return c->nearer < 0 ? -1 : d == DIR_CLIENT ? c->nearer : 1 - c->nearer;
}

const char *comparison_way(const struct comparison *c, enum direction d)
{
	return c->nearer < 0	 ? " between the two points"
	       : d == DIR_CLIENT ? " on the way to the server"
				 : " on the way to the client";
}

enum certainty comparison_certainty(const struct comparison *c, enum certainty certainty)
{
	return c->certainty < certainty ? c->certainty : certainty;
}

/************ the connection ************/

/* Do numbers that a device without a connection of its own does not change say that it is the same one? */
static bool is_same_packet(const struct sighted_syn *a, const struct sighted_syn *b)
{
	return a->seen && b->seen &&
	       (a->seq == b->seq ||
		(a->options.has_timestamp && b->options.has_timestamp &&
		 a->options.timestamp_value == b->options.timestamp_value) ||
		(a->ip_id && a->ip_id == b->ip_id));
}

/* Time from the SYN to its answer; -1: not seen. */
static int64_t answer_time(const struct sighting *s)
{
	tstamp syn = TSTAMP_NONE;

	for (size_t i = 0; i < s->sent_count; i++) {
		const struct transmission *t = &s->sent[i];

		if (!(t->flags & TCP_SYN))
			continue;
		if (t->direction == DIR_CLIENT && syn == TSTAMP_NONE)
			syn = t->time;
		else if (t->direction == DIR_SERVER)
			return syn == TSTAMP_NONE ? -1 : t->time - syn;
	}
	return -1;
}

static void find_connection(struct comparison *c)
{
	const struct sighting *a = c->captures[0], *b = c->captures[1];
	bool same = false, differs = false;

	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++) {
		const struct sighted_syn *one = &a->side[d].syn, *other = &b->side[d].syn;

		same |= is_same_packet(one, other);
		differs |= one->seen && other->seen && one->seq != other->seq;
		c->translated |= !endpoint_equal(&a->marks.side[d].sender, &b->marks.side[d].sender);
	}
	c->renumbered = differs;
	c->connection = same ? CONNECTION_SAME : differs ? CONNECTION_UNKNOWN : CONNECTION_SAME;
}

/*
 * Nearer to the server, the answer to the SYN takes less time. If it takes longer there, something in between answered first: a proxy.
 * Needs to know which capture is nearer.
 */
static void find_proxy(struct comparison *c)
{
	int64_t near, far;

	if (c->connection != CONNECTION_UNKNOWN || c->nearer < 0)
		return;
	near = answer_time(c->captures[c->nearer]);
	far = answer_time(c->captures[1 - c->nearer]);
	if (near >= 0 && far > near)
		c->connection = CONNECTION_SEPARATE;
}

/************ laying the streams over each other ************/

/* Are the bytes that both captures have at the same place the same? False if there are too few. */
static bool is_overlap_equal(const struct comparison *c, enum direction d, int64_t shift)
{
	const struct sighted_stream *a = &c->captures[0]->side[d], *b = &c->captures[1]->side[d];
	size_t equal = 0, all = 0;

	for (size_t i = 0; i < a->range_count; i++) {
		for (size_t j = 0; j < b->range_count; j++) {
			int64_t from = (int64_t)b->ranges[j].from - shift,
				to = (int64_t)b->ranges[j].to - shift;

			if (from < (int64_t)a->ranges[i].from)
				from = (int64_t)a->ranges[i].from;
			if (to > (int64_t)a->ranges[i].to)
				to = (int64_t)a->ranges[i].to;
			for (int64_t at = from; at < to; at++, all++)
				equal += a->bytes[at] == b->bytes[at + shift];
		}
	}
	return all >= BYTES_PROOF && equal * 2 > all;
}

/* Finds what is to be added to an offset of the first capture. Returns false if that is not known. */
static bool find_shift(const struct comparison *c, enum direction d, int64_t *shift)
{
	const struct sighting *a = c->captures[0], *b = c->captures[1];
	const struct stream_marks *one = &a->marks.side[d], *other = &b->marks.side[d];

	if (!one->placed || !other->placed)
		return false;
	*shift = 0;
	if (a->side[d].syn.seen && b->side[d].syn.seen)
		return true;
	if (c->lines[d].matched) {
		*shift = c->lines[d].shift;
		return true;
	}
	*shift = (int32_t)(one->first_seq - other->first_seq);
	return one->first_seq == other->first_seq || is_overlap_equal(c, d, *shift);
}

/************ time and place ************/

struct bounds {
	bool known;
	int64_t low, high;
};

/* The differences of the times at which the same bytes passed the two points. */
static struct bounds delays(const struct transit *t)
{
	struct bounds b = { 0 };

	for (size_t i = 0; t->known && i < t->count; i++) {
		const struct passing *one = &t->list[i].captures[0], *other = &t->list[i].captures[1];
		int64_t delay;

		if (one->count != 1 || other->count != 1)
			continue;
		delay = other->first - one->first;
		b.low = b.known && b.low < delay ? b.low : delay;
		b.high = b.known && b.high > delay ? b.high : delay;
		b.known = true;
	}
	return b;
}

/* Hops from the first capture to the second one, in the direction of |d|; negative: the other way around. */
static bool find_hops(const struct comparison *c, enum direction d, int *hops)
{
	const struct sighted_stream *a = &c->captures[0]->side[d], *b = &c->captures[1]->side[d];

	if (!a->ttl_low || !b->ttl_low || a->ttl_low != a->ttl_high || b->ttl_low != b->ttl_high)
		return false;
	*hops = a->ttl_low - b->ttl_low;
	return true;
}

/* Says the TTL which capture is nearer to the client? Returns -1 if it does not. */
static int nearer_by_ttl(struct comparison *c)
{
	int says[2] = { -1, -1 };

	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++) {
		int hops = 0;

		c->hops_known[d] = find_hops(c, (enum direction)d, &hops);
		c->hops[d] = hops < 0 ? -hops : hops;
		if (c->hops_known[d] && hops)
			says[d] = (hops > 0) == (d == DIR_CLIENT) ? 0 : 1;
	}
	if (says[0] >= 0 && says[1] >= 0 && says[0] != says[1])
		return -1;
	return says[0] >= 0 ? says[0] : says[1];
}

/*
 * A packet of the client passes the capture nearer to it first, a packet of the server last. So the delays of the two directions differ by
 * the round trip between the points, whatever the clocks say.
 */
static int nearer_by_time(const struct bounds *client, const struct bounds *server)
{
	if (!client->known || !server->known)
		return -1;
	return client->low > server->high ? 0 : client->high < server->low ? 1 : -1;
}

/*
 * The limits that the delays set to the offset of the clocks, if capture |nearer| is the nearer one to the client: no packet arrives before it
 * was sent. Without a solution |low| is above |high|: the clocks drift, a capture delivers its packets late, or the other one is nearer.
 */
static struct clock_offset limit_offset(int nearer, const struct bounds *client, const struct bounds *server)
{
	struct clock_offset o = { .low = nearer == 0 ? server->high : client->high,
				  .high = nearer == 0 ? client->low : server->low };

	o.known = o.low <= o.high;
	return o;
}

/* The offset of the clocks, if it does not depend on which capture is nearer or that is known. */
static void find_offset(struct comparison *c, const struct bounds *client, const struct bounds *server)
{
	struct clock_offset first, second;

	if (!client->known || !server->known)
		return;
	first = limit_offset(0, client, server);
	second = limit_offset(1, client, server);
	if (c->nearer >= 0)
		c->clock = c->nearer == 0 ? first : second;
	else if (first.known && first.low == second.low && first.high == second.high)
		c->clock = first;
}

static void find_place(struct comparison *c)
{
	struct bounds client = delays(&c->transit[DIR_CLIENT]), server = delays(&c->transit[DIR_SERVER]);
	int ttl = nearer_by_ttl(c), time = nearer_by_time(&client, &server);

	c->nearer = ttl >= 0 && time >= 0 && ttl != time ? -1 : ttl >= 0 ? ttl : time;
	if (c->nearer < 0)
		c->hops_known[0] = c->hops_known[1] = false;
	find_offset(c, &client, &server);
}

/************ the whole ************/

bool comparison_begin(struct comparison *c, const struct aligned *pair)
{
	static const enum certainty certainties[] = {
		[ALIGNED_BY_SEQUENCE] = CERTAINTY_CERTAIN, [ALIGNED_BY_ADDRESSES] = CERTAINTY_CERTAIN,
		[ALIGNED_BY_CONTENT] = CERTAINTY_LIKELY,   [ALIGNED_BY_ORDER] = CERTAINTY_LIKELY,
		[ALIGNED_BY_USER] = CERTAINTY_LIKELY,
	};

	*c = (struct comparison){ .pair = *pair,
				  .captures = { pair->a, pair->b },
				  .nearer = -1,
				  .certainty = certainties[pair->by] };
	find_connection(c);
	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++) {
		struct line_match *lines = &c->lines[d];
		int64_t shift;

		if (!line_match_find(lines, &pair->a->side[d], &pair->b->side[d],
				     pair->a->from_start && pair->b->from_start))
			return false;
		if (find_shift(c, (enum direction)d, &shift) &&
		    !transit_find(&c->transit[d], c->captures, (enum direction)d, shift, lines->same_until))
			return false;
	}
	find_place(c);
	find_proxy(c);
	return true;
}

void comparison_finish(struct comparison *c)
{
	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++) {
		line_match_finish(&c->lines[d]);
		transit_finish(&c->transit[d]);
	}
	difference_finish(&c->differences);
}

bool comparison_is_complete(const struct comparison *c)
{
	for (int i = 0; i < 2; i++)
		if (c->captures[i]->incomplete || c->captures[i]->side[DIR_CLIENT].more ||
		    c->captures[i]->side[DIR_SERVER].more)
			return false;
	return !c->lines[DIR_CLIENT].gave_up && !c->lines[DIR_SERVER].gave_up;
}
