/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ipv6_ext: the IPv6 extension headers (RFC 8200 4) and the authentication header (RFC 4302), also for IPv4.
 * A chain of them counts as one layer.
 */
#include "ip.h"

enum {
	HOP_BY_HOP = 0,
	ROUTING = 43,
	FRAGMENT = 44,
	AUTHENTICATION = 51,
	DESTINATION = 60,
	MOBILITY = 135,
	HIP = 139,
	SHIM6 = 140,
};
enum {
	CHAIN = 16,
	FRAGMENT_HEADER = 8,
	ROUTE_TYPE_SOURCE = 0,
	ROUTE_TYPE_MOBILE = 2,
	ROUTE_TYPE_SEGMENTS = 4
};

static bool is_extension(unsigned protocol)
{
	switch (protocol) {
	case HOP_BY_HOP:
	case ROUTING:
	case FRAGMENT:
	case AUTHENTICATION:
	case DESTINATION:
	case MOBILITY:
	case HIP:
	case SHIM6:
		return true;
	default:
		return false;
	}
}

/*
 * With a routing header, the IPv6 header holds the next stop; the connection's address is at the end of the
 * route.
 */
static void take_target(struct walk *w, size_t length)
{
	uint8_t type = 0, left = 0;
	size_t at;

	if (!span_get_u8(w->bytes, 2, &type) || !span_get_u8(w->bytes, 3, &left) || !left || length < 24)
		return;
	if (type == ROUTE_TYPE_SEGMENTS) /* RFC 8754: the list is in reverse order */
		at = 8;
	else if (type == ROUTE_TYPE_SOURCE || type == ROUTE_TYPE_MOBILE)
		at = length - 16;
	else
		return;
	span_copy(w->bytes, at, w->segment->target.addr.bytes, 16);
}

static enum packet_outcome fragment(struct walk *w)
{
	uint8_t protocol;
	uint16_t offset;
	uint32_t id;
	enum packet_outcome outcome;

	if (!span_get_u8(w->bytes, 0, &protocol) || !span_get_be16(w->bytes, 2, &offset) ||
	    !span_get_be32(w->bytes, 4, &id))
		return walk_short(w, FRAGMENT_HEADER);
	outcome = walk_on(w, FRAGMENT_HEADER, LAYER_IP, protocol);
	if (!(offset & ~6u) || outcome != PACKET_UNDECIDED) /* an atomic fragment (RFC 6946) */
		return outcome;
	return ip_fragment(w, &(struct ip_fragment){
				  .id = id, .offset = offset & ~7u, .more = offset & 1, .protocol = protocol });
}

static enum packet_outcome decode(struct walk *w)
{
	for (unsigned i = 0; i < CHAIN; i++) {
		const unsigned kind = w->next.id;
		uint8_t protocol, units;
		size_t length;
		enum packet_outcome outcome;

		if (w->ip_version != 6 && kind != AUTHENTICATION)
			return PACKET_NO_TCP;
		if (kind == FRAGMENT)
			return fragment(w);
		if (!span_get_u8(w->bytes, 0, &protocol) || !span_get_u8(w->bytes, 1, &units))
			return walk_short(w, 8);
		length = kind == AUTHENTICATION ? (units + 2u) * 4u : (units + 1u) * 8u;
		if (kind == ROUTING)
			take_target(w, length);
		outcome = walk_on(w, length, LAYER_IP, protocol);
		if (outcome != PACKET_UNDECIDED || !is_extension(protocol))
			return outcome;
	}
	return PACKET_NESTING_REFUSED;
}

const struct layer layer_ipv6_ext = {
	.name = "ipv6_ext",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_IP, HOP_BY_HOP },
					    { LAYER_IP, ROUTING },
					    { LAYER_IP, FRAGMENT },
					    { LAYER_IP, AUTHENTICATION },
					    { LAYER_IP, DESTINATION },
					    { LAYER_IP, MOBILITY },
					    { LAYER_IP, HIP },
					    { LAYER_IP, SHIM6 },
					    { LAYER_END } },
};
