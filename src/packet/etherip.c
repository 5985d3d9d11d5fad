/* SPDX-License-Identifier: BSD-2-Clause */
/* etherip: Ethernet in IP (RFC 3378). */
#include "layer.h"

enum { HEADER = 2 };

static enum packet_outcome decode(struct walk *w)
{
	uint8_t version;

	if (!span_get_u8(w->bytes, 0, &version))
		return walk_short(w, HEADER);
	return version >> 4 == 3 ? walk_on(w, HEADER, LAYER_ETHERTYPE, ETHERTYPE_ETHERNET) : PACKET_NO_TCP;
}

const struct layer layer_etherip = {
	.name = "etherip",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_IP, 97 }, { LAYER_END } },
};
