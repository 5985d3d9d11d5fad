/* SPDX-License-Identifier: BSD-2-Clause */
/* ethernet: Ethernet II and IEEE 802.3 frames, on the wire or inside tunnels. */
#include "layer.h"

enum { HEADER = 14 };

static enum packet_outcome decode(struct walk *w)
{
	uint16_t type;

	w->mirrored = w->next.space != LAYER_LINK; /* inside a tunnel, possibly a mirror's */
	if (!span_get_be16(w->bytes, 12, &type))
		return walk_short(w, HEADER);
	if (type >= ETHERTYPE_LOWEST)
		return walk_on(w, HEADER, LAYER_ETHERTYPE, type);
	walk_on(w, HEADER, LAYER_ETHERTYPE, ETHERTYPE_LLC);
	walk_limit(w, type);
	return PACKET_UNDECIDED;
}

const struct layer layer_ethernet = {
	.name = "ethernet",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_LINK, LINK_ETHERNET },
					    { LAYER_ETHERTYPE, ETHERTYPE_ETHERNET },
					    { LAYER_END } },
};
