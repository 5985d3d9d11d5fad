/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * null: the four-byte address family before packets of BSD loopback and tunnel interfaces, in the byte order
 * of the capturing machine (LINKTYPE_NULL) or of the network (LINKTYPE_LOOP). Both orders are accepted for
 * all types, because families are small. LINKTYPE_ENC (OpenBSD IPsec) begins the same way.
 */
#include "layer.h"

enum { LINK_LOOP = 108, LINK_ENC = 109 };

static enum packet_outcome decode(struct walk *w)
{
	const size_t header = w->next.id == LINK_ENC ? 12 : 4; /* the family; for IPsec also SPI and flags */
	uint32_t family;

	if (!span_get_be32(w->bytes, 0, &family))
		return walk_short(w, header);
	if (family > UINT16_MAX)
		span_get_le32(w->bytes, 0, &family);
	switch (family) {
	case 2:
		return walk_on(w, header, LAYER_ETHERTYPE, ETHERTYPE_IPV4);
	case 10: /* Linux */
	case 23: /* Windows */
	case 24: /* NetBSD, OpenBSD */
	case 28: /* FreeBSD */
	case 30: /* Darwin */
		return walk_on(w, header, LAYER_ETHERTYPE, ETHERTYPE_IPV6);
	default:
		return PACKET_NO_TCP;
	}
}

const struct layer layer_null = {
	.name = "null",
	.decode = decode,
	.keys =
	    (const struct layer_key[]){
		{ LAYER_LINK, LINK_NULL }, { LAYER_LINK, LINK_LOOP }, { LAYER_LINK, LINK_ENC }, { LAYER_END } },
};
