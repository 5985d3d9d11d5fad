/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recent: the last bytes of one direction that were delivered, to compare them with bytes that arrive again. Small chunks are
 * copied into a ring; of large ones only a fingerprint is kept.
 */
#ifndef SMTPSCOPE_RECENT_H
#define SMTPSCOPE_RECENT_H

#include "chunk.h"
#include "reassembly.h"

enum {
	RECENT_BYTES = 4096, /* largest size of the ring */
	RECENT_FIRST = 64,   /* its first size */
	RECENT_LARGE = 512,  /* bytes of a chunk from which only its fingerprint is kept */
	RECENT_LARGE_KEPT = 4,
};

/* A large chunk that was delivered; length 0: none. */
struct large_chunk {
	uint64_t offset, length, fingerprint;
};

/* A zeroed struct is valid and empty. */
struct recent {
	uint8_t *ring; /* NULL until the first small chunk, or if memory ran out */
	uint32_t size; /* of the ring; it grows up to RECENT_BYTES, because most connections send little */
	uint32_t large_next;
	uint64_t from;		   /* offset of the oldest byte in the ring */
	struct large_chunk *large; /* RECENT_LARGE_KEPT of them; NULL until the first one, or if memory ran out */
};

/* Records |chunk|, which follows the chunks added before. A gap discards the ring. What is kept is charged to |account|, always the same one. */
void recent_add(struct recent *r, const struct chunk *chunk, struct account *account);
/*
 * Returns the first offset at which |p| differs from remembered bytes below |next|, the first offset not yet delivered; UINT64_MAX
 * if there is none.
 */
uint64_t recent_difference(const struct recent *r, const struct piece *p, uint64_t next);
/* Frees the memory. */
void recent_finish(struct recent *r, struct account *account);

#endif
