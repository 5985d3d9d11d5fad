/* SPDX-License-Identifier: BSD-2-Clause */
#include "signature.h"

/* Duplicates of one packet are captured within this time; a retransmission takes longer (RFC 6298 2.4). */
static const tstamp DUPLICATE_WITHIN = TSTAMP_SECOND / 2;

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
	return hash ? hash : 1;
}

/*
 * A retransmission has a new IPv4 identification or a later timestamp. If a packet has neither field, it
 * cannot be distinguished from a retransmission.
 */
bool signature_seen(struct signatures *s, const struct segment *g, const uint64_t key[static 2])
{
	uint64_t fields;

	if (!(g->ip_id || g->options.has_timestamp))
		return false;
	fields = hash_of(g, key);
	for (unsigned i = 0; i < SIGNATURES_KEPT; i++)
		if (s->fields[i] == fields && g->frame.time - s->time[i] < DUPLICATE_WITHIN)
			return true;
	s->fields[s->next] = fields;
	s->time[s->next] = g->frame.time;
	s->next = (s->next + 1) % SIGNATURES_KEPT;
	return false;
}
