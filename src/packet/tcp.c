/* SPDX-License-Identifier: BSD-2-Clause */
/* tcp: RFC 9293 with the options of RFC 7323 and RFC 2018. */
#include "tcp.h"

#include "ip.h"

enum { HEADER = 20 };
enum {
	OPTION_END,
	OPTION_NOP,
	OPTION_MSS,
	OPTION_WINDOW_SCALE,
	OPTION_SACK_PERMITTED,
	OPTION_SACK,
	OPTION_TIMESTAMP = 8
};
enum { WINDOW_SCALE_MAX = 14 };
/* the layout in nearly all segments (RFC 7323 appendix A) */
static const uint32_t NOP_NOP_TIMESTAMP = 0x0101080a;

static void take_sack(struct segment_options *o, struct span b, size_t at, size_t length)
{
	if (length < 10 || (length - 2) % 8)
		return;
	o->sack_count = 0;
	for (size_t i = at + 2; i < at + length && o->sack_count < SEGMENT_SACK_BLOCKS; i += 8) {
		struct segment_sack *block = &o->sack[o->sack_count];

		if (!span_get_be32(b, i, &block->left) || !span_get_be32(b, i + 4, &block->right))
			return;
		o->sack_count++;
	}
}

static void take_option(struct segment_options *o, struct span b, size_t at, uint8_t kind, size_t length)
{
	switch (kind) {
	case OPTION_MSS:
		o->has_mss = length == 4 && span_get_be16(b, at + 2, &o->mss);
		break;
	case OPTION_WINDOW_SCALE:
		o->has_window_scale = length == 3 && span_get_u8(b, at + 2, &o->window_scale);
		if (o->window_scale > WINDOW_SCALE_MAX)
			o->window_scale = WINDOW_SCALE_MAX;
		break;
	case OPTION_SACK_PERMITTED:
		o->sack_permitted = length == 2;
		break;
	case OPTION_SACK:
		take_sack(o, b, at, length);
		break;
	case OPTION_TIMESTAMP:
		o->has_timestamp = length == 10 && span_get_be32(b, at + 2, &o->timestamp_value) &&
				   span_get_be32(b, at + 6, &o->timestamp_echo);
		break;
	default:
		break;
	}
}

/* Reads the options up to the first malformed one. |b| contains the options only. */
static void take_options(struct segment_options *o, struct span b)
{
	uint32_t word;
	uint8_t kind, length;

	if (b.length == 12 && span_get_be32(b, 0, &word) && word == NOP_NOP_TIMESTAMP) {
		o->has_timestamp = true;
		span_get_be32(b, 4, &o->timestamp_value);
		span_get_be32(b, 8, &o->timestamp_echo);
		return;
	}
	for (size_t at = 0; span_get_u8(b, at, &kind) && kind != OPTION_END;) {
		if (kind == OPTION_NOP) {
			at++;
			continue;
		}
		if (!span_get_u8(b, at + 1, &length) || length < 2 || !span_has(b, at, length))
			return;
		take_option(o, b, at, kind, length);
		at += length;
	}
}

enum packet_outcome tcp_take(struct segment *s, struct span b, size_t wire)
{
	uint8_t offset;
	size_t header;

	if (!span_get_u8(b, 12, &offset) || !span_has(b, 0, HEADER))
		return walk_lacks(wire, HEADER);
	header = (offset >> 4) * 4u;
	if (header < HEADER || header > wire)
		return PACKET_INVALID;
	span_get_be16(b, 0, &s->source.port);
	span_get_be16(b, 2, &s->target.port);
	span_get_be32(b, 4, &s->seq);
	span_get_be32(b, 8, &s->ack);
	span_get_u8(b, 13, &s->flags);
	s->flags &= TCP_FIN | TCP_SYN | TCP_RST | TCP_PSH | TCP_ACK | TCP_URG;
	span_get_be16(b, 14, &s->window);
	s->payload = span_from(b, header);
	s->payload_length = (uint32_t)(wire - header);
	s->options = (struct segment_options){ 0 };
	if (header > HEADER)
		take_options(&s->options, span_from(span_first(b, header), HEADER));
	return PACKET_SEGMENT;
}

static enum packet_outcome decode(struct walk *w)
{
	return w->ip_version ? tcp_take(w->segment, w->bytes, w->wire) : PACKET_NO_TCP;
}

const struct layer layer_tcp = {
	.name = "tcp",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_IP, IP_TCP }, { LAYER_END } },
};
