/* SPDX-License-Identifier: BSD-2-Clause */
/* cooked: the headers that Linux synthesizes for captures on "any": SLL (LINKTYPE_LINUX_SLL) and SLL2. */
#include "layer.h"

enum {
	LINK_SLL = 113,
	LINK_SLL2 = 276,
	SLL = 16,
	SLL2 = 20,
	PROTOCOL_LLC = 4, /* ETH_P_802_2 */
	ARPHRD_NETLINK = 824,
};

static enum packet_outcome decode(struct walk *w)
{
	const bool second = w->next.id == LINK_SLL2;
	const size_t header = second ? SLL2 : SLL;
	uint16_t protocol, hardware;

	if (!span_has(w->bytes, 0, header) || !span_get_be16(w->bytes, second ? 0 : 14, &protocol) ||
	    !span_get_be16(w->bytes, second ? 8 : 2, &hardware))
		return walk_short(w, header);
	if (hardware == ARPHRD_NETLINK) /* the protocol field is a netlink family */
		return PACKET_NO_TCP;
	if (protocol >= ETHERTYPE_LOWEST)
		return walk_on(w, header, LAYER_ETHERTYPE, protocol);
	return protocol == PROTOCOL_LLC ? walk_on(w, header, LAYER_ETHERTYPE, ETHERTYPE_LLC) : PACKET_NO_TCP;
}

const struct layer layer_cooked = {
	.name = "cooked",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_LINK, LINK_SLL }, { LAYER_LINK, LINK_SLL2 }, { LAYER_END } },
};
