/* SPDX-License-Identifier: BSD-2-Clause */
/* vlan: IEEE 802.1Q tags, 802.1ad (QinQ) and its forerunners; stacks are walked tag by tag. */
#include "layer.h"

enum { TAG = 4 };

static enum packet_outcome decode(struct walk *w)
{
	uint16_t type;

	if (!span_get_be16(w->bytes, 2, &type))
		return walk_short(w, TAG);
	if (type >= ETHERTYPE_LOWEST)
		return walk_on(w, TAG, LAYER_ETHERTYPE, type);
	walk_on(w, TAG, LAYER_ETHERTYPE, ETHERTYPE_LLC);
	walk_limit(w, type);
	return PACKET_UNDECIDED;
}

const struct layer layer_vlan = {
	.name = "vlan",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_ETHERTYPE, 0x8100 }, /* 802.1Q */
					    { LAYER_ETHERTYPE, 0x88a8 }, /* 802.1ad */
					    { LAYER_ETHERTYPE, 0x9100 }, /* QinQ before 802.1ad */
					    { LAYER_ETHERTYPE, 0x9200 },
					    { LAYER_ETHERTYPE, 0x9300 },
					    { LAYER_END } },
};
