/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * segments: TCP segments in the input format of the fuzzers of the stream stage and of the whole chain:
 *
 *   which (1 byte)  bits 0-1 connection, bit 2 from the server, bit 3 an ICMP error, bits 4-7 bytes cut off (times 16)
 *   flags (1)       of enum tcp_flag; bit 6: window 0, bit 7: with a timestamp option
 *   seq, ack (4+4)  relative to the initial sequence numbers
 *   length (2)      of the payload, which follows the header (limited to what is left)
 *   time (1)        since the previous segment: 2^(bits 0-4) microseconds; bit 7: backwards
 *   ip_id (1)
 */
#ifndef SMTPSCOPE_FUZZ_SEGMENTS_H
#define SMTPSCOPE_FUZZ_SEGMENTS_H

#include "segment.h"

enum { SEGMENTS_HEADER = 14, SEGMENTS_ISN_CLIENT = 0x7ffffff0, SEGMENTS_ISN_SERVER = -100 };

struct segments {
	struct span left;
	uint64_t frame;
	tstamp time;
};

static inline struct segments segments_of(const uint8_t *data, size_t size)
{
	return (struct segments){ .left = span_of(data, size), .time = 1000000 * TSTAMP_SECOND };
}

static inline void segments_endpoint(struct endpoint *e, uint8_t last, uint16_t port)
{
	*e = (struct endpoint){ .addr = { .bytes = { 192, 0, 2, last }, .version = 4 }, .port = port };
}

/* Reads the next segment. Returns false if none is left. The payload points into the data. */
static inline bool segments_next(struct segments *s, struct segment *g)
{
	uint8_t which, flags, time, ip_id;
	uint16_t length;
	tstamp step;
	bool server;

	*g = (struct segment){ .kind = SEGMENT_TCP, .ttl = 64 };
	if (!span_get_u8(s->left, 0, &which) || !span_get_u8(s->left, 1, &flags) ||
	    !span_get_be32(s->left, 2, &g->seq) || !span_get_be32(s->left, 6, &g->ack) ||
	    !span_get_be16(s->left, 10, &length) || !span_get_u8(s->left, 12, &time) ||
	    !span_get_u8(s->left, 13, &ip_id))
		return false;
	s->left = span_from(s->left, SEGMENTS_HEADER);
	server = which & 4;
	step = ((tstamp)1 << (time & 31)) * 1000;
	s->time += time & 0x80 ? -step : step;
	g->frame = (struct frame_ref){ .number = ++s->frame & FRAME_NUMBER_MAX, .digits = 6, .time = s->time };
	segments_endpoint(server ? &g->target : &g->source, 1, (uint16_t)(40000 + (which & 3)));
	segments_endpoint(server ? &g->source : &g->target, 25, 25);
	g->flags = flags & 0x3f;
	g->window = flags & 0x40 ? 0 : 8192;
	g->options.has_timestamp = flags & 0x80;
	g->options.timestamp_value = (uint32_t)s->frame;
	g->seq += (uint32_t)(server ? SEGMENTS_ISN_SERVER : SEGMENTS_ISN_CLIENT);
	g->ack += (uint32_t)(server ? SEGMENTS_ISN_CLIENT : SEGMENTS_ISN_SERVER);
	g->ip_id = ip_id;
	if (which & 8) {
		g->kind = SEGMENT_ICMP_ERROR;
		g->icmp = (struct segment_icmp){ .version = 4, .type = 3, .code = flags };
		return true;
	}
	g->payload = span_first(s->left, length);
	g->payload_length = (uint32_t)g->payload.length + (uint32_t)(which >> 4) * 16;
	s->left = span_from(s->left, length);
	return true;
}

#endif
