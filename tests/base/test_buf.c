/* SPDX-License-Identifier: BSD-2-Clause */
#include "buf.h"

#include "harness.h"

START_TEST(limit_holds)
{
	struct buf b;

	buf_init(&b, 5);
	ck_assert_uint_eq(buf_text(&b, "abc"), 3);
	ck_assert_uint_eq(buf_text(&b, "defg"), 2);
	ck_assert_uint_eq(buf_text(&b, "x"), 0);
	ck_assert_str_eq(buf_string(&b), "abcde");
	buf_finish(&b);
}
END_TEST

START_TEST(consume_moves)
{
	struct buf b;

	buf_init(&b, 100);
	buf_text(&b, "hello world");
	buf_consume(&b, 6);
	ck_assert_str_eq(buf_string(&b), "world");
	buf_consume(&b, 60);
	ck_assert_uint_eq(b.length, 0);
	buf_finish(&b);
}
END_TEST

START_TEST(format_is_whole_or_nothing)
{
	struct buf b;

	buf_init(&b, 6);
	ck_assert(buf_format(&b, "%d", 1234));
	ck_assert(!buf_format(&b, "%d", 567));
	ck_assert_str_eq(buf_string(&b), "1234");
	ck_assert(buf_format(&b, "%d", 56));
	ck_assert_str_eq(buf_string(&b), "123456");
	buf_finish(&b);
}
END_TEST

START_TEST(format_uses_the_room_there_is)
{
	struct buf b;

	buf_init(&b, 1000);
	for (unsigned i = 0; i < 200; i++) {
		size_t before = b.length;
		ck_assert(buf_format(&b, "%03u", i));
		ck_assert_uint_eq(b.length, before + 3);
	}
	ck_assert_int_eq(memcmp(b.at + 63, "021022", 6), 0);
	ck_assert_int_eq(memcmp(b.at + 597, "199", 3), 0);
	buf_finish(&b);
}
END_TEST

START_TEST(numbers)
{
	struct buf b;

	buf_init(&b, 24);
	ck_assert_uint_eq(buf_number(&b, 0), 1);
	ck_assert_uint_eq(buf_number(&b, UINT64_MAX), 20);
	ck_assert_str_eq(buf_string(&b), "018446744073709551615");
	ck_assert_uint_eq(buf_number(&b, 4711), 3);
	buf_finish(&b);
}
END_TEST

SUITE("buf", limit_holds, consume_moves, format_is_whole_or_nothing, format_uses_the_room_there_is, numbers)
