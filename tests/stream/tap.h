/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tap: a stream with segments made by hand at one end and a log of what it hands up at the other. Every chunk is checked
 * against what chunk.h promises: offsets without holes, causal order, no empty chunks, one end a session.
 */
#ifndef SMTPSCOPE_TEST_TAP_H
#define SMTPSCOPE_TEST_TAP_H

#include "buf.h"
#include "stream.h"

enum { TAP_SESSIONS = 64, TAP_BYTES = 1 << 20 };

struct tap;

struct tap_session {
	struct tap *tap;
	const struct flow *flow;
	struct flow last; /* a copy of the flow made when it ended */
	uint64_t delivered[2], gaps[2];
	struct buf bytes[2]; /* what came up, gaps as NUL bytes (at most 4096 each) */
	struct buf merged;   /* "C" or "S" and the byte, for each byte in the order it came up */
	bool fin[2];
	unsigned ends;
};

struct tap {
	struct stream *stream;
	struct stream_config config;
	struct buf log;
	struct tap_session session[TAP_SESSIONS];
	size_t sessions;
	uint16_t ports[4];
	/* What the next segment has; set by tap_segment, free to be changed by a test. */
	struct endpoint client, server;
	uint32_t isn[2];
	tstamp now, step;
	uint64_t frame;
	uint16_t ip_id;
	uint16_t window;
	bool any_order; /* contradictions are being fed: causal order is not checked */
	bool ignore;	/* the sink wants nothing of what opens */
	bool quiet;	/* the log is not kept */
};

/* |config| may be NULL. Ports of interest: 25 and 587. */
void tap_init(struct tap *t, const struct stream_config *config);
void tap_finish(struct tap *t);

/* A segment of |d| at |offset| of its stream (0: the byte behind the SYN) that acknowledges |ack| bytes of the other side. */
struct segment tap_segment(struct tap *t, enum direction d, int64_t offset, int64_t ack, unsigned flags,
			   const char *text);
/* Makes it and pushes it, |step| later than the last one. */
void tap_send(struct tap *t, enum direction d, int64_t offset, int64_t ack, unsigned flags, const char *text);
/* Plain data with ACK. */
void tap_data(struct tap *t, enum direction d, int64_t offset, int64_t ack, const char *text);
void tap_handshake(struct tap *t);
void tap_wait(struct tap *t, tstamp duration);

/*
 * The log so far, which is cleared: words parted by blanks. "open", "C@0'text'^3" (3: peer_acked; "^?": not known),
 * "C@0[10]^3" a gap of 10, "C@0[10]cut^3", "syn:C", "synack:S", "est", "fin:C@5", "rst:S@0", "conflict:C@2+3", "zero:S",
 * "opened:S", "re:C@0+5", "icmp:C", "end:closed" (reused, idle, evicted, input).
 */
const char *tap_log(struct tap *t);

#endif
