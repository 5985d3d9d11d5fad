/* SPDX-License-Identifier: BSD-2-Clause */
#include "signature.h"

enum {
	TIME_BITS = 20, /* they count more than four hours, which is longer than a connection is remembered */
	/* Duplicates of one packet are captured within half a second; a retransmission takes longer (RFC 6298 2.4). */
	DUPLICATE_WITHIN = 32, /* TIME_UNIT */
};

static const tstamp TIME_UNIT = TSTAMP_SECOND / 2 / DUPLICATE_WITHIN;
static const uint32_t TIME_MASK = (UINT32_C(1) << TIME_BITS) - 1;

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

static uint64_t hash_of(const struct segment *g, const uint64_t key[static 2])
{
	uint32_t timestamp = g->options.has_timestamp ? g->options.timestamp_value : 0;
	uint64_t hash = mix(key[0], (uint64_t)g->seq << 32 | g->ack);

	hash = mix(hash + key[1], (uint64_t)timestamp << 32 | (uint32_t)g->payload_length);
	hash = mix(hash, (uint64_t)g->ip_id << 32 | (uint32_t)g->window << 8 | g->flags);
	return hash;
}

/* Is |age|, whose lower bits count since a packet, below DUPLICATE_WITHIN? It is negative where the clock stepped back. */
static bool is_recent(uint32_t age)
{
	return ((age - DUPLICATE_WITHIN) & TIME_MASK) > TIME_MASK / 2;
}

/*
 * A retransmission has a new IPv4 identification or a later timestamp. If a packet has neither field, it
 * cannot be distinguished from a retransmission.
 */
bool signature_seen(struct signatures *s, const struct segment *g, const uint64_t key[static 2])
{
	uint64_t hash;
	uint32_t first, now;

	if (!(g->ip_id || g->options.has_timestamp))
		return false;
	hash = hash_of(g, key);
	first = hash >> 32 ? (uint32_t)(hash >> 32) : 1;
	now = (uint32_t)(g->frame.time / TIME_UNIT) & TIME_MASK;
	for (unsigned i = 0; i < SIGNATURES_KEPT; i++)
		if (s->first[i] == first && (s->rest[i] ^ (uint32_t)hash) <= TIME_MASK &&
		    is_recent(now - s->rest[i]))
			return true;
	s->first[s->next] = first;
	s->rest[s->next] = ((uint32_t)hash & ~TIME_MASK) | now;
	s->next = (uint8_t)((s->next + 1) % SIGNATURES_KEPT);
	return false;
}
