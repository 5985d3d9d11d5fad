/* SPDX-License-Identifier: BSD-2-Clause */
/* cisco_hdlc: Cisco's framing of serial lines: address, control, ethertype. */
#include "layer.h"

enum { HEADER = 4, LINK_C_HDLC_DIRECTION = 205 };

static enum packet_outcome decode(struct walk *w)
{
	const size_t header = w->next.id == LINK_C_HDLC_DIRECTION ? HEADER + 1 : HEADER;
	uint16_t type;

	if (!span_get_be16(w->bytes, header - 2, &type))
		return walk_short(w, header);
	return type < ETHERTYPE_LOWEST ? PACKET_NO_TCP : walk_on(w, header, LAYER_ETHERTYPE, type);
}

const struct layer layer_cisco_hdlc = {
	.name = "cisco_hdlc",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_LINK, LINK_C_HDLC },
					    { LAYER_LINK, LINK_C_HDLC_DIRECTION },
					    { LAYER_END } },
};
