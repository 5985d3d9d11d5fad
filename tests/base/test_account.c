/* SPDX-License-Identifier: BSD-2-Clause */
#include "account.h"
#include "arena.h"
#include "buf.h"
#include "harness.h"
#include "map.h"

/* What is charged is at least what was asked for, and is released by the functions that free. */
START_TEST(test_take_and_free)
{
	/* Blocks of this size come from malloc: slabs count as a whole. */
	struct account a = { .limit = 10000 };
	uint8_t *one = account_take(&a, 6000), *two;

	ck_assert_ptr_nonnull(one);
	ck_assert_uint_ge(a.used, 6000);
	ck_assert(!account_is_full(&a));
	two = account_take_zeroed(&a, 10, 500);
	for (int i = 0; i < 5000; i++)
		ck_assert_uint_eq(two[i], 0);
	ck_assert_uint_ge(a.used, 11000);
	ck_assert(account_is_full(&a));
	account_free(&a, one);
	ck_assert(!account_is_full(&a));
	account_free(&a, two);
	account_free(&a, NULL);
	ck_assert_uint_eq(a.used, 0);
	ck_assert_uint_ge(a.peak, 11000);
	account_finish(&a);
}
END_TEST

START_TEST(test_resize)
{
	struct account a = { .limit = SIZE_MAX };
	char *at = account_resize(&a, NULL, 10);
	size_t before = a.used;

	memcpy(at, "123456789", 10);
	at = account_resize(&a, at, 10000);
	ck_assert_str_eq(at, "123456789");
	ck_assert_uint_ge(a.used, before + 9000);
	/* Nothing changes where it fails. */
	ck_assert_ptr_null(account_resize(&a, at, 0));
	ck_assert_str_eq(at, "123456789");
	at = account_resize(&a, at, 10);
	ck_assert_uint_lt(a.used, 1000);
	account_free(&a, at);
	ck_assert_uint_eq(a.used, 0);
	account_finish(&a);
}
END_TEST

START_TEST(test_string)
{
	struct account a = { .limit = SIZE_MAX };
	char *text = account_string(&a, span_of("ab\0c", 4)), *empty = account_string(NULL, (struct span){ 0 });

	ck_assert_str_eq(text, "ab");
	ck_assert_str_eq(empty, "");
	ck_assert_uint_ge(a.used, 3);
	account_free(&a, text);
	account_free(NULL, empty);
	ck_assert_uint_eq(a.used, 0);
	account_finish(&a);
}
END_TEST

/* A buffer, an arena and a map charge what they hold. */
START_TEST(test_containers)
{
	static const uint64_t secret[2] = { 1, 2 };
	struct account a = { .limit = SIZE_MAX };
	struct arena arena = { .account = &a };
	struct map map;
	struct map_node nodes[1000];
	struct buf buf;
	size_t before;

	buf_init_charged(&buf, 100000, &a);
	for (int i = 0; i < 1000; i++)
		buf_text(&buf, "0123456789");
	ck_assert_uint_ge(a.used, 10000);
	buf_finish(&buf);
	ck_assert_uint_eq(a.used, 0);
	for (int i = 0; i < 100; i++)
		arena_take(&arena, 100);
	ck_assert_uint_ge(a.used, 10000);
	arena_finish(&arena);
	ck_assert_uint_eq(a.used, 0);
	ck_assert(map_init_charged(&map, secret, &a));
	before = a.used;
	for (uint64_t i = 0; i < 1000; i++)
		map_insert(&map, &nodes[i], i * 77777);
	ck_assert_uint_gt(a.used, before);
	map_finish(&map);
	ck_assert_uint_eq(a.used, 0);
	account_finish(&a);
}
END_TEST

/* A store that does not give way takes no more than its part. */
START_TEST(test_share)
{
	struct account a = { .limit = 8000 };

	ck_assert_uint_eq(account_share(&a, 500, 8), 500);
	ck_assert_uint_eq(account_share(&a, 5000, 8), 1000);
	ck_assert_uint_eq(account_share(NULL, 5000, 8), 5000);
	account_finish(&a);
}
END_TEST

SUITE("base/account", test_take_and_free, test_resize, test_string, test_containers, test_share)
