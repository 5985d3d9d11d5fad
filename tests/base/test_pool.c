/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "pool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 1000, ROUNDS = 20000 };

struct held {
	uint8_t *at;
	size_t size;
	uint8_t mark;
};

static bool holds(const uint8_t *at, size_t size, uint8_t mark)
{
	for (size_t i = 0; i < size; i++)
		if (at[i] != mark)
			return false;
	return true;
}

/* No block overlaps another one while blocks are taken and freed at random. */
START_TEST(test_blocks_keep_their_content)
{
	static struct held held[BLOCKS];
	struct pool p = { 0 };
	uint32_t random = 1;

	for (unsigned round = 0; round < ROUNDS; round++) {
		struct held *h;

		random = random * 1664525 + 1013904223;
		h = &held[(random >> 8) % BLOCKS];
		ck_assert(holds(h->at, h->size, h->mark));
		if (h->at && round % 3 == 0) {
			size_t size = 1 + random % 6000;
			uint8_t *at = pool_resize(&p, h->at, size);

			ck_assert(holds(at, size < h->size ? size : h->size, h->mark));
			h->at = at;
			h->size = size;
		} else if (h->at) {
			pool_give(&p, h->at);
			*h = (struct held){ 0 };
			continue;
		} else {
			h->size = 1 + (random >> 4) % (random & 4 ? 200 : 5000);
			h->at = pool_take(&p, h->size);
		}
		ck_assert_uint_eq((uintptr_t)h->at % _Alignof(max_align_t), 0);
		h->mark = (uint8_t)random;
		memset(h->at, h->mark, h->size);
	}
	for (size_t i = 0; i < BLOCKS; i++)
		if (held[i].at)
			pool_give(&p, held[i].at);
	pool_finish(&p);
}
END_TEST

/* Memory of blocks of one size serves another size after they have been freed. */
START_TEST(test_free_slabs_serve_any_size)
{
	static void *blocks[20000];
	struct pool p = { 0 };
	size_t regions = 0;

	for (unsigned round = 0; round < 20; round++) {
		size_t size = 100 + 20 * round, count = 2000000 / size;

		for (size_t i = 0; i < count; i++)
			blocks[i] = pool_take(&p, size);
		for (size_t i = 0; i < count; i++)
			pool_give(&p, blocks[i]);
		if (round == 2)
			regions = p.region_count;
	}
	/* One slab stays with each size; all others have been used again. */
	ck_assert_uint_le(p.region_count, regions + 1);
	pool_finish(&p);
	ck_assert_uint_eq(p.region_count, 0);
}
END_TEST

/* One block in each slab is still in use: smaller blocks take the place of the others. */
START_TEST(test_holes_serve_smaller_blocks)
{
	enum { COUNT = 160000, LARGE = 300, SMALL = 140, KEPT = 150 };
	static void *large[COUNT], *small[COUNT];
	struct pool p = { 0 };
	size_t regions;

	for (size_t i = 0; i < COUNT; i++)
		large[i] = pool_take(&p, LARGE);
	regions = p.region_count;
	for (size_t i = 0; i < COUNT; i++)
		if (i % KEPT)
			pool_give(&p, large[i]);
	for (size_t i = 0; i < COUNT * 9 / 10; i++) {
		small[i] = pool_take(&p, SMALL);
		memset(small[i], 1, SMALL);
	}
	ck_assert_uint_le(p.region_count, regions);
	for (size_t i = 0; i < COUNT * 9 / 10; i++)
		pool_give(&p, small[i]);
	for (size_t i = 0; i < COUNT; i += KEPT)
		pool_give(&p, large[i]);
	if (regions) /* with slabs */
		ck_assert_uint_lt(p.slack, 4 * 64 * 1024);
	pool_finish(&p);
}
END_TEST

START_TEST(test_block_that_is_given_back_is_the_next)
{
	struct pool p = { 0 };
	void *one = pool_take(&p, 100), *two = pool_take(&p, 100);

	ck_assert_ptr_ne(one, two);
	pool_give(&p, one);
	if (p.region_count) /* with slabs */
		ck_assert_ptr_eq(pool_take(&p, 100), one);
	pool_give(&p, two);
	pool_finish(&p);
}
END_TEST

/* Small blocks have no headers: side by side, they take what was asked for, in steps of 16 bytes. */
START_TEST(small_blocks_take_no_more_than_their_size)
{
	struct pool p = { 0 };
	uint8_t *first = pool_take(&p, 64), *second = pool_take(&p, 64);

	if (p.region_count) { /* with slabs */
		ck_assert_uint_eq(p.taken, 128);
		ck_assert_ptr_eq(second, first + 64);
	}
	ck_assert_uint_ge(p.taken, 128);
	pool_give(&p, first);
	pool_give(&p, second);
	ck_assert_uint_eq(p.taken, 0);
	pool_finish(&p);
}
END_TEST

/* Blocks of malloc are found out among those of slabs, and each way of resizing keeps the sum right. */
START_TEST(the_sum_of_all_blocks_is_kept)
{
	struct pool p = { 0 };
	uint8_t *block = pool_take(&p, 3 * POOL_LARGEST);

	ck_assert_uint_ge(p.taken, 3 * POOL_LARGEST);
	block = pool_resize(&p, block, 5 * POOL_LARGEST);
	ck_assert_uint_ge(p.taken, 5 * POOL_LARGEST);
	block = pool_resize(&p, block, 16);
	ck_assert_uint_ge(p.taken, 16);
	ck_assert_uint_lt(p.taken, POOL_LARGEST);
	block = pool_resize(&p, block, 2 * POOL_LARGEST);
	ck_assert_uint_ge(p.taken, 2 * POOL_LARGEST);
	pool_give(&p, block);
	ck_assert_uint_eq(p.taken, 0);
	pool_finish(&p);
}
END_TEST

START_TEST(a_zeroed_block_has_zeros_where_another_one_was)
{
	struct pool pool = { 0 };
	size_t sizes[] = { 1, 40, POOL_LARGEST / 2, 3 * POOL_LARGEST };

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		uint8_t *block = pool_take(&pool, sizes[i]);

		ck_assert_ptr_nonnull(block);
		memset(block, 0xa5, sizes[i]);
		pool_give(&pool, block);
		block = pool_take_zeroed(&pool, sizes[i]);
		ck_assert_ptr_nonnull(block);
		for (size_t at = 0; at < sizes[i]; at++)
			ck_assert_uint_eq(block[at], 0);
		pool_give(&pool, block);
	}
	pool_finish(&pool);
}
END_TEST

SUITE("base/pool", small_blocks_take_no_more_than_their_size, the_sum_of_all_blocks_is_kept,
      a_zeroed_block_has_zeros_where_another_one_was, test_blocks_keep_their_content,
      test_free_slabs_serve_any_size, test_holes_serve_smaller_blocks,
      test_block_that_is_given_back_is_the_next)
