/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ipv4: RFC 791. Checksums are not verified, because sent packets are captured before the network card fills
 * them in.
 */
#include "ip.h"

enum { HEADER = 20, OFFSET_MASK = 0x1fff, MORE_FRAGMENTS = 0x2000 };

static void take_address(struct addr *a, struct span bytes, size_t offset)
{
	*a = (struct addr){ .version = 4 };
	span_copy(bytes, offset, a->bytes, 4);
}

static enum packet_outcome decode(struct walk *w)
{
	const struct span b = w->bytes;
	struct segment *s = w->segment;
	uint8_t first = 0, protocol = 0;
	uint16_t total = 0, fragment = 0;
	size_t header;

	if (span_get_u8(b, 0, &first) && (first >> 4 != 4 || (first & 15) * 4 < HEADER))
		return PACKET_INVALID;
	if (!span_has(b, 0, HEADER))
		return walk_short(w, HEADER);
	header = (first & 15) * 4u;
	span_get_be16(b, 2, &total);
	span_get_be16(b, 4, &s->ip_id);
	span_get_be16(b, 6, &fragment);
	span_get_u8(b, 8, &s->ttl);
	span_get_u8(b, 9, &protocol);
	take_address(&s->source.addr, b, 12);
	take_address(&s->target.addr, b, 16);
	w->ip_version = 4;
	if (total) {
		if (total < header || !walk_fits(w, total))
			return PACKET_INVALID;
		w->bytes = span_first(b, total);
		w->wire = total;
		w->wire_exact = true;
		w->mirrored = false;
	} /* 0: segmentation offload; the packet is as long as the frame */
	if (protocol != IP_TCP && !layer_known(w->packet, (struct layer_key){ LAYER_IP, protocol }))
		return PACKET_NO_TCP;
	if (!(fragment & (OFFSET_MASK | MORE_FRAGMENTS)))
		return walk_on(w, header, LAYER_IP, protocol);
	if (walk_on(w, header, LAYER_IP, protocol) != PACKET_UNDECIDED)
		return walk_short(w, header);
	return ip_fragment(w, &(struct ip_fragment){ .id = s->ip_id,
						     .offset = (fragment & OFFSET_MASK) * 8u,
						     .more = fragment & MORE_FRAGMENTS,
						     .protocol = protocol });
}

const struct layer layer_ipv4 = {
	.name = "ipv4",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_ETHERTYPE, ETHERTYPE_IPV4 },
					    { LAYER_IP, 4 },	 /* IP in IP (RFC 2003) */
					    { LAYER_PPP, 0x21 }, /* RFC 1332 */
					    { LAYER_NLPID, 0xcc },
					    { LAYER_END } },
};
