/* SPDX-License-Identifier: BSD-2-Clause */
/* raw: IPv4 or IPv6 with no header before it; the first half byte is the version. */
#include "layer.h"

static enum packet_outcome decode(struct walk *w)
{
	uint8_t first;

	if (!span_get_u8(w->bytes, 0, &first))
		return walk_short(w, 1);
	if (first >> 4 == 4)
		return walk_on(w, 0, LAYER_ETHERTYPE, ETHERTYPE_IPV4);
	if (first >> 4 == 6)
		return walk_on(w, 0, LAYER_ETHERTYPE, ETHERTYPE_IPV6);
	return PACKET_INVALID;
}

const struct layer layer_raw = {
	.name = "raw",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_LINK, LINK_RAW },
					    { LAYER_LINK, 12 },	 /* DLT_RAW, written to files by mistake */
					    { LAYER_LINK, 14 },	 /* the same on OpenBSD */
					    { LAYER_LINK, 228 }, /* LINKTYPE_IPV4 */
					    { LAYER_LINK, 229 }, /* LINKTYPE_IPV6 */
					    { LAYER_END } },
};
