/* SPDX-License-Identifier: BSD-2-Clause */
/* tzsp: TaZmen Sniffer Protocol, which routers (MikroTik) use to send mirrored frames. */
#include "layer.h"

enum { HEADER = 4, VERSION = 1, RECEIVED = 0, TAG_PADDING = 0, TAG_END = 1 };
enum { CARRIES_ETHERNET = 1, CARRIES_IEEE802_11 = 0x12 };

/* Each tag has at least one byte, so the loop terminates. */
static enum packet_outcome pass_tags(struct walk *w, size_t *at)
{
	uint8_t tag, length;

	for (;;) {
		if (!span_get_u8(w->bytes, *at, &tag))
			return walk_short(w, *at + 1);
		++*at;
		if (tag == TAG_END)
			return PACKET_UNDECIDED;
		if (tag == TAG_PADDING)
			continue;
		if (!span_get_u8(w->bytes, *at, &length))
			return walk_short(w, *at + 1);
		*at += 1u + length;
	}
}

static enum packet_outcome decode(struct walk *w)
{
	uint8_t version, type;
	uint16_t carries;
	size_t at = HEADER;
	enum packet_outcome outcome;

	if (!span_get_u8(w->bytes, 0, &version) || !span_get_u8(w->bytes, 1, &type) ||
	    !span_get_be16(w->bytes, 2, &carries))
		return walk_short(w, HEADER);
	if (version != VERSION || type != RECEIVED)
		return PACKET_NO_TCP;
	outcome = pass_tags(w, &at);
	if (outcome != PACKET_UNDECIDED)
		return outcome;
	if (carries == CARRIES_ETHERNET)
		return walk_on(w, at, LAYER_ETHERTYPE, ETHERTYPE_ETHERNET);
	return carries == CARRIES_IEEE802_11 ? walk_on(w, at, LAYER_LINK, LINK_IEEE802_11) : PACKET_NO_TCP;
}

const struct layer layer_tzsp = {
	.name = "tzsp",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_UDP, 37008 }, { LAYER_END } },
};
