/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transit: how often, and when, each byte of one direction passed the two points of capture. Counts bytes and not packets, because
 * offloading merges and splits packets.
 */
#ifndef SMTPSCOPE_TRANSIT_H
#define SMTPSCOPE_TRANSIT_H

#include "sighting.h"

enum {
	TRANSIT_WORK =
	    1 << 20, /* steps for one direction of a session; then it is too complicated to be examined */
};

/* What one capture has of some bytes. */
struct passing {
	unsigned count; /* copies */
	tstamp first, last;
	uint64_t first_frame, last_frame;
	bool late;    /* bytes behind them passed before them */
	tstamp acked; /* when the receiver acknowledged them; TSTAMP_NONE: not in this capture */
};

/* Bytes with the same history. Offsets of the first capture. */
struct stretch {
	int64_t from, to;
	struct passing captures[2];
};

struct transit {
	struct stretch *list; /* in order; owned */
	size_t count;
	bool known; /* false: the streams could not be laid over each other */
};

/*
 * Makes the stretches of direction |d|. |shift|: what the offsets of the second capture have more than those of the first;
 * |until|: up to which offset of the first one that is right. Returns false if memory runs out.
 */
bool transit_find(struct transit *t, struct sighting *const captures[2], enum direction d, int64_t shift,
		  int64_t until);
void transit_finish(struct transit *t);

#endif
