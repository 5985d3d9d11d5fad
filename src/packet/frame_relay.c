/* SPDX-License-Identifier: BSD-2-Clause */
/* frame_relay: RFC 2427 encapsulation, and Cisco's, which has an ethertype after the address. */
#include "layer.h"

enum { LINK_FRELAY = 107, LINK_FRELAY_DIRECTION = 206, ADDRESS_MAX = 4, UNNUMBERED = 0x03, PADDING = 0x00 };

static enum packet_outcome decode(struct walk *w)
{
	size_t at = w->next.id == LINK_FRELAY_DIRECTION ? 1 : 0;
	const size_t address = at;
	uint8_t byte;
	uint16_t type;

	do { /* the lowest bit marks the last byte of the address (Q.922) */
		if (!span_get_u8(w->bytes, at, &byte))
			return walk_short(w, at + 1);
		if (at - address >= ADDRESS_MAX)
			return PACKET_INVALID;
		at++;
	} while (!(byte & 1));
	if (!span_get_u8(w->bytes, at, &byte))
		return walk_short(w, at + 1);
	if (byte != UNNUMBERED) {
		if (!span_get_be16(w->bytes, at, &type))
			return walk_short(w, at + 2);
		return type < ETHERTYPE_LOWEST ? PACKET_NO_TCP : walk_on(w, at + 2, LAYER_ETHERTYPE, type);
	}
	at++;
	if (!span_get_u8(w->bytes, at, &byte))
		return walk_short(w, at + 1);
	if (byte == PADDING && !span_get_u8(w->bytes, ++at, &byte))
		return walk_short(w, at + 1);
	return walk_on(w, at + 1, LAYER_NLPID, byte);
}

const struct layer layer_frame_relay = {
	.name = "frame_relay",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_LINK, LINK_FRELAY },
					    { LAYER_LINK, LINK_FRELAY_DIRECTION },
					    { LAYER_END } },
};
