/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hold: client bytes whose meaning hangs on a reply that has not come yet, in order, with where each came from. Bounded by
 * the caller: it asks hold_bytes before it adds.
 */
#ifndef SMTPSCOPE_HOLD_H
#define SMTPSCOPE_HOLD_H

#include "chunk.h"

struct held {
	struct held *next;
	struct chunk chunk; /* bytes point into |copy| */
	uint8_t copy[];
};

enum { HOLD_COUNT_MAX = 4096 }; /* chunks that a caller should hold at most */

struct hold {
	struct held *head, *tail;
	size_t bytes;
	size_t count;
};

/* Adds a copy at the end; false where memory is short. */
bool hold_push(struct hold *h, const struct chunk *chunk);
/* Takes the first one out; the caller frees it. NULL where there is none. */
struct held *hold_pop(struct hold *h);
/* Puts all of |front| (emptied by it) before what is held. */
void hold_prepend(struct hold *h, struct hold *front);
/* Forgets what stands before stream offset |offset|. */
void hold_skip(struct hold *h, uint64_t offset);
/* A copy of the first bytes held, at most |size| of them and none behind a gap; a view of |bytes|. */
struct span hold_head(const struct hold *h, uint8_t *bytes, size_t size);
bool hold_has_gap(const struct hold *h);
void hold_clear(struct hold *h);

#endif
