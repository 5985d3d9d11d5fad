/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * alignment: finds the sessions that two captures have in common. Numbers that a connection keeps on its way come first; behind a NAT or
 * a device that rewrites sequence numbers, the lines of the dialogue decide.
 */
#ifndef SMTPSCOPE_ALIGNMENT_H
#define SMTPSCOPE_ALIGNMENT_H

#include "sightings.h"

enum aligned_by {
	ALIGNED_BY_SEQUENCE,  /* the first sequence numbers of both sides are the same */
	ALIGNED_BY_ADDRESSES, /* addresses, ports and the first lines are the same */
	ALIGNED_BY_CONTENT,   /* lines that no other session has */
	ALIGNED_BY_ORDER,     /* sessions that are all alike, in their order */
	ALIGNED_BY_USER,
};

struct aligned {
	struct sighting *a, *b;
	enum aligned_by by;
};

/* A zeroed one is empty. */
struct alignment {
	struct aligned *list; /* by number of |a|; owned */
	size_t count;
};

const char *aligned_by_word(enum aligned_by by);
/* Pairs the sessions of the captures; sets their partners. Returns false if memory runs out. */
bool alignment_find(struct alignment *l, const struct sightings *a, const struct sightings *b);
/* Pairs the only session of each capture, because the user says so. Returns false if memory runs out. */
bool alignment_force(struct alignment *l, const struct sightings *a, const struct sightings *b);
void alignment_finish(struct alignment *l);

#endif
