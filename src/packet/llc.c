/* SPDX-License-Identifier: BSD-2-Clause */
/* llc: IEEE 802.2 logical link control, followed by SNAP (RFC 1042) or an NLPID. */
#include "layer.h"

enum { LLC = 3, SNAP = 5, SAP_SNAP = 0xaa, SAP_IP = 0x06, SAP_OSI = 0xfe, UNNUMBERED = 0x03 };
enum { OUI_BRIDGED = 0x0080c2, BRIDGED_PADDING = 2 };

static enum packet_outcome decode_snap(struct walk *w, size_t at)
{
	uint16_t oui_high, type;
	uint8_t oui_low;
	uint32_t oui;

	if (!span_get_be16(w->bytes, at, &oui_high) || !span_get_u8(w->bytes, at + 2, &oui_low) ||
	    !span_get_be16(w->bytes, at + 3, &type))
		return walk_short(w, at + SNAP);
	oui = (uint32_t)oui_high << 8 | oui_low;
	if (oui == OUI_BRIDGED) { /* 1: Ethernet with trailing checksum, 7: without */
		if (type != 1 && type != 7)
			return PACKET_NO_TCP;
		if (at) /* RFC 2684 5.2; not after an NLPID (RFC 2427) */
			at += BRIDGED_PADDING;
		type = ETHERTYPE_ETHERNET;
	} else if (oui != 0x000000 && oui != 0x0000f8) { /* 0000f8: bridge tunnels (IEEE 802.1H) */
		return PACKET_NO_TCP;
	}
	return type < ETHERTYPE_LOWEST ? PACKET_NO_TCP : walk_on(w, at + SNAP, LAYER_ETHERTYPE, type);
}

static enum packet_outcome decode(struct walk *w)
{
	uint8_t target, source, control, protocol;

	if (w->next.space == LAYER_NLPID)
		return decode_snap(w, 0);
	if (!span_get_u8(w->bytes, 0, &target) || !span_get_u8(w->bytes, 1, &source) ||
	    !span_get_u8(w->bytes, 2, &control))
		return walk_short(w, LLC);
	if (control != UNNUMBERED || target != source)
		return PACKET_NO_TCP;
	if (target == SAP_SNAP)
		return decode_snap(w, LLC);
	if (target == SAP_IP)
		return walk_on(w, LLC, LAYER_ETHERTYPE, ETHERTYPE_IPV4);
	if (target != SAP_OSI)
		return PACKET_NO_TCP;
	if (!span_get_u8(w->bytes, LLC, &protocol))
		return walk_short(w, LLC + 1);
	return walk_on(w, LLC + 1, LAYER_NLPID, protocol);
}

const struct layer layer_llc = {
	.name = "llc",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_ETHERTYPE, ETHERTYPE_LLC },
					    { LAYER_LINK, 100 }, /* RFC 2684 over ATM */
					    { LAYER_NLPID, 0x80 },
					    { LAYER_END } },
};
