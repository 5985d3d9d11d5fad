/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet_trace: where the layers of a frame are, for callers that change frames. Steps before |joined| are
 * in the frame; the others are in the datagram that was reassembled when this frame completed it.
 */
#ifndef SMTPSCOPE_PACKET_TRACE_H
#define SMTPSCOPE_PACKET_TRACE_H

#include "ipfrag.h"

enum { PACKET_TRACE_STEPS = 16 };

struct packet_step {
	const char *layer; /* its name, as in struct layer; static */
	struct span bytes; /* from its header to the end of the enclosing layer, as captured */
};

/* An IP fragment in the frame. */
struct packet_fragment {
	bool known;
	struct ipfrag_key key;
	uint32_t offset;   /* of its payload in the datagram, bytes */
	struct span bytes; /* its payload in the frame, as captured */
	struct span whole; /* the complete datagram, as captured; empty unless this frame completed it */
};

struct packet_trace {
	struct packet_step steps[PACKET_TRACE_STEPS];
	size_t count;
	size_t joined; /* index of the first step in the reassembled datagram; |count| if there is none */
	struct packet_fragment fragment;
	bool nested; /* fragments of a datagram that was itself reassembled; |fragment| is the outer one */
};

#endif
