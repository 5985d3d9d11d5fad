/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * filter: the kernel filter of a live interface, as a pcap-filter(7) expression. It only saves work: the
 * later stages check every packet again, so in doubt the filter accepts it.
 */
#ifndef SMTPSCOPE_FILTER_H
#define SMTPSCOPE_FILTER_H

#include "buf.h"

struct filter_options {
	const uint16_t *ports; /* TCP ports of mail servers */
	size_t port_count;
	bool any_port;	   /* accept every TCP port and ignore |ports| */
	const char *extra; /* an additional expression that packets must match; NULL: none */
};

/* How VLAN tags can be matched on a link type. `vlan` does not compile on all of them. */
enum filter_vlan {
	FILTER_VLAN_WORD,     /* Ethernet: `vlan` works */
	FILTER_VLAN_PROTOCOL, /* Linux cooked: a tag left in the packet appears as its protocol */
	FILTER_VLAN_NONE,     /* no tags */
};

/* |dlt| is a DLT_ number of libpcap. */
enum filter_vlan filter_vlan_of(int dlt);

#define FILTER_TEXT_LIMIT (64 * 1024)

/*
 * Writes the expression. It accepts TCP of the ports, IPv4 fragments of TCP without ports, IPv6 extension
 * headers (including fragments), ICMP and ICMPv6 errors; each also behind one or two VLAN tags if the link
 * type has them. |out| should hold FILTER_TEXT_LIMIT bytes. Returns false if |out| is too small.
 */
bool filter_text(struct buf *out, const struct filter_options *options, enum filter_vlan vlan);

#endif
