/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chunk: consecutive bytes of one direction, or a gap of known length. Chunks are delivered in causal order:
 * what the sender of a chunk had acknowledged has been delivered before it, as bytes or as a gap.
 */
#ifndef SMTPSCOPE_CHUNK_H
#define SMTPSCOPE_CHUNK_H

#include "flow.h"

struct chunk {
	enum direction direction;
	/* the bytes were not captured: lost by the capture, or cut by its snapshot length */
	bool gap;
	bool cut; /* a gap because the packet was captured in part */
	/* a gap inside TLS, whose length is an estimate: other stream offsets stay consistent with it */
	bool inexact;
	/* the segment had an ACK, and the first sequence number of the other direction is known */
	bool acked_known;
	/* stream offset of the first byte; offset 0 is the byte after the SYN, or else the first byte seen */
	uint64_t offset;
	uint64_t length;	/* bytes, also in a gap */
	const uint8_t *bytes;	/* NULL in a gap; valid during the call only */
	struct frame_ref frame; /* the packet whose arrival completed the data up to these bytes */
	/* the packet that carried them; differs from |frame| if packets arrived out of order */
	struct frame_ref sent;
	uint64_t peer_acked; /* stream offset up to which the sender had acknowledged the other direction */
};

/* Receives the output of the stream stage. |session| is what open returned for that flow. */
struct stream_sink {
	void *context;
	/* A new flow. Returns the |session| for the other calls. */
	void *(*open)(void *context, struct flow *flow);
	void (*chunk)(void *session, const struct chunk *chunk);
	void (*event)(void *session, const struct flow_event *event);
	/*
	 * A call for this session will come soon: fetch what it needs into the cache (prefetch.h). |step| counts from 0, nearer each time.
	 * Changes nothing else. NULL: not wanted.
	 */
	void (*expect)(const void *session, unsigned step);
	/* The last call for a flow. |time| is the packet time at which it ended. */
	void (*close)(void *session, enum flow_end end, tstamp time);
};

#endif
