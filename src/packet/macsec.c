/* SPDX-License-Identifier: BSD-2-Clause */
/* macsec: IEEE 802.1AE frames that are authenticated but not encrypted. */
#include "layer.h"

enum {
	TAG = 6,
	CHANNEL = 8,
	FLAG_CHANNEL = 0x20,
	FLAG_ENCRYPTED = 0x08,
	FLAG_CHANGED = 0x04,
	FLAG_VERSION = 0x80
};

static enum packet_outcome decode(struct walk *w)
{
	uint8_t flags;
	uint16_t type;
	size_t tag = TAG;

	if (!span_get_u8(w->bytes, 0, &flags))
		return walk_short(w, TAG);
	if (flags & (FLAG_VERSION | FLAG_ENCRYPTED | FLAG_CHANGED))
		return PACKET_NO_TCP;
	if (flags & FLAG_CHANNEL)
		tag += CHANNEL;
	if (!span_get_be16(w->bytes, tag, &type))
		return walk_short(w, tag + 2);
	return type < ETHERTYPE_LOWEST ? PACKET_NO_TCP : walk_on(w, tag + 2, LAYER_ETHERTYPE, type);
}

const struct layer layer_macsec = {
	.name = "macsec",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_ETHERTYPE, 0x88e5 }, { LAYER_END } },
};
