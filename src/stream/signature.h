/* SPDX-License-Identifier: BSD-2-Clause */
/* signature: recognizes packets that were captured twice (a mirror port, two taps, "any"), as opposed to sent twice. */
#ifndef SMTPSCOPE_SIGNATURE_H
#define SMTPSCOPE_SIGNATURE_H

#include "segment.h"

enum { SIGNATURES_KEPT = 8 };

/* The latest packets of one direction. A zeroed struct is valid and empty. */
struct signatures {
	/*
	 * Of each packet, a keyed hash of the fields that differ between it and its retransmission: 64 bits, so that two of eight packets have
	 * the same by chance once in 10^17 connections. A sender that does not know the key cannot make a packet pass for a copy, which would hide
	 * it. The fields themselves would take twice the memory. 0: no packet.
	 */
	uint64_t fields[SIGNATURES_KEPT];
	tstamp time[SIGNATURES_KEPT];
	unsigned next;
};

/* Returns whether |g| is a copy of a recent packet; otherwise records it. |key| is always the same one, and not known to senders. */
bool signature_seen(struct signatures *s, const struct segment *g, const uint64_t key[static 2]);

#endif
