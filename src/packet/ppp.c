/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ppp: RFC 1661 with RFC 1662 framing. Address and control may be missing, if the capture or the tunnel left
 * them out; the protocol field may be one byte. On serial lines a frame may be Cisco HDLC instead (RFC 1547).
 */
#include "layer.h"

enum {
	ADDRESS_CONTROL = 0xff03,
	LINK_PPP_HDLC = 50,
	LINK_PPP_PPPD = 166,
	LINK_PPP_DIRECTION = 204,
	PPP_BRIDGE = 0x0031
};

/* RFC 3518 4.3: flags, frame type and an optional LAN number. */
static enum packet_outcome decode_bridge(struct walk *w)
{
	enum { FLAG_LAN = 0x10, KIND_ETHERNET = 1 };
	uint8_t flags, kind;

	if (!span_get_u8(w->bytes, 0, &flags) || !span_get_u8(w->bytes, 1, &kind))
		return walk_short(w, 2);
	if (kind != KIND_ETHERNET)
		return PACKET_NO_TCP;
	return walk_on(w, flags & FLAG_LAN ? 6 : 2, LAYER_ETHERTYPE, ETHERTYPE_ETHERNET);
}

static enum packet_outcome decode(struct walk *w)
{
	const bool link = w->next.space == LAYER_LINK;
	uint16_t protocol = 0;
	uint8_t first;
	size_t at = 0;

	if (w->next.space == LAYER_PPP)
		return decode_bridge(w);
	if (link && w->next.id == LINK_PPP_DIRECTION)
		at = 1;
	if (!span_get_u8(w->bytes, at, &first))
		return walk_short(w, at + 1);
	if (link && w->next.id == LINK_PPP_HDLC && (first == 0x0f || first == 0x8f))
		return walk_on(w, 0, LAYER_LINK, LINK_C_HDLC);
	if (link && w->next.id == LINK_PPP_PPPD) {
		at += 2; /* pppd replaces the address with the direction */
	} else if (first == 0xff) {
		if (!span_get_be16(w->bytes, at, &protocol))
			return walk_short(w, at + 2);
		if (protocol != ADDRESS_CONTROL)
			return PACKET_NO_TCP;
		at += 2;
	}
	if (!span_get_u8(w->bytes, at, &first))
		return walk_short(w, at + 1);
	if (first & 1) /* compressed (RFC 1661 6.5): the first byte of a two-byte field is even */
		return walk_on(w, at + 1, LAYER_PPP, first);
	if (!span_get_be16(w->bytes, at, &protocol))
		return walk_short(w, at + 2);
	return walk_on(w, at + 2, LAYER_PPP, protocol);
}

const struct layer layer_ppp = {
	.name = "ppp",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_LINK, LINK_PPP },
					    { LAYER_LINK, LINK_PPP_HDLC },
					    { LAYER_LINK, LINK_PPP_PPPD },
					    { LAYER_LINK, LINK_PPP_DIRECTION },
					    { LAYER_ETHERTYPE, ETHERTYPE_PPP },
					    { LAYER_NLPID, 0xcf }, /* RFC 1973 */
					    { LAYER_PPP, PPP_BRIDGE },
					    { LAYER_END } },
};
