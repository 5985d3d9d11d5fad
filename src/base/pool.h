/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool: the blocks of memory that sessions consist of, which are taken and freed all the time. Blocks of one size lie side by side in
 * a slab, and slabs in large regions, for which huge pages are requested: with thousands of sessions at once, most of the time goes into
 * translating addresses and fetching cache lines. Blocks have no headers: the address of a block tells its slab. A slab whose blocks have
 * all been freed serves any size again.
 *
 * It holds what its callers hold, and at most one slab for each size that is partly used; the memory of further free slabs goes back to the
 * system. With an address sanitizer, each block is one of malloc, so that errors are found.
 */
#ifndef SMTPSCOPE_POOL_H
#define SMTPSCOPE_POOL_H

#include <stdbool.h>
#include <stddef.h>

enum {
	POOL_LARGEST = 4096, /* bytes; larger blocks come from malloc */
	POOL_SIZES = 100,    /* 16 to 768 bytes in steps of 16, then in steps of 64 */
};

struct slab;
struct slab_region;

/* Zeroed: empty. */
struct pool {
	struct slab *partial[POOL_SIZES]; /* for each size, the slabs that have room */
	struct slab *free;		  /* slabs without blocks */
	struct slab_region **regions;	  /* a hash table by their addresses: it finds the slab of a block */
	size_t region_count, region_capacity;
	size_t taken;		       /* bytes of all blocks, with what malloc adds to its own */
	size_t free_count, open_count; /* slabs without blocks, and the others */
	size_t slack;		       /* bytes of slabs with blocks that are not in blocks */
};

/* Frees all blocks of at most POOL_LARGEST bytes. The pool is then empty and can be used again. */
void pool_finish(struct pool *p);

/* Returns a block of |size| bytes, aligned for any type, with any content; NULL if memory runs out. */
void *pool_take(struct pool *p, size_t size);
/* The same, with zeros as the content. Pages of a large block are not touched: the kernel fills them when they are used. */
void *pool_take_zeroed(struct pool *p, size_t size);
/*
 * Like realloc: returns a block of |size| bytes with the content of |block|, which was taken from |p|, as far as it fits. Returns NULL if
 * memory runs out; |block| is then unchanged.
 */
void *pool_resize(struct pool *p, void *block, size_t size);
/* Frees |block|, which was taken from |p|. */
void pool_give(struct pool *p, void *block);

#endif
