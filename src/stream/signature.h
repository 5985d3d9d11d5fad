/* SPDX-License-Identifier: BSD-2-Clause */
/* signature: recognizes packets that were captured twice (a mirror port, two taps, "any"), as opposed to sent twice. */
#ifndef SMTPSCOPE_SIGNATURE_H
#define SMTPSCOPE_SIGNATURE_H

#include "segment.h"

enum { SIGNATURES_KEPT = 8 };

/* The latest packets of one direction. A zeroed struct is valid and empty. */
struct signatures {
	/*
	 * Of each packet, its time in the lower bits of |rest|, and otherwise a keyed hash of the fields that differ between it and its retransmission:
	 * 44 bits, so that one of 10^12 packets passes for a copy by chance. A sender that does not know the key cannot make a packet pass for a
	 * copy, which would hide it. The fields themselves would take four times the memory. 0: no packet.
	 */
	uint32_t first[SIGNATURES_KEPT], rest[SIGNATURES_KEPT];
	uint8_t next;
};

/* Returns whether |g| is a copy of a recent packet; otherwise records it. |key| is always the same one, and not known to senders. */
bool signature_seen(struct signatures *s, const struct segment *g, const uint64_t key[static 2]);

#endif
