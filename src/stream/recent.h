/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recent: the last bytes of one direction that were delivered, to compare them with bytes that arrive again. Small chunks are
 * copied into a ring; of large ones only a fingerprint is kept.
 */
#ifndef SMTPSCOPE_RECENT_H
#define SMTPSCOPE_RECENT_H

#include "chunk.h"
#include "prefetch.h"
#include "reassembly.h"

enum {
	RECENT_BYTES = 4096, /* largest size of the ring, a power of two; only a ring of this size wraps around */
	RECENT_LARGE = 512, /* bytes of a chunk from which only its fingerprint is kept */
	RECENT_LARGE_KEPT = 4,
};

/* The latest large chunks that were delivered. */
struct large_chunks {
	struct {
		uint64_t offset, length, fingerprint; /* length 0: none */
	} kept[RECENT_LARGE_KEPT];
	unsigned next;
};

/* The byte at offset |from| + n (struct recent) is in place n, modulo RECENT_BYTES. */
struct recent_ring {
	uint32_t size; /* grows up to RECENT_BYTES, because most connections send little */
	uint8_t bytes[];
};

/* A zeroed struct is valid and empty. */
struct recent {
	struct recent_ring *ring; /* NULL until the first small chunk */
	uint64_t from;
	struct large_chunks *large; /* NULL until the first one, or if memory ran out */
};

/* Records |chunk|, which follows the chunks added before. A gap discards the ring. What is kept is charged to |account|, always the same one. */
void recent_add(struct recent *r, const struct chunk *chunk, struct account *account);
/* Bytes will be added soon that follow those up to |next|: fetches the place into the cache (prefetch.h). */
static inline void recent_expect(const struct recent *r, uint64_t next)
{
	/* As a number: where the ring has yet to grow, the place is beyond its end. */
	if (r->ring)
		prefetch((const void *)((uintptr_t)r->ring->bytes + (next - r->from) % RECENT_BYTES), 1);
}
/*
 * Returns the first offset at which |p| differs from remembered bytes below |next|, the first offset not yet delivered; UINT64_MAX
 * if there is none.
 */
uint64_t recent_difference(const struct recent *r, const struct piece *p, uint64_t next);
/* Frees the memory. */
void recent_finish(struct recent *r, struct account *account);

#endif
