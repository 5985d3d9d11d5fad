/* SPDX-License-Identifier: BSD-2-Clause */
/* packet_outcome: what became of a frame, as a layer says it and as the stage counts it. */
#ifndef SMTPSCOPE_PACKET_OUTCOME_H
#define SMTPSCOPE_PACKET_OUTCOME_H

enum packet_outcome {
	PACKET_SEGMENT,	   /* a TCP segment was handed up */
	PACKET_ICMP_ERROR, /* an ICMP error that quotes a TCP segment was handed up */
	PACKET_NO_TCP, /* something else than TCP, or nothing that this stage can read (encrypted, unknown) */
	PACKET_TRUNCATED,	  /* the capture cut the frame before the TCP header was complete */
	PACKET_INVALID,		  /* a header contradicts itself or its surroundings */
	PACKET_FRAGMENT_HELD,	  /* an IP fragment that waits for the others */
	PACKET_FRAGMENT_REPEATED, /* a copy of a fragment whose datagram was handed up already */
	PACKET_FRAGMENT_DROPPED,  /* an IP fragment for which there was no room */
	PACKET_NESTING_REFUSED,	  /* more layers in each other than PACKET_LAYERS */
	PACKET_LINK_UNKNOWN,	  /* the frame's link type has no layer: see packet_unknown_links */
	PACKET_OUTCOMES,	  /* how many outcomes there are */
	PACKET_UNDECIDED,	  /* inside this stage only: another layer follows */
};

#endif
