/* SPDX-License-Identifier: BSD-2-Clause */
/* signature: recognizes packets that were captured twice (a mirror port, two taps, "any"), as opposed to sent twice. */
#ifndef SMTPSCOPE_SIGNATURE_H
#define SMTPSCOPE_SIGNATURE_H

#include "segment.h"

enum { SIGNATURES_KEPT = 8 };

/* The fields that differ between a packet and its retransmission. */
struct packet_signature {
	tstamp time;
	uint32_t seq, ack, timestamp;
	uint32_t length;
	uint16_t ip_id, window;
	uint8_t flags;
};

/* The latest packets of one direction. A zeroed struct is valid and empty. */
struct signatures {
	uint32_t tag[SIGNATURES_KEPT]; /* a cheap hash of each; nearly always enough to tell packets apart */
	unsigned next;
	struct packet_signature packet[SIGNATURES_KEPT];
};

/* Returns whether |g| is a copy of a recent packet; otherwise records it. */
bool signature_seen(struct signatures *s, const struct segment *g);

#endif
