/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ieee802_11: data frames of wireless LANs (IEEE 802.11 9.3.2), with QoS, four addresses and aggregated
 * MSDUs. Does not decrypt or reassemble.
 */
#include "layer.h"

enum {
	VERSION = 0x0003,
	TYPE = 0x000c,
	TYPE_DATA = 0x0008,
	SUBTYPE_EMPTY = 0x0040,
	SUBTYPE_QOS = 0x0080,
	TO_AND_FROM = 0x0300,
	MORE_FRAGMENTS = 0x0400,
	PROTECTED = 0x4000,
	ORDER = 0x8000,
};
enum { HEADER = 24, FOURTH_ADDRESS = 6, QOS = 2, HT_CONTROL = 4, QOS_AGGREGATE = 0x0080, SUBFRAME = 14 };

static enum packet_outcome decode_subframe(struct walk *w)
{
	uint16_t length;
	size_t end;

	if (!span_get_be16(w->bytes, SUBFRAME - 2, &length))
		return walk_short(w, SUBFRAME);
	end = (SUBFRAME + (size_t)length + 3) & ~(size_t)3;
	if (span_has(w->bytes, end, SUBFRAME + 1)) {
		w->rest.bytes = span_from(w->bytes, end);
		w->rest.wire = w->wire - end;
		w->rest.next = (struct layer_key){ LAYER_OWN, OWN_MSDU };
	}
	walk_limit(w, SUBFRAME + (size_t)length);
	return walk_on(w, SUBFRAME, LAYER_ETHERTYPE, ETHERTYPE_LLC);
}

static enum packet_outcome decode(struct walk *w)
{
	uint16_t control, sequence, qos = 0;
	size_t header = HEADER;

	if (w->next.space == LAYER_OWN)
		return decode_subframe(w);
	if (!span_get_le16(w->bytes, 0, &control))
		return walk_short(w, HEADER);
	if ((control & VERSION) || (control & TYPE) != TYPE_DATA || (control & (SUBTYPE_EMPTY | PROTECTED)))
		return PACKET_NO_TCP;
	if (!span_get_le16(w->bytes, 22, &sequence))
		return walk_short(w, HEADER);
	if ((control & MORE_FRAGMENTS) || (sequence & 15))
		return PACKET_NO_TCP;
	if ((control & TO_AND_FROM) == TO_AND_FROM)
		header += FOURTH_ADDRESS;
	if (control & SUBTYPE_QOS) {
		if (!span_get_le16(w->bytes, header, &qos))
			return walk_short(w, header + QOS);
		header += QOS;
		if (control & ORDER)
			header += HT_CONTROL;
	}
	if (w->pad_to_four)
		header = (header + 3) & ~(size_t)3;
	if (qos & QOS_AGGREGATE)
		return walk_on(w, header, LAYER_OWN, OWN_MSDU);
	return walk_on(w, header, LAYER_ETHERTYPE, ETHERTYPE_LLC);
}

const struct layer layer_ieee802_11 = {
	.name = "ieee802_11",
	.decode = decode,
	.keys =
	    (const struct layer_key[]){ { LAYER_LINK, LINK_IEEE802_11 }, { LAYER_OWN, OWN_MSDU }, { LAYER_END } },
};
