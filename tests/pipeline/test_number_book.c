/* SPDX-License-Identifier: BSD-2-Clause */
#include "number_book.h"

#include "harness.h"

START_TEST(numbers_are_found_until_released)
{
	struct account account = { .limit = SIZE_MAX };
	struct number_book b = { .account = &account };

	ck_assert_uint_eq(number_book_find(&b, 1), 0);
	for (uint64_t i = 1; i <= 1000; i++)
		ck_assert(number_book_add(&b, 3 * i));
	for (uint64_t i = 1; i <= 1000; i++)
		ck_assert_uint_eq(number_book_find(&b, i), 3 * i);
	ck_assert_uint_eq(number_book_find(&b, 0), 0);
	ck_assert_uint_eq(number_book_find(&b, 1001), 0);
	number_book_finish(&b);
	ck_assert_uint_eq(account.used, 0);
	account_finish(&account);
}
END_TEST

START_TEST(memory_follows_what_is_not_released)
{
	struct account account = { .limit = SIZE_MAX };
	struct number_book b = { .account = &account };
	size_t most = 0;

	/* One finding stays open for long; the others are told soon. */
	for (uint64_t i = 1; i <= 200000; i++) {
		ck_assert(number_book_add(&b, i));
		if (i > 10)
			number_book_release(&b, i - 8);
		if (i == 100000)
			number_book_release(&b, 1);
		if (i == 150000)
			most = account.used;
	}
	ck_assert_uint_eq(number_book_find(&b, 200000), 200000);
	/* A list of the blocks since the first open number may remain, but not the blocks. */
	ck_assert_uint_lt(most, 64 * 1024);
	ck_assert_uint_le(account.used, most);
	number_book_finish(&b);
	account_finish(&account);
}
END_TEST

SUITE("pipeline/number_book", numbers_are_found_until_released, memory_follows_what_is_not_released)
