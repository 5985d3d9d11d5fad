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
	SLACK_PART = 16,   /* more idle memory than this part of all slabs is used for smaller blocks, too */
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
	uint8_t *memory;
	struct slab *next, *previous; /* in the list of its size, or of free slabs */
	void *given_back;	      /* its free blocks, each with the address of the next */
	uint32_t number;
	uint32_t size_index;
	uint32_t stride;    /* bytes from one block to the next */
	uint32_t used;	    /* blocks */
	uint32_t untouched; /* offset of the first block that was never used */
};

enum { REGION_SLABS = REGION_SIZE / SLAB_SIZE };

struct slab_region {
	uint8_t *memory;
	struct slab slabs[REGION_SLABS]; /* of the first region, fewer are used */
};

/* What precedes each block. */
struct header {
	uint32_t slab;	 /* its number */
	uint32_t stride; /* of the slab; LARGE: a block of malloc */
};

/* The header of a block of malloc, which keeps the alignment. */
struct large_header {
	size_t size;
	struct header header;
};

enum { LARGE = 0, FIRST_BLOCK = 16 /* offset in a slab */ };

_Static_assert(FIRST_BLOCK >= sizeof(struct header) && FIRST_BLOCK % _Alignof(max_align_t) == 0,
	       "the first block is aligned and has a header");
_Static_assert(sizeof(struct large_header) % _Alignof(max_align_t) == 0, "so are large blocks");
_Static_assert(FINE_SIZES + (POOL_LARGEST - FINE_MOST) / COARSE_STEP == POOL_SIZES, "each size has a list");

static struct header *header_of(const void *block)
{
	return (struct header *)(uintptr_t)block - 1;
}

static struct large_header *large_of(const void *block)
{
	return (struct large_header *)(uintptr_t)block - 1;
}

/* The list for blocks that take |bytes|, with their header. */
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

/* Makes room for one more entry of |p->regions|. */
static bool grow_table(struct pool *p)
{
	size_t capacity = p->region_capacity ? 2 * p->region_capacity : 8;
	struct slab_region **grown;

	if (p->region_count < p->region_capacity)
		return true;
	grown = realloc(p->regions, capacity * sizeof(*grown));
	if (!grown)
		return false;
	p->regions = grown;
	p->region_capacity = capacity;
	return true;
}

static bool add_region(struct pool *p)
{
	bool first = p->region_count == 0;
	size_t size = first ? FIRST_REGION : REGION_SIZE;
	struct slab_region *r;

	if (p->region_count > UINT32_MAX / REGION_SLABS - 1 || !grow_table(p))
		return false;
	r = calloc(1, sizeof *r);
	if (!r)
		return false;
	r->memory = aligned_alloc(first ? SLAB_SIZE : REGION_SIZE, size);
	if (!r->memory) {
		free(r);
		return false;
	}
	if (!first)
		madvise(r->memory, size, MADV_HUGEPAGE); /* without it, everything works more slowly */
	for (size_t i = size / SLAB_SIZE; i-- > 0;) {
		struct slab *s = &r->slabs[i];

		s->memory = r->memory + i * SLAB_SIZE;
		s->number = (uint32_t)(p->region_count * REGION_SLABS + i);
		link_first(&p->free, s);
		p->free_count++;
	}
	p->regions[p->region_count++] = r;
	return true;
}

void pool_finish(struct pool *p)
{
	for (size_t i = 0; i < p->region_count; i++) {
		free(p->regions[i]->memory);
		free(p->regions[i]);
	}
	free(p->regions);
	*p = (struct pool){ 0 };
}

/* Returns the slab that the header of a block names. */
static struct slab *slab_of(const struct pool *p, const struct header *h)
{
	size_t region = h->slab / REGION_SLABS;
	struct slab *s = region < p->region_count ? &p->regions[region]->slabs[h->slab % REGION_SLABS] : NULL;

	/* A header that was overwritten, or a block of another pool. */
	if (!s || !s->used || s->stride != h->stride)
		abort();
	return s;
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
	s->untouched = FIRST_BLOCK;
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

static void *take_large(size_t size, bool zeroed)
{
	struct large_header *h = NULL;

	if (size <= PTRDIFF_MAX - sizeof *h)
		h = zeroed ? calloc(1, sizeof *h + size) : malloc(sizeof *h + size);
	if (!h)
		return NULL;
	h->size = size;
	h->header = (struct header){ .stride = LARGE };
	return h + 1;
}

void *pool_take(struct pool *p, size_t size)
{
	struct slab *s;
	unsigned index;
	uint8_t *block;

	if (!USE_SLABS || size > POOL_LARGEST - sizeof(struct header))
		return take_large(size, false);
	index = index_of(size + sizeof(struct header));
	s = p->partial[index];
	if (!s && !(s = spacious_slab(p, index)) && !(s = open_slab(p, index)))
		return NULL;
	block = s->given_back;
	if (block) {
		memcpy(&s->given_back, block, sizeof s->given_back);
		prefetch(s->given_back, sizeof(void *)); /* the next block of this size is read first of all */
	} else {
		block = s->memory + s->untouched;
		s->untouched += s->stride;
		*header_of(block) = (struct header){ .slab = s->number, .stride = s->stride };
	}
	s->used++;
	p->slack -= s->stride;
	if (is_full(s))
		unlink_from(&p->partial[s->size_index], s);
	return block;
}

void *pool_take_zeroed(struct pool *p, size_t size)
{
	void *block;

	if (!USE_SLABS || size > POOL_LARGEST - sizeof(struct header))
		return take_large(size, true);
	block = pool_take(p, size);
	return block ? memset(block, 0, size) : NULL;
}

void pool_give(struct pool *p, void *block)
{
	const struct header *h = header_of(block);
	struct slab *s;
	bool full;

	if (h->stride == LARGE) {
		free(large_of(block));
		return;
	}
	s = slab_of(p, h);
	full = is_full(s);
	memcpy(block, &s->given_back, sizeof s->given_back);
	s->given_back = block;
	if (full)
		link_first(&p->partial[s->size_index], s);
	p->slack += s->stride;
	/* The last slab of a size stays, for the next block. */
	if (--s->used == 0 && (s->next || s->previous))
		close_slab(p, s);
}

void *pool_resize(struct pool *p, void *block, size_t size)
{
	bool large = header_of(block)->stride == LARGE;
	size_t before = large ? large_of(block)->size : pool_footprint(block) - sizeof(struct header);
	void *other;

	if (!large && size <= before && size > before / 2)
		return block;
	if (large && (!USE_SLABS || size > POOL_LARGEST - sizeof(struct header))) {
		struct large_header *h =
		    size <= PTRDIFF_MAX - sizeof *h ? realloc(large_of(block), sizeof *h + size) : NULL;

		if (!h)
			return NULL;
		h->size = size;
		return h + 1;
	}
	other = pool_take(p, size);
	if (!other)
		return NULL;
	memcpy(other, block, size < before ? size : before);
	pool_give(p, block);
	return other;
}

size_t pool_footprint(const void *block)
{
	const struct header *h = header_of(block);

	return h->stride == LARGE ? malloc_usable_size(large_of(block)) + sizeof(size_t) : h->stride;
}
