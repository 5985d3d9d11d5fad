/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stream: TCP segments in, chunks and connection events out (RFC 9293). A bounded table of connections; each puts its two
 * directions in order and hands them up in causal order. A gap is declared only where bytes can no longer be waited for.
 */
#ifndef SMTPSCOPE_STREAM_H
#define SMTPSCOPE_STREAM_H

#include "chunk.h"

struct stream_config {
	const uint16_t *ports; /* only connections with one of these ports; the array must outlive the stream */
	size_t port_count;
	bool any_port;	       /* all connections; |ports| then only tells server from client */
	size_t max_flows;      /* connections kept at once, closed ones that linger included; 0: 65,536 */
	size_t max_held;       /* bytes held of one direction before a gap is declared; 0: 4 MiB */
	size_t max_held_total; /* bytes held in all; 0: 256 MiB */
	tstamp wait;	       /* packet time to wait for bytes the other side acknowledged; 0: 2 s */
	tstamp idle;	       /* packet time without a packet after which a connection is over; 0: 1 h */
	tstamp settle; /* packet time a closed connection waits for late packets before it is handed up; 0: 2 s */
	tstamp linger; /* packet time it is remembered after that, so that late packets open no new one; 0: 2 min */
	uint64_t secret[2]; /* keys the table's hash */
};

struct stream_counters {
	uint64_t flows,
	    evicted;	/* connections opened; of them pushed out of a full table before they had closed */
	uint64_t ended; /* of them, those that are over */
	uint64_t segments, ignored; /* segments seen; of them, of other ports */
};

struct stream;

/* NULL where memory is short. The sink is copied; its context must outlive the stream. */
struct stream *stream_create(const struct stream_config *config, const struct stream_sink *sink);
void stream_push(struct stream *s, const struct segment *segment);
/* Tells that the capture's clock is at |now|: what was waited for too long is given up, idle connections end. */
void stream_flush(struct stream *s, tstamp now);
/*
 * Memory is short: ends the connection used least recently and forgets it. False where there is none left.
 */
bool stream_evict(struct stream *s, tstamp now);
/* The input has ended: everything held is handed up, all connections end. */
void stream_finish(struct stream *s);
void stream_destroy(struct stream *s);
struct stream_counters stream_counters(const struct stream *s);

#endif
