/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gre: RFC 2784 with the fields of RFC 2890 and RFC 1701, which includes NVGRE (RFC 7637) and carries ERSPAN;
 * and version 1, which carries PPP for PPTP (RFC 2637 4.1).
 */
#include "ip.h"

enum {
	FLAG_CHECKSUM = 0x8000,
	FLAG_ROUTING = 0x4000,
	FLAG_KEY = 0x2000,
	FLAG_SEQUENCE = 0x1000,
	FLAG_ACKNOWLEDGED = 0x0080, /* version 1 */
	VERSION = 0x0007,
};
enum { HEADER = 4, FIELD = 4, ROUTES = 16, ETHERTYPE_ERSPAN = 0x88be };

/* Skips the source routes of RFC 1701: entries of family, offset and length, ended by an empty one. */
static enum packet_outcome pass_routes(struct walk *w, size_t *at)
{
	uint16_t family;
	uint8_t length;

	for (unsigned i = 0; i < ROUTES; i++) {
		if (!span_get_be16(w->bytes, *at, &family) || !span_get_u8(w->bytes, *at + 3, &length))
			return walk_short(w, *at + FIELD);
		*at += FIELD + (size_t)length;
		if (!family && !length)
			return PACKET_UNDECIDED;
	}
	return PACKET_INVALID;
}

static enum packet_outcome decode_pptp(struct walk *w, uint16_t flags)
{
	size_t header = HEADER + FIELD;
	uint16_t length;

	if (!(flags & FLAG_KEY) || (flags & (FLAG_CHECKSUM | FLAG_ROUTING)))
		return PACKET_INVALID;
	if (!span_get_be16(w->bytes, HEADER, &length))
		return walk_short(w, header);
	if (!(flags & FLAG_SEQUENCE) || !length) /* an acknowledgement without data */
		return PACKET_NO_TCP;
	header += FIELD;
	if (flags & FLAG_ACKNOWLEDGED)
		header += FIELD;
	if (!walk_fits(w, header + length))
		return PACKET_INVALID;
	walk_limit(w, header + length);
	return walk_on(w, header, LAYER_ETHERTYPE, ETHERTYPE_PPP);
}

static enum packet_outcome decode(struct walk *w)
{
	uint16_t flags, type;
	size_t header = HEADER;

	if (!span_get_be16(w->bytes, 0, &flags) || !span_get_be16(w->bytes, 2, &type))
		return walk_short(w, HEADER);
	if ((flags & VERSION) == 1 && type == ETHERTYPE_PPP)
		return decode_pptp(w, flags);
	if (flags & VERSION)
		return PACKET_NO_TCP;
	if (flags & (FLAG_CHECKSUM | FLAG_ROUTING))
		header += FIELD;
	if (flags & FLAG_KEY)
		header += FIELD;
	if (flags & FLAG_SEQUENCE)
		header += FIELD;
	if (flags & FLAG_ROUTING) {
		enum packet_outcome outcome = pass_routes(w, &header);

		if (outcome != PACKET_UNDECIDED)
			return outcome;
	}
	if (type == ETHERTYPE_ERSPAN && !(flags & FLAG_SEQUENCE)) /* ERSPAN I has no header of its own */
		type = ETHERTYPE_ETHERNET;
	return type < ETHERTYPE_LOWEST ? PACKET_NO_TCP : walk_on(w, header, LAYER_ETHERTYPE, type);
}

const struct layer layer_gre = {
	.name = "gre",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_IP, IP_GRE }, { LAYER_END } },
};
