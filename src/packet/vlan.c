/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vlan: tags between the addresses and the type of an Ethernet frame: IEEE 802.1Q, 802.1ad (QinQ), its
 * predecessors and similar tags. Stacked tags are decoded one by one.
 */
#include "layer.h"

enum { VN_TAG = 0x8926, REDUNDANCY = 0x892f, SECURITY_GROUP = 0x8909 };

/* Bytes of the tag after its own ethertype, including the next ethertype. */
static size_t tag_length(unsigned ethertype)
{
	switch (ethertype) {
	case VN_TAG:
	case REDUNDANCY:
		return 6;
	case SECURITY_GROUP:
		return 8;
	default:
		return 4;
	}
}

static enum packet_outcome decode(struct walk *w)
{
	const size_t tag = tag_length(w->next.id);
	uint16_t type;

	if (!span_get_be16(w->bytes, tag - 2, &type))
		return walk_short(w, tag);
	if (type >= ETHERTYPE_LOWEST)
		return walk_on(w, tag, LAYER_ETHERTYPE, type);
	walk_on(w, tag, LAYER_ETHERTYPE, ETHERTYPE_LLC);
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
					    /* Cisco, similar to 802.1BR */
					    { LAYER_ETHERTYPE, VN_TAG },
					    { LAYER_ETHERTYPE, REDUNDANCY },	 /* HSR (IEC 62439-3) */
					    { LAYER_ETHERTYPE, SECURITY_GROUP }, /* Cisco metadata */
					    { LAYER_END } },
};
