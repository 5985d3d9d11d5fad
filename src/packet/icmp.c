/* SPDX-License-Identifier: BSD-2-Clause */
/* icmp: ICMP errors (RFC 792, RFC 1191) and ICMPv6 errors (RFC 4443) that quote a TCP segment. */
#include "ip.h"

enum { HEADER = 8, QUOTE_TCP = 8, EXTENSIONS = 8 };

/* Reads the quoted IPv4 header; sets |*length| to its length. */
static enum packet_outcome quoted_ipv4(struct segment *s, const struct walk *w, size_t *length)
{
	const struct span b = w->bytes;
	uint8_t first, protocol;
	uint16_t fragment;

	if (!span_has(b, 0, 20) || !span_get_u8(b, 0, &first) || !span_get_u8(b, 9, &protocol) ||
	    !span_get_be16(b, 6, &fragment))
		return walk_short(w, 20);
	*length = (first & 15) * 4u;
	if (first >> 4 != 4 || *length < 20)
		return PACKET_INVALID;
	if (protocol != IP_TCP || (fragment & 0x1fff))
		return PACKET_NO_TCP;
	s->source.addr = s->target.addr = (struct addr){ .version = 4 };
	span_copy(b, 12, s->source.addr.bytes, 4);
	span_copy(b, 16, s->target.addr.bytes, 4);
	return PACKET_UNDECIDED;
}

/* The same for IPv6, skipping the extension headers before TCP. */
static enum packet_outcome quoted_ipv6(struct segment *s, const struct walk *w, size_t *length)
{
	const struct span b = w->bytes;
	uint8_t first, protocol, units;
	uint16_t fragment;

	if (!span_has(b, 0, 40) || !span_get_u8(b, 0, &first) || !span_get_u8(b, 6, &protocol))
		return walk_short(w, 40);
	if (first >> 4 != 6)
		return PACKET_INVALID;
	*length = 40;
	for (unsigned i = 0; protocol != IP_TCP; i++) {
		const bool is_fragment = protocol == 44;

		if (i == EXTENSIONS || (protocol != 0 && protocol != 43 && protocol != 60 && !is_fragment))
			return PACKET_NO_TCP;
		if (!span_get_u8(b, *length, &protocol) || !span_get_u8(b, *length + 1, &units) ||
		    !span_get_be16(b, *length + 2, &fragment))
			return walk_short(w, *length + 8);
		if (is_fragment && (fragment & ~7u))
			return PACKET_NO_TCP;
		*length += is_fragment ? 8 : (units + 1u) * 8u;
	}
	s->source.addr.version = s->target.addr.version = 6;
	span_copy(b, 8, s->source.addr.bytes, 16);
	span_copy(b, 24, s->target.addr.bytes, 16);
	return PACKET_UNDECIDED;
}

static bool is_error(unsigned version, unsigned type)
{
	if (version == 4)
		return type == 3 || type == 11 || type == 12; /* unreachable, time exceeded, parameter problem */
	return type >= 1 && type <= 4;			      /* 2 is "packet too big" */
}

static enum packet_outcome decode(struct walk *w)
{
	struct segment *s = w->segment;
	struct segment_icmp icmp = { .from = s->source.addr, .version = w->ip_version };
	uint16_t mtu;
	size_t length;
	enum packet_outcome outcome;

	if (w->ip_version != (w->next.id == IP_ICMP ? 4 : 6))
		return PACKET_NO_TCP;
	if (!span_get_u8(w->bytes, 0, &icmp.type) || !span_get_u8(w->bytes, 1, &icmp.code))
		return walk_short(w, HEADER);
	if (!is_error(icmp.version, icmp.type))
		return PACKET_NO_TCP;
	if (icmp.version == 4 && icmp.type == 3 && icmp.code == 4 && span_get_be16(w->bytes, 6, &mtu))
		icmp.mtu = mtu;
	else if (icmp.version == 6 && icmp.type == 2)
		span_get_be32(w->bytes, 4, &icmp.mtu);
	outcome = walk_on(w, HEADER, LAYER_END, 0);
	if (outcome == PACKET_UNDECIDED)
		outcome = icmp.version == 4 ? quoted_ipv4(s, w, &length) : quoted_ipv6(s, w, &length);
	if (outcome != PACKET_UNDECIDED)
		return outcome;
	if (!span_has(w->bytes, length, QUOTE_TCP))
		return walk_short(w, length + QUOTE_TCP);
	span_get_be16(w->bytes, length, &s->source.port);
	span_get_be16(w->bytes, length + 2, &s->target.port);
	span_get_be32(w->bytes, length + 4, &s->seq);
	s->ack = 0;
	s->window = 0;
	s->flags = 0;
	s->payload = span_from(w->bytes, w->bytes.length);
	s->payload_length = 0;
	s->options = (struct segment_options){ 0 };
	s->icmp = icmp;
	return PACKET_ICMP_ERROR;
}

const struct layer layer_icmp = {
	.name = "icmp",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_IP, IP_ICMP }, { LAYER_IP, IP_ICMPV6 }, { LAYER_END } },
};
