/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chunk: a run of one direction's bytes in order, or a gap of known length. Handed up in causal order: what a chunk's
 * sender had acknowledged has been delivered before it, as bytes or as a gap.
 */
#ifndef SMTPSCOPE_CHUNK_H
#define SMTPSCOPE_CHUNK_H

#include "flow.h"

struct chunk {
	enum direction direction;
	bool gap;	  /* the bytes were not captured (lost by the capture, or cut by its snap length) */
	bool cut;	  /* a gap because the packet was captured in part */
	bool acked_known; /* the segment had an ACK, and the other direction's first sequence number is known */
	uint64_t offset; /* stream offset of the first byte; 0 is the byte after the SYN, or the first seen */
	uint64_t length; /* bytes, gap or not */
	const uint8_t *bytes;	/* NULL in a gap; for the time of the call */
	struct frame_ref frame; /* the packet whose arrival made these bytes follow without a hole */
	struct frame_ref sent;	/* the packet that carried them (the same unless packets were out of order) */
	uint64_t peer_acked; /* stream offset of the other direction up to which the sender had acknowledged when it sent this */
};

/* What the stream stage calls. |session| is what open returned for that flow. */
struct stream_sink {
	void *context;
	/* A new flow; returns what is handed to the other calls. */
	void *(*open)(void *context, struct flow *flow);
	void (*chunk)(void *session, const struct chunk *chunk);
	void (*event)(void *session, const struct flow_event *event);
	/* The last call for this flow; |time| is the packet time at which it ended. */
	void (*close)(void *session, enum flow_end end, tstamp time);
};

#endif
