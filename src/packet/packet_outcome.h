/* SPDX-License-Identifier: BSD-2-Clause */
/* packet_outcome: the result for a frame, as layers return it and as the stage counts it. */
#ifndef SMTPSCOPE_PACKET_OUTCOME_H
#define SMTPSCOPE_PACKET_OUTCOME_H

enum packet_outcome {
	PACKET_SEGMENT,		  /* a TCP segment was passed on */
	PACKET_ICMP_ERROR,	  /* an ICMP error that quotes a TCP segment was passed on */
	PACKET_NO_TCP,		  /* not TCP, or content this stage cannot read (encrypted, unknown) */
	PACKET_TRUNCATED,	  /* the capture cut the frame before the end of the TCP header */
	PACKET_INVALID,		  /* a header contradicts itself or its context */
	PACKET_FRAGMENT_HELD,	  /* an IP fragment that waits for the others */
	PACKET_FRAGMENT_REPEATED, /* a duplicate of a fragment whose datagram was already passed on */
	PACKET_FRAGMENT_DROPPED,  /* an IP fragment for which there was no room */
	PACKET_NESTING_REFUSED,	  /* more nested layers than PACKET_LAYERS */
	PACKET_LINK_UNKNOWN,	  /* the link type has no layer: see packet_unknown_links */
	PACKET_OUTCOMES,	  /* the number of outcomes */
	PACKET_UNDECIDED,	  /* internal: another layer follows */
};

#endif
