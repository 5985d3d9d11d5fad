/* SPDX-License-Identifier: BSD-2-Clause */
/* vxlan: RFC 7348, with the group policy extension, and VXLAN-GPE, which identifies its payload. */
#include "layer.h"

enum { HEADER = 8, PORT_GPE = 4790 };
enum { FLAG_POLICY = 0x80, FLAG_NETWORK = 0x08, FLAG_PROTOCOL = 0x04 };

static enum packet_outcome decode_gpe(struct walk *w, uint8_t flags, uint8_t protocol)
{
	/* another version, or a management frame */
	if (flags & ~(unsigned)(FLAG_NETWORK | FLAG_PROTOCOL | 0x02))
		return PACKET_NO_TCP;
	if (!(flags & FLAG_PROTOCOL))
		return walk_on(w, HEADER, LAYER_ETHERTYPE, ETHERTYPE_ETHERNET);
	switch (protocol) {
	case 1:
		return walk_on(w, HEADER, LAYER_ETHERTYPE, ETHERTYPE_IPV4);
	case 2:
		return walk_on(w, HEADER, LAYER_ETHERTYPE, ETHERTYPE_IPV6);
	case 3:
		return walk_on(w, HEADER, LAYER_ETHERTYPE, ETHERTYPE_ETHERNET);
	case 5:
		return walk_on(w, HEADER, LAYER_ETHERTYPE, ETHERTYPE_MPLS);
	default:
		return PACKET_NO_TCP;
	}
}

static enum packet_outcome decode(struct walk *w)
{
	uint8_t flags, protocol, reserved;

	if (!span_get_u8(w->bytes, 0, &flags) || !span_get_u8(w->bytes, 3, &protocol) ||
	    !span_get_u8(w->bytes, 7, &reserved))
		return walk_short(w, HEADER);
	if (!(flags & FLAG_NETWORK))
		return PACKET_NO_TCP;
	if (w->next.id == PORT_GPE)
		return decode_gpe(w, flags, protocol);
	if ((flags & ~(unsigned)(FLAG_NETWORK | FLAG_POLICY)) || reserved)
		return PACKET_NO_TCP;
	return walk_on(w, HEADER, LAYER_ETHERTYPE, ETHERTYPE_ETHERNET);
}

const struct layer layer_vxlan = {
	.name = "vxlan",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_UDP, 4789 },
					    /* used by Linux, flannel and Cilium before a port was assigned */
					    { LAYER_UDP, 8472 },
					    { LAYER_UDP, PORT_GPE },
					    { LAYER_END } },
};
