/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lookahead: a short queue of segments in front of the stream stage. While a segment waits, the stages are told that it will come, in
 * several steps, so that each can fetch into the cache what it needs for it: with many sessions at once, it is there no more.
 *
 * Telling costs about as much as the search for a connection, so it is done only where the caller asks for it.
 *
 * The order of segments stays the same, and so does everything that follows from them. Before anything else happens to the stages (time
 * passes, sessions are counted), the caller must call lookahead_drain.
 */
#ifndef SMTPSCOPE_LOOKAHEAD_H
#define SMTPSCOPE_LOOKAHEAD_H

#include "segment.h"

enum {
	LOOKAHEAD_SEGMENTS = 64, /* a power of two */
	LOOKAHEAD_BATCH =
	    32, /* segments passed on at a time: the code of the stages on either side stays in the cache meanwhile */
	LOOKAHEAD_PAYLOAD =
	    1024, /* bytes; a longer segment is not copied: it goes through at once, after those that wait */
	LOOKAHEAD_STEPS = 6,
	LOOKAHEAD_DISTANCE = 5, /* segments from one step to the next */
};

struct lookahead;

/* Returns what segment_expect is to know of |segment|. */
typedef uint32_t segment_key(const struct segment *segment);
/* A segment with this |key| will be pushed; |step| counts from 0 as it comes nearer. */
typedef void segment_expect(void *context, uint32_t key, unsigned step);

/* Returns NULL if memory runs out. Calls |sink| and |expect| with |context|. */
struct lookahead *lookahead_create(segment_sink *sink, segment_key *key, segment_expect *expect, void *context);
/* Accepts NULL. Segments that still wait are dropped. */
void lookahead_destroy(struct lookahead *l);
/*
 * Takes a copy of |segment|. Passes on the oldest ones if the queue is full. |announced|: whether the stages are to be told of it, and of those
 * that wait, in the steps that are due now.
 */
void lookahead_push(struct lookahead *l, const struct segment *segment, bool announced);
/* Passes on all that wait. */
void lookahead_drain(struct lookahead *l);

#endif
