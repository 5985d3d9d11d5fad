/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pflog: packets logged by the BSD packet filter. The header length it states excludes the padding to four
 * bytes.
 */
#include "layer.h"

enum { SHORTEST = 48 };

static enum packet_outcome decode(struct walk *w)
{
	uint8_t length;

	if (!span_get_u8(w->bytes, 0, &length))
		return walk_short(w, SHORTEST);
	if (length < SHORTEST)
		return PACKET_INVALID;
	return walk_on(w, (length + 3u) & ~3u, LAYER_LINK, LINK_RAW);
}

const struct layer layer_pflog = {
	.name = "pflog",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_LINK, 117 }, { LAYER_END } },
};
