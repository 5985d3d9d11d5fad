/* SPDX-License-Identifier: BSD-2-Clause */
/* geneve: RFC 8926. */
#include "layer.h"

enum { HEADER = 8, VERSION = 0xc0, LENGTH = 0x3f, CONTROL = 0x80, RESERVED = 0x3f };

static enum packet_outcome decode(struct walk *w)
{
	uint8_t first, flags, reserved;
	uint16_t type;

	if (!span_get_u8(w->bytes, 0, &first) || !span_get_u8(w->bytes, 1, &flags) ||
	    !span_get_be16(w->bytes, 2, &type) || !span_get_u8(w->bytes, 7, &reserved))
		return walk_short(w, HEADER);
	if ((first & VERSION) || (flags & (CONTROL | RESERVED)) || reserved || type < ETHERTYPE_LOWEST)
		return PACKET_NO_TCP;
	return walk_on(w, HEADER + (first & LENGTH) * 4u, LAYER_ETHERTYPE, type);
}

const struct layer layer_geneve = {
	.name = "geneve",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_UDP, 6081 }, { LAYER_END } },
};
