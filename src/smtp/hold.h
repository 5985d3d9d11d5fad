/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hold: client bytes whose meaning depends on a reply that has not arrived yet, in order and with their
 * origin. Bounded by the caller, which checks hold_bytes before adding.
 */
#ifndef SMTPSCOPE_HOLD_H
#define SMTPSCOPE_HOLD_H

#include "account.h"
#include "chunk.h"

struct held {
	struct held *next;
	struct chunk chunk; /* bytes point into |copy| */
	uint8_t copy[];
};

enum { HOLD_COUNT_MAX = 4096 }; /* limit for the chunks that a caller holds */

struct hold {
	struct held *head, *tail;
	size_t bytes;
	size_t count;
	struct account *account; /* charged with the chunks; NULL: none */
};

/* Adds a copy at the end. Returns false if memory runs out. */
bool hold_push(struct hold *h, const struct chunk *chunk);
/* Removes the first one, which the caller frees with account_free and the same account. Returns NULL if there is none. */
struct held *hold_pop(struct hold *h);
/* Puts all of |front| (and empties it) before the held chunks. Both have the same account. */
void hold_prepend(struct hold *h, struct hold *front);
/* Discards what is before stream offset |offset|. */
void hold_skip(struct hold *h, uint64_t offset);
/* Returns the first held bytes, at most |size| and none after a gap, as a view of |bytes|. */
struct span hold_head(const struct hold *h, uint8_t *bytes, size_t size);
bool hold_has_gap(const struct hold *h);
void hold_clear(struct hold *h);

#endif
