/* SPDX-License-Identifier: BSD-2-Clause */
/* ipv6: the fixed header of RFC 8200; ipv6_ext reads the extension headers. */
#include "ip.h"

enum { HEADER = 40 };

static void take_address(struct addr *a, struct span bytes, size_t offset)
{
	a->version = 6;
	span_copy(bytes, offset, a->bytes, sizeof a->bytes);
}

static enum packet_outcome decode(struct walk *w)
{
	const struct span b = w->bytes;
	struct segment *s = w->segment;
	uint8_t first = 0, protocol = 0;
	uint16_t length = 0;

	if (span_get_u8(b, 0, &first) && first >> 4 != 6)
		return PACKET_INVALID;
	if (!span_has(b, 0, HEADER))
		return walk_short(w, HEADER);
	span_get_be16(b, 4, &length);
	span_get_u8(b, 6, &protocol);
	span_get_u8(b, 7, &s->ttl);
	s->ip_id = 0;
	take_address(&s->source.addr, b, 8);
	take_address(&s->target.addr, b, 24);
	w->ip_version = 6;
	if (length) {
		size_t total = HEADER + (size_t)length;

		if (!walk_fits(w, total))
			return PACKET_INVALID;
		w->bytes = span_first(b, total);
		w->wire = total;
		w->wire_exact = true;
		w->mirrored = false;
	} /* 0: a jumbogram (RFC 2675) or segmentation offload; as long as the frame */
	return walk_on(w, HEADER, LAYER_IP, protocol);
}

const struct layer layer_ipv6 = {
	.name = "ipv6",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_ETHERTYPE, ETHERTYPE_IPV6 },
					    { LAYER_IP, IP_IPV6 }, /* 6in4 (RFC 4213), IPv6 in IPv6 (RFC 2473) */
					    { LAYER_PPP, 0x57 }, /* RFC 5072 */
					    { LAYER_NLPID, 0x8e },
					    { LAYER_END } },
};
