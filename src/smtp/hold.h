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

/* Limits for what a caller holds: the sum of two such holds and a chunk fits as well. */
enum { HOLD_COUNT_MAX = 4096, HOLD_BYTES_MAX = 1 << 30 };

/* Zeroed: empty. */
struct hold {
	struct held *head, *tail;
	uint32_t bytes, count;
};

/* |account|, always the same one, is charged with the chunks; NULL: none. */

/* Adds a copy at the end. Returns false if memory runs out, or if there were more than UINT32_MAX bytes. */
bool hold_push(struct hold *h, const struct chunk *chunk, struct account *account);
/* Removes the first one, which the caller frees with account_free. Returns NULL if there is none. */
struct held *hold_pop(struct hold *h);
/* Puts all of |front| (and empties it) before the held chunks. Together they have at most UINT32_MAX bytes. */
void hold_prepend(struct hold *h, struct hold *front);
/* Discards what is before stream offset |offset|. */
void hold_skip(struct hold *h, uint64_t offset, struct account *account);
/* Returns the first held bytes, at most |size| and none after a gap, as a view of |bytes|. */
struct span hold_head(const struct hold *h, uint8_t *bytes, size_t size);
bool hold_has_gap(const struct hold *h);
void hold_clear(struct hold *h, struct account *account);

#endif
