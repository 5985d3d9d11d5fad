/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * comparison: two captures of one session compared: what is between the two points of capture, and what it does. "First" and "second" are
 * the captures in the order of the command line.
 */
#ifndef SMTPSCOPE_COMPARISON_H
#define SMTPSCOPE_COMPARISON_H

#include "alignment.h"
#include "difference.h"
#include "line_match.h"
#include "transit.h"

enum connection {
	CONNECTION_SAME,     /* one TCP connection passes both points */
	CONNECTION_SEPARATE, /* a proxy: it has a connection of its own on each side */
	CONNECTION_UNKNOWN,  /* sequence numbers differ: they are rewritten, or there is a proxy */
};

/* The clock of the second capture minus that of the first: between |low| and |high|, in ns. */
struct clock_offset {
	bool known;
	int64_t low, high;
};

struct comparison {
	struct aligned pair;
	struct sighting *captures[2];
	enum connection connection;
	bool renumbered, translated; /* sequence numbers, addresses or ports differ */
	int nearer;		     /* index of the capture nearer to the client; -1: unknown */
	bool hops_known[2];	     /* by enum direction */
	int hops[2];		     /* routers between the points, from the TTL */
	struct clock_offset clock;
	struct line_match lines[2]; /* by enum direction */
	struct transit transit[2];  /* likewise */
	enum certainty certainty;   /* that the two sessions are the same one */
	struct difference_list differences;
};

/*
 * Lays the captures of |pair| over each other, and finds out where they were taken; the differences are still empty (compare_pair.h). Returns
 * false if memory runs out; comparison_finish in any case.
 */
bool comparison_begin(struct comparison *c, const struct aligned *pair);
void comparison_finish(struct comparison *c);

/* Index of the capture nearer to the sender of |d|; -1: unknown. */
int comparison_near(const struct comparison *c, enum direction d);
/* " on the way to the server", or " between the two points" if it is not known which one is nearer. */
const char *comparison_way(const struct comparison *c, enum direction d);
/* The less certain of |certainty| and that of the alignment. */
enum certainty comparison_certainty(const struct comparison *c, enum certainty certainty);

/* Was all of the session compared? */
bool comparison_is_complete(const struct comparison *c);

/* Parts of the comparison: each adds to its differences. */
void compare_handshake(struct comparison *c);
void compare_streams(struct comparison *c);
void compare_resets(struct comparison *c);
void compare_losses(struct comparison *c);

#endif
