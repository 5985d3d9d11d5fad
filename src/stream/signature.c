/* SPDX-License-Identifier: BSD-2-Clause */
#include "signature.h"

/* Duplicates of one packet are captured within this time; a retransmission takes longer (RFC 6298 2.4). */
static const tstamp DUPLICATE_WITHIN = TSTAMP_SECOND / 2;

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
	return b->time - a->time < DUPLICATE_WITHIN && a->seq == b->seq && a->ack == b->ack &&
	       a->timestamp == b->timestamp && a->length == b->length && a->ip_id == b->ip_id &&
	       a->window == b->window && a->flags == b->flags;
}

/*
 * A retransmission has a new IPv4 identification or a later timestamp. If a packet has neither field, it
 * cannot be distinguished from a retransmission.
 */
bool signature_seen(struct signatures *s, const struct segment *g)
{
	uint32_t tag = g->seq ^ (g->ack << 16 | g->ack >> 16) ^ g->ip_id;
	struct packet_signature current;

	if (!(g->ip_id || g->options.has_timestamp))
		return false;
	current = signature_of(g);
	for (unsigned i = 0; i < SIGNATURES_KEPT; i++)
		if (s->tag[i] == tag && signature_equal(&s->packet[i], &current))
			return true;
	s->tag[s->next] = tag;
	s->packet[s->next] = current;
	s->next = (s->next + 1) % SIGNATURES_KEPT;
	return false;
}
