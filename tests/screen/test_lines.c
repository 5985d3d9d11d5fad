/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "lines.h"

static struct lines l;

START_TEST(text_from_the_wire_is_harmless)
{
	lines_text(&l, LINE_PLAIN, "a\x1b[2Jb\xe2\x80\xae", 80);
	ck_assert_ptr_null(strchr(l.list[0].text, 0x1b));
	ck_assert_ptr_null(strstr(l.list[0].text, "\xe2\x80\xae"));
	lines_finish(&l);
}
END_TEST

START_TEST(long_text_wraps_at_blanks)
{
	lines_wrap(&l, LINE_PLAIN, span_text("one two three four"), 9, 2);
	ck_assert_uint_eq(l.count, 3);
	ck_assert_str_eq(l.list[0].text, "one two");
	ck_assert_str_eq(l.list[1].text, "  three");
	ck_assert_str_eq(l.list[2].text, "  four");
	lines_finish(&l);
}
END_TEST

/* A word longer than the line is split, so that wrapping always ends. */
START_TEST(long_words_are_split)
{
	lines_wrap(&l, LINE_PLAIN, span_text("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), 10, 0);
	ck_assert_uint_eq(l.count, 3);
	lines_finish(&l);
}
END_TEST

START_TEST(number_of_lines_is_bounded)
{
	for (size_t i = 0; i < LINES_MAX + 10; i++)
		lines_gap(&l);
	ck_assert_uint_eq(l.count, LINES_MAX);
	lines_finish(&l);
}
END_TEST

START_TEST(search_ignores_case_and_goes_both_ways)
{
	lines_text(&l, LINE_PLAIN, "alpha", 80);
	lines_text(&l, LINE_PLAIN, "Beta", 80);
	lines_text(&l, LINE_PLAIN, "alpha", 80);
	ck_assert_uint_eq(lines_find(&l, 0, 1, "beta"), 1);
	ck_assert_uint_eq(lines_find(&l, 1, 1, "alpha"), 2);
	ck_assert_uint_eq(lines_find(&l, 1, -1, "alpha"), 0);
	ck_assert_uint_eq(lines_find(&l, 0, -1, "beta"), SIZE_MAX);
	lines_finish(&l);
}
END_TEST

SUITE("lines", text_from_the_wire_is_harmless, long_text_wraps_at_blanks, long_words_are_split,
      number_of_lines_is_bounded, search_ignores_case_and_goes_both_ways)
