/* SPDX-License-Identifier: BSD-2-Clause */
/* radio: headers that drivers put before 802.11 frames: radiotap, PPI, AVS and Prism. */
#include "layer.h"

enum { LINK_PRISM = 119, LINK_RADIOTAP = 127, LINK_AVS = 163, LINK_PPI = 192 };
enum { PRISM = 144, SHORT_HEADER = 8, PRESENT_WORDS = 16 };
enum { PRESENT_TIMER = 0x1, PRESENT_FLAGS = 0x2, FLAG_PADDED = 0x20, FLAG_BAD_CHECKSUM = 0x40 };
#define PRESENT_MORE UINT32_C(0x80000000)

/* Returns the flags field, or 0 if there is none. Fields are aligned relative to the start of the header. */
static uint8_t radiotap_flags(struct span header)
{
	uint32_t present, more;
	size_t at = 8;
	uint8_t flags = 0;

	if (!span_get_le32(header, 4, &present) || !(present & PRESENT_FLAGS))
		return 0;
	more = present;
	for (unsigned i = 0; i < PRESENT_WORDS && (more & PRESENT_MORE); i++, at += 4)
		if (!span_get_le32(header, at, &more))
			return 0;
	if (present & PRESENT_TIMER)
		at = ((at + 7) & ~(size_t)7) + 8;
	span_get_u8(header, at, &flags);
	return flags;
}

static enum packet_outcome decode_radiotap(struct walk *w)
{
	uint16_t length;
	uint8_t version, flags;

	if (!span_get_u8(w->bytes, 0, &version) || !span_get_le16(w->bytes, 2, &length))
		return walk_short(w, SHORT_HEADER);
	if (version || length < SHORT_HEADER)
		return PACKET_INVALID;
	if (!span_has(w->bytes, 0, length))
		return walk_short(w, length);
	flags = radiotap_flags(span_first(w->bytes, length));
	if (flags & FLAG_BAD_CHECKSUM) /* the receiver discarded it */
		return PACKET_NO_TCP;
	w->pad_to_four = flags & FLAG_PADDED;
	return walk_on(w, length, LAYER_LINK, LINK_IEEE802_11);
}

static enum packet_outcome decode(struct walk *w)
{
	uint16_t length;
	uint32_t link, long_length;

	switch (w->next.id) {
	case LINK_RADIOTAP:
		return decode_radiotap(w);
	case LINK_PPI:
		if (!span_get_le16(w->bytes, 2, &length) || !span_get_le32(w->bytes, 4, &link))
			return walk_short(w, SHORT_HEADER);
		if (length < SHORT_HEADER || link > UINT16_MAX || link == LINK_PPI)
			return PACKET_INVALID;
		return walk_on(w, length, LAYER_LINK, link);
	default: /* a Prism header has no fixed start; with this magic it is AVS */
		if (!span_get_be32(w->bytes, 0, &link) || !span_get_be32(w->bytes, 4, &long_length))
			return walk_short(w, SHORT_HEADER);
		if (link >> 12 != 0x80211)
			return w->next.id == LINK_PRISM ? walk_on(w, PRISM, LAYER_LINK, LINK_IEEE802_11)
							: PACKET_INVALID;
		if (long_length < SHORT_HEADER || long_length > UINT16_MAX)
			return PACKET_INVALID;
		return walk_on(w, long_length, LAYER_LINK, LINK_IEEE802_11);
	}
}

const struct layer layer_radio = {
	.name = "radio",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_LINK, LINK_RADIOTAP },
					    { LAYER_LINK, LINK_PPI },
					    { LAYER_LINK, LINK_AVS },
					    { LAYER_LINK, LINK_PRISM },
					    { LAYER_END } },
};
