/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzzes the packet stage. Input: a sequence of frames, each with its link type (two bytes), seconds since
 * the previous frame (one byte) and captured length (two bytes, limited to what is left).
 */
#include "packet.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_segment(void *context, const struct segment *s)
{
	volatile uint8_t sum = 0;

	(void)context;
	if (s->payload.length > s->payload_length || s->options.sack_count > SEGMENT_SACK_BLOCKS ||
	    s->options.window_scale > 14 || (s->source.addr.version != 4 && s->source.addr.version != 6))
		abort();
	for (size_t i = 0; i < s->payload.length; i++)
		sum = (uint8_t)(sum + s->payload.at[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct packet_config config = { .secret = { 1, 2 }, .datagrams = 8, .datagram_memory = 200000 };
	struct packet *p = packet_create(&config, check_segment, NULL);
	struct span input = span_of(data, size);
	struct frame frame = { .ref = { .digits = 6 } };
	uint16_t link_type, length;
	uint8_t seconds;

	if (!p)
		return 0;
	while (span_get_be16(input, 0, &link_type) && span_get_u8(input, 2, &seconds) &&
	       span_get_be16(input, 3, &length)) {
		input = span_from(input, 5);
		frame.ref.number++;
		frame.ref.time += seconds * TSTAMP_SECOND;
		frame.link_type = link_type & 0x7fff;
		frame.bytes = span_first(input, length);
		frame.wire_length = link_type & 0x8000 ? length : (uint32_t)frame.bytes.length;
		packet_push(p, &frame);
		input = span_from(input, length);
	}
	packet_finish(p);
	if (packet_counters(p)->frames != frame.ref.number)
		abort();
	packet_destroy(p);
	return 0;
}
