/* SPDX-License-Identifier: BSD-2-Clause */
/* ip: shared by IPv4 and IPv6. */
#ifndef SMTPSCOPE_IP_H
#define SMTPSCOPE_IP_H

#include "layer.h"

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
