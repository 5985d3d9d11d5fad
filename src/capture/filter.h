/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * filter: what the kernel lets through of a live interface, in the words of pcap-filter(7). It only saves work: the stages
 * behind decide anew, so where it is in doubt a packet passes.
 */
#ifndef SMTPSCOPE_FILTER_H
#define SMTPSCOPE_FILTER_H

#include "buf.h"

struct filter_options {
	const uint16_t *ports; /* TCP ports of mail servers */
	size_t port_count;
	bool any_port;	   /* every TCP port; |ports| is not looked at */
	const char *extra; /* an expression that packets must satisfy too; NULL: none */
};

/* What a link type knows of VLAN tags. The word `vlan` does not compile on all. */
enum filter_vlan {
	FILTER_VLAN_WORD,     /* Ethernet: the word can be used */
	FILTER_VLAN_PROTOCOL, /* Linux cooked: a tag that is left in the packet shows as its protocol */
	FILTER_VLAN_NONE,     /* no tags */
};

/* Of a DLT_ number of libpcap. */
enum filter_vlan filter_vlan_of(int dlt);

#define FILTER_TEXT_LIMIT (64 * 1024)

/*
 * Writes the expression: TCP of the ports, IPv4 fragments of TCP that carry no port, IPv6 extension headers (fragments among
 * them), ICMP and ICMPv6 errors; each also behind one or two VLAN tags where the link type has them. |out| should take
 * FILTER_TEXT_LIMIT bytes; false where it was too short.
 */
bool filter_text(struct buf *out, const struct filter_options *options, enum filter_vlan vlan);

#endif
