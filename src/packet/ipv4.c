/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ipv4: RFC 791. Checksums are not verified, because sent packets are captured before the network card fills
 * them in.
 */
#include "ip.h"

enum { HEADER = IPV4_HEADER, OFFSET_MASK = IPV4_OFFSET_MASK, MORE_FRAGMENTS = IPV4_MORE_FRAGMENTS };

/*
 * |bits|: the fragment offset and flags of the header, which is |header| bytes long. Not inlined: it would slow down the headers of all
 * packets, most of which are not fragments.
 */
__attribute__((noinline)) static enum packet_outcome take_fragment(struct walk *w, size_t header,
								   uint8_t protocol, uint16_t bits)
{
	if (walk_on(w, header, LAYER_IP, protocol) != PACKET_UNDECIDED)
		return walk_short(w, header);
	return ip_fragment(w, &(struct ip_fragment){ .id = w->segment->ip_id,
						     .offset = (bits & OFFSET_MASK) * 8u,
						     .more = bits & MORE_FRAGMENTS,
						     .protocol = protocol });
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
	span_get_be16(b, 6, &fragment);
	span_get_u8(b, 9, &protocol);
	ipv4_take(s, b);
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
	if (fragment & (OFFSET_MASK | MORE_FRAGMENTS))
		return take_fragment(w, header, protocol, fragment);
	return walk_on(w, header, LAYER_IP, protocol);
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
