/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tap: feeds hand-made segments to a stream and logs its output. Checks every chunk against the contract of
 * chunk.h: offsets without holes, causal order, no empty chunks, one end per session.
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
	struct flow last; /* a copy of the flow at its end */
	uint64_t delivered[2], gaps[2];
	struct buf bytes[2]; /* delivered bytes, gaps as NUL bytes (at most 4096 each) */
	struct buf merged;   /* "C" or "S" and the byte, for each byte in order of delivery */
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
	/* The fields of the next segment; set by tap_segment, and a test may change them. */
	struct endpoint client, server;
	uint32_t isn[2];
	tstamp now, step;
	uint64_t frame;
	uint16_t ip_id;
	uint16_t window;
	bool any_order; /* the input is contradictory: do not check causal order */
	bool ignore;	/* the sink ignores every new flow */
	bool quiet;	/* do not log */
};

/* |config| may be NULL. Ports of interest: 25 and 587. */
void tap_init(struct tap *t, const struct stream_config *config);
void tap_finish(struct tap *t);

/*
 * Prepares a segment of |d| at |offset| of its stream (0: the byte after the SYN) that acknowledges |ack|
 * bytes of the other side.
 */
struct segment tap_segment(struct tap *t, enum direction d, int64_t offset, int64_t ack, unsigned flags,
			   const char *text);
/* Prepares a segment and pushes it, |step| later than the last one. */
void tap_send(struct tap *t, enum direction d, int64_t offset, int64_t ack, unsigned flags, const char *text);
/* Data with ACK. */
void tap_data(struct tap *t, enum direction d, int64_t offset, int64_t ack, const char *text);
void tap_handshake(struct tap *t);
void tap_wait(struct tap *t, tstamp duration);

/*
 * Returns the log and clears it: words separated by blanks. "open", "C@0'text'^3" (3: peer_acked; "^?":
 * unknown), "C@0[10]^3" a gap of 10, "C@0[10]cut^3", "syn:C", "synack:S", "est", "fin:C@5", "rst:S@0",
 * "conflict:C@2+3", "zero:S", "opened:S", "re:C@0+5", "icmp:C", "end:closed" (reused, idle, evicted, input).
 */
const char *tap_log(struct tap *t);

#endif
