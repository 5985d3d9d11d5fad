/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pktap: the header that Darwin puts before captured packets, in the capturing machine's byte order; it names
 * the link type of the packet. Older systems wrote it with a link type reserved for users, so with that type
 * the header must be plausible to be accepted.
 */
#include "layer.h"

enum { LINK_PKTAP = 258, LINK_USER2 = 149, SHORTEST = 52, LONGEST = 4096, NEXT_IS_PACKET = 1 };

static enum packet_outcome decode(struct walk *w)
{
	const bool user = w->next.id == LINK_USER2;
	uint32_t length, next, link;

	if (!span_has(w->bytes, 0, SHORTEST))
		return walk_short(w, SHORTEST);
	if (!span_get_le32(w->bytes, 0, &length) || !span_get_le32(w->bytes, 4, &next) ||
	    !span_get_le32(w->bytes, 8, &link))
		return PACKET_TRUNCATED;
	if (length > LONGEST) {
		span_get_be32(w->bytes, 0, &length);
		span_get_be32(w->bytes, 4, &next);
		span_get_be32(w->bytes, 8, &link);
	}
	if (length < SHORTEST || length > LONGEST || link > UINT16_MAX || link == LINK_PKTAP)
		return user ? PACKET_LINK_UNKNOWN : PACKET_INVALID;
	if (next != NEXT_IS_PACKET)
		return user ? PACKET_LINK_UNKNOWN : PACKET_NO_TCP;
	return walk_on(w, length, LAYER_LINK, link);
}

const struct layer layer_pktap = {
	.name = "pktap",
	.decode = decode,
	.keys =
	    (const struct layer_key[]){ { LAYER_LINK, LINK_PKTAP }, { LAYER_LINK, LINK_USER2 }, { LAYER_END } },
};
