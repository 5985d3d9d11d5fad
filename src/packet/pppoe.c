/* SPDX-License-Identifier: BSD-2-Clause */
/* pppoe: the session stage of PPP over Ethernet (RFC 2516 4). */
#include "layer.h"

enum { HEADER = 6, VERSION_AND_TYPE = 0x11 };

static enum packet_outcome decode(struct walk *w)
{
	uint8_t version, code;
	uint16_t length;

	if (!span_get_u8(w->bytes, 0, &version) || !span_get_u8(w->bytes, 1, &code) ||
	    !span_get_be16(w->bytes, 4, &length))
		return walk_short(w, HEADER);
	if (version != VERSION_AND_TYPE)
		return PACKET_INVALID;
	if (code)
		return PACKET_NO_TCP;
	walk_limit(w, HEADER + (size_t)length);
	return walk_on(w, HEADER, LAYER_ETHERTYPE, ETHERTYPE_PPP);
}

const struct layer layer_pppoe = {
	.name = "pppoe",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_ETHERTYPE, 0x8864 }, { LAYER_LINK, 51 }, { LAYER_END } },
};
