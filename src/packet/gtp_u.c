/* SPDX-License-Identifier: BSD-2-Clause */
/* gtp_u: the user plane of mobile networks, GTPv1-U (3GPP TS 29.281 5.1), with extension headers. */
#include "layer.h"

enum { HEADER = 8, OPTIONAL = 4, EXTENSIONS = 16, VERSION_1_GTP = 0x30, USER_DATA = 255 };
enum { FLAG_EXTENSION = 0x04, FLAGS_OPTIONAL = 0x07 };

static enum packet_outcome pass_extensions(struct walk *w, size_t at)
{
	uint8_t next = 0, units;

	if (!span_get_u8(w->bytes, at - 1, &next))
		return walk_short(w, at);
	for (unsigned i = 0; next; i++) {
		if (i == EXTENSIONS)
			return PACKET_INVALID;
		if (!span_get_u8(w->bytes, at, &units))
			return walk_short(w, at + 4);
		if (!units)
			return PACKET_INVALID;
		at += units * 4u;
		if (!span_get_u8(w->bytes, at - 1, &next))
			return walk_short(w, at);
	}
	return walk_on(w, at, LAYER_LINK, LINK_RAW);
}

static enum packet_outcome decode(struct walk *w)
{
	uint8_t flags, type;
	uint16_t length;

	if (!span_get_u8(w->bytes, 0, &flags) || !span_get_u8(w->bytes, 1, &type) ||
	    !span_get_be16(w->bytes, 2, &length))
		return walk_short(w, HEADER);
	if ((flags & ~(unsigned)FLAGS_OPTIONAL) != VERSION_1_GTP || type != USER_DATA)
		return PACKET_NO_TCP;
	if (!walk_fits(w, HEADER + (size_t)length))
		return PACKET_INVALID;
	walk_limit(w, HEADER + (size_t)length);
	if (flags & FLAG_EXTENSION)
		return pass_extensions(w, HEADER + OPTIONAL);
	return walk_on(w, flags & FLAGS_OPTIONAL ? HEADER + OPTIONAL : HEADER, LAYER_LINK, LINK_RAW);
}

const struct layer layer_gtp_u = {
	.name = "gtp_u",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_UDP, 2152 }, { LAYER_END } },
};
