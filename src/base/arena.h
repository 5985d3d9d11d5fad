/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arena: memory for many small things that live equally long. They are taken from blocks and freed all at once. Not for what grows
 * without a bound of its own.
 */
#ifndef SMTPSCOPE_ARENA_H
#define SMTPSCOPE_ARENA_H

#include "account.h"
#include "span.h"

struct arena_block;

/* Zeroed: empty. */
struct arena {
	struct arena_block *newest; /* NULL: none yet */
	size_t left;		    /* bytes of it that are free */
	struct account *account;    /* charged with the blocks; NULL: none */
};

/* Returns |size| bytes, zeroed and aligned for any type, valid until arena_finish; NULL if memory runs out. */
void *arena_take(struct arena *a, size_t size);
/* Returns a NUL-terminated copy of |text|, up to its first NUL byte; NULL if memory runs out. */
char *arena_string(struct arena *a, struct span text);
/* Frees everything. The arena is then empty and can be used again. */
void arena_finish(struct arena *a);

#endif
