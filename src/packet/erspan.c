/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * erspan: frames mirrored over GRE (draft-foschiano-erspan), types II and III. Type I is plain Ethernet in
 * GRE.
 */
#include "layer.h"

enum { TYPE_II = 0x88be, TYPE_III = 0x22eb };
enum { HEADER_II = 8, HEADER_III = 12, SUBHEADER = 8, CARRIES_ETHERNET = 0, CARRIES_IP = 2 };

static enum packet_outcome decode(struct walk *w)
{
	uint16_t version, last;
	size_t header = HEADER_III;

	if (!span_get_be16(w->bytes, 0, &version))
		return walk_short(w, HEADER_II);
	version >>= 12;
	if (w->next.id == TYPE_II)
		return version == 1 ? walk_on(w, HEADER_II, LAYER_ETHERTYPE, ETHERTYPE_ETHERNET)
				    : PACKET_NO_TCP;
	if (version != 2)
		return PACKET_NO_TCP;
	if (!span_get_be16(w->bytes, 10, &last))
		return walk_short(w, header);
	if (last & 1)
		header += SUBHEADER;
	w->mirrored = true;
	switch (last >> 10 & 0x1f) {
	case CARRIES_ETHERNET:
		return walk_on(w, header, LAYER_ETHERTYPE, ETHERTYPE_ETHERNET);
	case CARRIES_IP:
		return walk_on(w, header, LAYER_LINK, LINK_RAW);
	default:
		return PACKET_NO_TCP;
	}
}

const struct layer layer_erspan = {
	.name = "erspan",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_ETHERTYPE, TYPE_II },
					    { LAYER_ETHERTYPE, TYPE_III },
					    { LAYER_END } },
};
