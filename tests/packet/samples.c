/* SPDX-License-Identifier: BSD-2-Clause */
#include "samples.h"

#define SLL "0000 0001 0006 020000000001 0000 "

const struct sample samples[] = {
	{ "ethernet, IPv4", 1, 4, WIRE_ETH "0800 @4" },
	{ "ethernet, IPv6", 1, 6, WIRE_ETH "86dd @6" },
	{ "802.1Q", 1, 4, WIRE_ETH "8100 0005 0800 @4" },
	{ "QinQ", 1, 6, WIRE_ETH "88a8 0064 8100 0005 86dd @6" },
	{ "old QinQ", 1, 4, WIRE_ETH "9100 0064 8100 0005 0800 @4" },
	{ "five tags", 1, 4, WIRE_ETH "88a8 0001 88a8 0002 9200 0003 8100 0004 8100 0005 0800 @4" },
	{ "802.3 with LLC and SNAP", 1, 4, WIRE_ETH "L0 aaaa03 000000 0800 @4" },
	{ "802.1Q, then a length, LLC and SNAP", 1, 4, WIRE_ETH "8100 0005 L0 aaaa03 000000 0800 @4" },
	{ "802.3 with LLC and IP", 1, 4, WIRE_ETH "L0 060603 @4" },
	{ "SLL, IPv4", 113, 4, SLL "0800 @4" },
	{ "SLL, IPv6", 113, 6, SLL "86dd @6" },
	{ "SLL with a VLAN tag", 113, 4, SLL "8100 0005 0800 @4" },
	{ "SLL with LLC", 113, 4, SLL "0004 aaaa03 000000 0800 @4" },
	{ "SLL2, IPv4", 276, 4, "0800 0000 00000003 0001 00 06 0200000000010000 @4" },
	{ "SLL2, IPv6", 276, 6, "86dd 0000 00000003 0001 04 06 0200000000010000 @6" },
	{ "null, little endian", 0, 4, "02000000 @4" },
	{ "null, big endian", 0, 4, "00000002 @4" },
	{ "null, IPv6 of Darwin", 0, 6, "1e000000 @6" },
	{ "null, IPv6 of FreeBSD, big endian", 0, 6, "0000001c @6" },
	{ "loop, IPv4", 108, 4, "00000002 @4" },
	{ "loop, IPv6 of OpenBSD", 108, 6, "00000018 @6" },
	{ "raw, IPv4", 101, 4, "@4" },
	{ "raw, IPv6", 101, 6, "@6" },
	{ "LINKTYPE_IPV4", 228, 4, "@4" },
	{ "LINKTYPE_IPV6", 229, 6, "@6" },
	{ "DLT_RAW", 12, 4, "@4" },
	{ "DLT_RAW of OpenBSD", 14, 6, "@6" },
	{ "IPv4 in IPv4", 1, 4, WIRE_ETH "0800" WIRE_IP4 "04" WIRE_IP4_END "@4" },
	{ "IPv6 in IPv4", 1, 6, WIRE_ETH "0800" WIRE_IP4 "29" WIRE_IP4_END "@6" },
	{ "authentication header", 1, 4,
	  WIRE_ETH "0800" WIRE_IP4 "33" WIRE_IP4_END
		   "0404 0000 00000001 00000002 010203040506070809101112 @4" },
};

const size_t sample_count = sizeof samples / sizeof *samples;
