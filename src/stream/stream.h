/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stream: converts TCP segments to chunks and connection events (RFC 9293). A bounded table of connections;
 * each puts its two directions in order and delivers them in causal order. A gap is declared only when
 * waiting for its bytes is pointless.
 */
#ifndef SMTPSCOPE_STREAM_H
#define SMTPSCOPE_STREAM_H

#include "chunk.h"

struct stream_config {
	/* only connections with one of these ports; the array must outlive the stream */
	const uint16_t *ports;
	size_t port_count;
	bool any_port; /* all connections; |ports| then only distinguishes server from client */
	size_t max_flows; /* connections kept at once, including recently closed ones; 0: no limit but the account's */
	size_t max_held;       /* bytes held per direction before a gap is declared; 0: 4 MiB */
	size_t max_held_total; /* bytes held in total; 0: 256 MiB, at most half of the account's limit */
	tstamp wait;	       /* packet time to wait for bytes that the other side acknowledged; 0: 2 s */
	tstamp idle;	       /* packet time without a packet after which a connection ends; 0: 1 h */
	tstamp settle;	       /* packet time a closed connection waits for late packets; 0: 2 s */
	/* packet time it is remembered after that, so that late packets do not open a new one; 0: 2 min */
	tstamp linger;
	uint64_t secret[2];	 /* keys the hash of the table */
	struct account *account; /* charged with all of it; must outlive the stream; NULL: none */
};

struct stream_counters {
	uint64_t flows;	   /* connections opened */
	uint64_t evicted;  /* those of them removed from a full table before they had closed */
	uint64_t ended;	   /* those of them that are over */
	uint64_t segments; /* segments seen */
	uint64_t ignored;  /* those of them of other ports */
};

struct stream;

/* Returns NULL if memory runs out. Copies |sink|, whose context must outlive the stream. */
struct stream *stream_create(const struct stream_config *config, const struct stream_sink *sink);
void stream_push(struct stream *s, const struct segment *segment);
/* Returns what stream_expect is to know of |segment|. */
uint32_t stream_key(const struct segment *segment);
/*
 * A segment with this |key| will be pushed soon: fetches into the cache what that will need. |step| counts from 0, nearer each time: the
 * first two are for the connection, the others are passed on to the sink. Has no other effect.
 */
void stream_expect(const struct stream *s, uint32_t key, unsigned step);
/* Advances packet time to |now|: gives up bytes waited for too long, and ends idle connections. */
void stream_flush(struct stream *s, tstamp now);
/*
 * Frees memory: forgets one connection. First go records of closed ones, then closed ones that wait for late packets, then open ones that
 * have carried no data, in the order in which they were opened, then the least recently used. Returns false if there is none.
 */
bool stream_evict(struct stream *s, tstamp now);
/* Ends the input: delivers everything held and ends all connections. */
void stream_finish(struct stream *s);
void stream_destroy(struct stream *s);
/* Returns the number of connections kept, with those that have ended and may get late packets. */
size_t stream_open(const struct stream *s);
/* Are so many connections open that little of one is still in the processor's cache when its next packet comes? */
bool stream_is_crowded(const struct stream *s);
struct stream_counters stream_counters(const struct stream *s);

#endif
