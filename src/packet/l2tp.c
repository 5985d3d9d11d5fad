/* SPDX-License-Identifier: BSD-2-Clause */
/* l2tp: data messages of L2TPv2 (RFC 2661 3.1), which carry PPP. */
#include "layer.h"

enum {
	FLAG_CONTROL = 0x8000,
	FLAG_LENGTH = 0x4000,
	FLAG_SEQUENCE = 0x0800,
	FLAG_OFFSET = 0x0200,
	VERSION = 0x000f
};
enum { MUST_BE_ZERO = 0x34f0 };

static enum packet_outcome decode(struct walk *w)
{
	uint16_t flags, length, pad;
	size_t header = 6; /* flags, tunnel, session */

	if (!span_get_be16(w->bytes, 0, &flags))
		return walk_short(w, header);
	if ((flags & (FLAG_CONTROL | MUST_BE_ZERO)) || (flags & VERSION) != 2)
		return PACKET_NO_TCP;
	if (flags & FLAG_LENGTH) {
		header += 2;
		if (!span_get_be16(w->bytes, 2, &length))
			return walk_short(w, header);
		if (!walk_fits(w, length))
			return PACKET_INVALID;
		walk_limit(w, length);
	}
	if (flags & FLAG_SEQUENCE)
		header += 4;
	if (flags & FLAG_OFFSET) {
		if (!span_get_be16(w->bytes, header, &pad))
			return walk_short(w, header + 2);
		header += 2u + pad;
	}
	return walk_on(w, header, LAYER_ETHERTYPE, ETHERTYPE_PPP);
}

const struct layer layer_l2tp = {
	.name = "l2tp",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_UDP, 1701 }, { LAYER_END } },
};
