/* SPDX-License-Identifier: BSD-2-Clause */
#include "arena.h"
#include "harness.h"

START_TEST(test_take)
{
	struct arena a = { 0 };
	uint8_t *taken[200];

	for (size_t i = 0; i < 200; i++) {
		size_t size = i * 7;

		taken[i] = arena_take(&a, size);
		ck_assert_ptr_nonnull(taken[i]);
		ck_assert_uint_eq((uintptr_t)taken[i] % _Alignof(max_align_t), 0);
		for (size_t k = 0; k < size; k++)
			ck_assert_uint_eq(taken[i][k], 0);
		memset(taken[i], (int)i, size);
	}
	/* None was overwritten by another. */
	for (size_t i = 0; i < 200; i++)
		for (size_t k = 0; k < i * 7; k++)
			ck_assert_uint_eq(taken[i][k], (uint8_t)i);
	arena_finish(&a);
	ck_assert_ptr_null(a.newest);
	ck_assert_ptr_nonnull(arena_take(&a, 1));
	arena_finish(&a);
}
END_TEST

START_TEST(test_string)
{
	struct arena a = { 0 };
	char *one = arena_string(&a, span_text("one")), *empty = arena_string(&a, (struct span){ 0 });
	char *cut = arena_string(&a, span_of("a\0b", 3));

	ck_assert_str_eq(one, "one");
	ck_assert_str_eq(empty, "");
	ck_assert_str_eq(cut, "a");
	arena_finish(&a);
}
END_TEST

/* A size that cannot exist is refused, and does no harm. */
START_TEST(test_too_large)
{
	struct arena a = { 0 };

	ck_assert_ptr_null(arena_take(&a, SIZE_MAX));
	ck_assert_ptr_null(arena_take(&a, SIZE_MAX - 64));
	ck_assert_ptr_nonnull(arena_take(&a, 8));
	arena_finish(&a);
}
END_TEST

SUITE("base/arena", test_take, test_string, test_too_large)
