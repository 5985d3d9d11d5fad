/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lately: the connections whose packets came lately, each in a place that follows from its endpoints. Most packets find theirs here and
 * need no look into the map. A place may be empty, or have another connection: then the map knows.
 */
#ifndef SMTPSCOPE_LATELY_H
#define SMTPSCOPE_LATELY_H

#include "account.h"
#include "segment.h"

enum { LATELY_FIRST = 12, LATELY_MOST = 20 }; /* powers of two: the places at first, and at most */

struct connection;

struct lately {
	struct connection **places;
	unsigned bits;		 /* of a place's number */
	struct account *account; /* charged with the places; NULL: none */
};

/* Returns false if memory runs out. */
bool lately_init(struct lately *l, struct account *account);
/* Accepts a zeroed one. */
void lately_finish(struct lately *l);
/* There are |count| connections now: takes more places if each has to serve several. Those in places before are forgotten then. */
void lately_grow(struct lately *l, size_t count);

/* Returns what the place of the connection between |a| and |b| follows from; the same in any order. */
static inline uint32_t lately_key(const struct endpoint *a, const struct endpoint *b)
{
	uint32_t x, y;

	/* Of IPv6, the half that distinguishes the hosts of a network may be the same: then ports alone decide. */
	memcpy(&x, a->addr.bytes, sizeof x);
	memcpy(&y, b->addr.bytes, sizeof y);
	x = (x ^ y) + ((uint32_t)a->port ^ (uint32_t)b->port);
	return x * UINT32_C(0x9e3779b1);
}

/* Returns the place of the connection with that |key|. Where several share one, the newest has it. */
static inline struct connection **lately_place(const struct lately *l, uint32_t key)
{
	return &l->places[key >> (32 - l->bits)];
}

#endif
