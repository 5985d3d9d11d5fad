/* SPDX-License-Identifier: BSD-2-Clause */
#include "keyed_sort.h"

#include "harness.h"

enum { COUNT = 3000 };

static uint64_t keys[COUNT];
static struct keyed list[COUNT], scratch[COUNT];

/* Sorts the keys and checks the order: by key, then as before. */
static void sorts(size_t count)
{
	for (size_t i = 0; i < count; i++)
		list[i] = (struct keyed){ .key = keys[i], .object = &keys[i] };
	keyed_sort(list, scratch, count);
	for (size_t i = 0; i < count; i++) {
		ck_assert_uint_eq(*(const uint64_t *)list[i].object, list[i].key);
		if (i && list[i - 1].key == list[i].key)
			ck_assert((const uint64_t *)list[i - 1].object < (const uint64_t *)list[i].object);
		else if (i)
			ck_assert_uint_lt(list[i - 1].key, list[i].key);
	}
}

START_TEST(any_keys)
{
	uint64_t dice = 1;

	/* Keys of every size, and many that are the same. */
	for (size_t i = 0; i < COUNT; i++) {
		dice = dice * 6364136223846793005u + 1442695040888963407u;
		keys[i] = dice >> (dice >> 58);
	}
	sorts(COUNT);
	sorts(2);
	sorts(1);
	sorts(0);
}
END_TEST

START_TEST(keys_that_differ_in_one_digit)
{
	for (unsigned shift = 0; shift < 64; shift += 8) {
		for (size_t i = 0; i < COUNT; i++)
			keys[i] = (uint64_t)(COUNT - i) % 256 << shift | 1;
		sorts(COUNT);
	}
	memset(keys, 0xff, sizeof keys);
	sorts(COUNT);
}
END_TEST

SUITE("base/keyed_sort", any_keys, keys_that_differ_in_one_digit)
