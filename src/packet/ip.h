/* SPDX-License-Identifier: BSD-2-Clause */
/* ip: shared by IPv4 and IPv6. */
#ifndef SMTPSCOPE_IP_H
#define SMTPSCOPE_IP_H

#include "layer.h"

enum { IPV4_HEADER = 20, IPV4_OFFSET_MASK = 0x1fff, IPV4_MORE_FRAGMENTS = 0x2000 };

static inline void ipv4_take_address(struct addr *a, struct span bytes, size_t offset)
{
	*a = (struct addr){ .version = 4 };
	span_copy(bytes, offset, a->bytes, 4);
}

/* Sets the fields of |*s| that come from the IPv4 header at the start of |b|, which has IPV4_HEADER bytes. */
static inline void ipv4_take(struct segment *s, struct span b)
{
	span_get_be16(b, 4, &s->ip_id);
	span_get_u8(b, 8, &s->ttl);
	ipv4_take_address(&s->source.addr, b, 12);
	ipv4_take_address(&s->target.addr, b, 16);
}

enum { IP_ICMP = 1, IP_TCP = 6, IP_UDP = 17, IP_IPV6 = 41, IP_GRE = 47, IP_ICMPV6 = 58 };

struct ip_fragment {
	uint32_t id;
	uint32_t offset; /* bytes */
	bool more;
	uint8_t protocol;
};

/*
 * Called when |w| is at the payload of a fragment and its addresses have been read. When the datagram is
 * complete, the walk continues with its content as if it had arrived unfragmented.
 */
enum packet_outcome ip_fragment(struct walk *w, const struct ip_fragment *fragment);

#endif
