/* SPDX-License-Identifier: BSD-2-Clause */
#include "pool.h"

#include "prefetch.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
	SLAB_SIZE = 64 * 1024,
	REGION_SIZE = 2 * 1024 * 1024, /* a huge page */
	FIRST_REGION = 8 * SLAB_SIZE,  /* most captures need no more */
	FREE_KEPT = 64,		       /* free slabs that keep their memory */
	SLACK_PART = 64,   /* more idle memory than this part of all slabs is used for smaller blocks, too */
	SLACK_LEAST = 512, /* slabs from which this matters */
	SPACIOUS = 3,	   /* which then take at most so many times what they need */
	STEP = 16,
	FINE_MOST = 768,
	COARSE_STEP = 64,
	FINE_SIZES = FINE_MOST / STEP,
};

#if defined(__SANITIZE_ADDRESS__)
static const bool USE_SLABS = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
static const bool USE_SLABS = false;
#else
static const bool USE_SLABS = true;
#endif
#else
static const bool USE_SLABS = true;
#endif

/* Descriptor of a slab. It lies apart from the blocks: at the beginnings of slabs, all descriptors would share one set of a cache. */
struct slab {
	_Alignas(CACHE_LINE) uint8_t *memory;
	struct slab *next, *previous; /* in the list of its size, or of free slabs */
	void *given_back;	      /* its free blocks, each with the address of the next */
	uint32_t size_index;
	uint32_t stride;    /* bytes from one block to the next */
	uint32_t used;	    /* blocks */
	uint32_t untouched; /* offset of the first block that was never used */
};

enum { REGION_SLABS = REGION_SIZE / SLAB_SIZE, REGIONS_AT_FIRST = 16 };

/* The slabs of one region, whose address is a multiple of REGION_SIZE. */
struct slab_region {
	uint8_t *memory;
	struct slab slabs[REGION_SLABS]; /* of the first region, fewer are used */
};

/* What precedes a block of malloc. It keeps the alignment. */
struct large_header {
	size_t size, check;
};

/* In |check|, combined with the size: the block was taken as a large one, and not overwritten. */
static const size_t LARGE_CHECK = (size_t)0x6c61726765626c6b;

_Static_assert(sizeof(struct large_header) % _Alignof(max_align_t) == 0, "large blocks are aligned");
_Static_assert(STEP % _Alignof(max_align_t) == 0, "so are all others");
_Static_assert(FINE_SIZES + (POOL_LARGEST - FINE_MOST) / COARSE_STEP == POOL_SIZES, "each size has a list");

/* Returns the header of |block|, which is in no slab. */
static struct large_header *large_of(const void *block)
{
	struct large_header *h = (struct large_header *)(uintptr_t)block - 1;

	/* It was overwritten, or belongs to another pool. */
	if (h->check != (h->size ^ LARGE_CHECK))
		abort();
	return h;
}

static void *begin_large(struct large_header *h, size_t size)
{
	*h = (struct large_header){ .size = size, .check = size ^ LARGE_CHECK };
	return h + 1;
}

/* Bytes that the block with |h| takes up, with what malloc adds. */
static size_t large_footprint(struct large_header *h)
{
	return malloc_usable_size(h) + sizeof(size_t);
}

/* Returns the entry of |regions| for the region at |address|, or the empty one where it belongs. |capacity| is a power of two. */
static struct slab_region **region_entry(struct slab_region **regions, size_t capacity, uintptr_t address)
{
	size_t at = address / REGION_SIZE;

	while (regions[at & (capacity - 1)] && (uintptr_t)regions[at & (capacity - 1)]->memory != address)
		at++;
	return &regions[at & (capacity - 1)];
}

/* The list for blocks of |bytes|. */
static unsigned index_of(size_t bytes)
{
	return (unsigned)(bytes <= FINE_MOST ? (bytes - 1) / STEP
					     : FINE_SIZES + (bytes - FINE_MOST - 1) / COARSE_STEP);
}

static uint32_t stride_of(unsigned index)
{
	return index < FINE_SIZES ? (index + 1) * STEP : FINE_MOST + (index - FINE_SIZES + 1) * COARSE_STEP;
}

static bool is_full(const struct slab *s)
{
	return !s->given_back && s->untouched + s->stride > SLAB_SIZE;
}

static void link_first(struct slab **list, struct slab *s)
{
	s->previous = NULL;
	s->next = *list;
	if (s->next)
		s->next->previous = s;
	*list = s;
}

static void unlink_from(struct slab **list, struct slab *s)
{
	*(s->previous ? &s->previous->next : list) = s->next;
	if (s->next)
		s->next->previous = s->previous;
}

/* Makes room for one more entry of |p->regions|, at most half of which are used. */
static bool grow_table(struct pool *p)
{
	size_t capacity = p->region_capacity ? 2 * p->region_capacity : REGIONS_AT_FIRST;
	struct slab_region **grown;

	if (2 * (p->region_count + 1) <= p->region_capacity)
		return true;
	grown = calloc(capacity, sizeof(*grown));
	if (!grown)
		return false;
	for (size_t i = 0; i < p->region_capacity; i++)
		if (p->regions[i])
			*region_entry(grown, capacity, (uintptr_t)p->regions[i]->memory) = p->regions[i];
	free(p->regions);
	p->regions = grown;
	p->region_capacity = capacity;
	return true;
}

static bool add_region(struct pool *p)
{
	bool first = p->region_count == 0;
	size_t size = first ? FIRST_REGION : REGION_SIZE;
	struct slab_region *r;
	void *memory;

	if (!grow_table(p))
		return false;
	r = aligned_alloc(_Alignof(struct slab_region), sizeof *r);
	if (!r)
		return false;
	memset(r, 0, sizeof *r);
	/* Unlike aligned_alloc, it allows a size that is no multiple of the alignment. */
	if (posix_memalign(&memory, REGION_SIZE, size) != 0) {
		free(r);
		return false;
	}
	r->memory = memory;
	if (!first)
		madvise(r->memory, size, MADV_HUGEPAGE); /* without it, everything works more slowly */
	for (size_t i = size / SLAB_SIZE; i-- > 0;) {
		struct slab *s = &r->slabs[i];

		s->memory = r->memory + i * SLAB_SIZE;
		link_first(&p->free, s);
		p->free_count++;
	}
	*region_entry(p->regions, p->region_capacity, (uintptr_t)r->memory) = r;
	p->region_count++;
	return true;
}

void pool_finish(struct pool *p)
{
	for (size_t i = 0; i < p->region_capacity; i++) {
		if (!p->regions[i])
			continue;
		free(p->regions[i]->memory);
		free(p->regions[i]);
	}
	free(p->regions);
	*p = (struct pool){ 0 };
}

/* Returns the slab of |block|, or NULL if it is one of malloc. */
static struct slab *slab_of(const struct pool *p, const void *block)
{
	uintptr_t address = (uintptr_t)block;
	struct slab_region *r =
	    p->regions ? *region_entry(p->regions, p->region_capacity, address - address % REGION_SIZE) : NULL;
	struct slab *s = r ? &r->slabs[address % REGION_SIZE / SLAB_SIZE] : NULL;

	if (!s || s->used)
		return s;
	/* Behind the first region, which is smaller, may be blocks of malloc. Otherwise, the block was freed before. */
	if (s->memory)
		abort();
	return NULL;
}

/* Returns a slab with room for blocks of the size |index|; NULL if memory runs out. */
static struct slab *open_slab(struct pool *p, unsigned index)
{
	struct slab *s;

	if (!p->free && !add_region(p))
		return NULL;
	s = p->free;
	unlink_from(&p->free, s);
	p->free_count--;
	p->open_count++;
	s->given_back = NULL;
	s->size_index = index;
	s->stride = stride_of(index);
	s->used = 0;
	s->untouched = 0;
	p->slack += SLAB_SIZE;
	link_first(&p->partial[index], s);
	return s;
}

static void close_slab(struct pool *p, struct slab *s)
{
	unlink_from(&p->partial[s->size_index], s);
	link_first(&p->free, s);
	p->open_count--;
	p->slack -= SLAB_SIZE;
	if (++p->free_count > FREE_KEPT)
		madvise(s->memory, SLAB_SIZE, MADV_DONTNEED);
}

/*
 * Returns a slab of somewhat larger blocks that has room, if much memory lies idle between blocks: sessions end in any order, and a slab
 * serves other sizes only once all of its blocks are free. NULL: there is none, or no need.
 */
static struct slab *spacious_slab(const struct pool *p, unsigned index)
{
	uint32_t most = SPACIOUS * stride_of(index);

	if (p->open_count < SLACK_LEAST || p->slack / (SLAB_SIZE / SLACK_PART) <= p->open_count)
		return NULL;
	while (++index < POOL_SIZES && stride_of(index) <= most)
		if (p->partial[index])
			return p->partial[index];
	return NULL;
}

/* Blocks of malloc are few, and so are new slabs: their code is kept out of that of the others. */
__attribute__((noinline)) static void *take_large(struct pool *p, size_t size, bool zeroed)
{
	struct large_header *h = NULL;

	if (size <= PTRDIFF_MAX - sizeof *h)
		h = zeroed ? calloc(1, sizeof *h + size) : malloc(sizeof *h + size);
	if (!h)
		return NULL;
	p->taken += large_footprint(h);
	return begin_large(h, size);
}

/* Returns a slab with room for a block of the size |index|, of which no slab has room; NULL if memory runs out. */
__attribute__((noinline)) static struct slab *make_room(struct pool *p, unsigned index)
{
	struct slab *s = spacious_slab(p, index);

	return s ? s : open_slab(p, index);
}

void *pool_take(struct pool *p, size_t size)
{
	struct slab *s;
	unsigned index;
	uint8_t *block;

	if (!USE_SLABS || size > POOL_LARGEST)
		return take_large(p, size, false);
	index = index_of(size);
	s = p->partial[index];
	if (!s && !(s = make_room(p, index)))
		return NULL;
	block = s->given_back;
	if (block) {
		memcpy(&s->given_back, block, sizeof s->given_back);
		prefetch(s->given_back, sizeof(void *)); /* the next block of this size is read first of all */
	} else {
		block = s->memory + s->untouched;
		s->untouched += s->stride;
	}
	s->used++;
	p->slack -= s->stride;
	p->taken += s->stride;
	if (is_full(s))
		unlink_from(&p->partial[s->size_index], s);
	return block;
}

void *pool_take_zeroed(struct pool *p, size_t size)
{
	void *block;

	if (!USE_SLABS || size > POOL_LARGEST)
		return take_large(p, size, true);
	block = pool_take(p, size);
	return block ? memset(block, 0, size) : NULL;
}

__attribute__((noinline)) static void give_large(struct pool *p, void *block)
{
	struct large_header *h = large_of(block);

	p->taken -= large_footprint(h);
	h->check = 0;
	free(h);
}

/* Frees |block| of |s|. */
static inline void give(struct pool *p, struct slab *s, void *block)
{
	bool full = is_full(s);

	memcpy(block, &s->given_back, sizeof s->given_back);
	s->given_back = block;
	if (full)
		link_first(&p->partial[s->size_index], s);
	p->slack += s->stride;
	p->taken -= s->stride;
	/* The last slab of a size stays, for the next block. */
	if (--s->used == 0 && (s->next || s->previous))
		close_slab(p, s);
}

void pool_give(struct pool *p, void *block)
{
	struct slab *s = slab_of(p, block);

	if (s)
		give(p, s, block);
	else
		give_large(p, block);
}

/* Resizes a block of malloc. */
__attribute__((noinline)) static void *resize_large(struct pool *p, void *block, size_t size)
{
	struct large_header *h = large_of(block);
	size_t before = large_footprint(h);
	struct large_header *grown;
	void *small;

	if (!USE_SLABS || size > POOL_LARGEST) {
		grown = size <= PTRDIFF_MAX - sizeof *h ? realloc(h, sizeof *h + size) : NULL;
		if (!grown)
			return NULL;
		p->taken += large_footprint(grown) - before;
		return begin_large(grown, size);
	}
	small = pool_take(p, size);
	if (!small)
		return NULL;
	memcpy(small, h + 1, size < h->size ? size : h->size);
	give_large(p, block);
	return small;
}

void *pool_resize(struct pool *p, void *block, size_t size)
{
	struct slab *s = slab_of(p, block);
	void *other;

	if (!s)
		return resize_large(p, block, size);
	if (size <= s->stride && size > s->stride / 2)
		return block;
	other = pool_take(p, size);
	if (!other)
		return NULL;
	memcpy(other, block, size < s->stride ? size : s->stride);
	give(p, s, block);
	return other;
}
