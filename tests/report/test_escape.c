/* SPDX-License-Identifier: BSD-2-Clause */
#include "escape.h"

#include "harness.h"
#include "json_check.h"

static struct buf out;

static const char *shown(struct span text, size_t columns, size_t expected)
{
	buf_finish(&out);
	buf_init(&out, 1 << 20);
	ck_assert_uint_eq(escape_append(&out, text, columns), expected);
	return buf_string(&out);
}

#define SHOWN(text, columns, expected) shown(span_of(text, sizeof(text) - 1), columns, expected)

START_TEST(controls_become_visible)
{
	ck_assert_str_eq(SHOWN("a\x1b[31mred\x07\0\x7f\tz\r\n", ESCAPE_WHOLE, 31),
			 "a\\x1b[31mred\\x07\\x00\\x7f\\tz\\r\\n");
	ck_assert_str_eq(SHOWN("\xC2\x9B", ESCAPE_WHOLE, 6), "\\u009b");
	ck_assert_str_eq(SHOWN("\x9B\xE2\x82", ESCAPE_WHOLE, 12), "\\x9b\\xe2\\x82");
	ck_assert_str_eq(SHOWN("\xE2\x80\xAE"
			       "evil\xEF\xBB\xBF",
			       ESCAPE_WHOLE, 16),
			 "\\u202eevil\\ufeff");
	ck_assert_str_eq(SHOWN("\xF3\xA0\x80\x81", ESCAPE_WHOLE, 10), "\\U000e0001");
}
END_TEST

START_TEST(columns_are_counted)
{
	ck_assert_str_eq(SHOWN("e\xCC\x81", ESCAPE_WHOLE, 1), "e\xCC\x81");
	ck_assert_str_eq(SHOWN("\xE6\x97\xA5\xE6\x9C\xAC", ESCAPE_WHOLE, 4), "\xE6\x97\xA5\xE6\x9C\xAC");
	/* a tower of marks is taken down */
	ck_assert_str_eq(SHOWN("e\xCC\x81\xCC\x81\xCC\x81\xCC\x81", ESCAPE_WHOLE, 7),
			 "e\xCC\x81\xCC\x81\xCC\x81\\u0301");
}
END_TEST

START_TEST(long_texts_are_cut)
{
	ck_assert_str_eq(SHOWN("abcdef", 6, 6), "abcdef");
	ck_assert_str_eq(SHOWN("abcdefg", 6, 6), "abcde…");
	ck_assert_str_eq(SHOWN("ab\x1b", 5, 3), "ab…");
	ck_assert_str_eq(SHOWN("\xE6\x97\xA5\xE6\x9C\xAC", 3, 3), "\xE6\x97\xA5…");
	ck_assert_str_eq(SHOWN("\x1bx", 2, 1), "…");
	ck_assert_str_eq(SHOWN("x", 0, 0), "");
	ck_assert_str_eq(SHOWN("", 0, 0), "");
}
END_TEST

START_TEST(fitting_gets_on)
{
	size_t used;

	ck_assert_uint_eq(escape_fit(span_text("\x1b\x1b"), 2, &used), 1);
	ck_assert_uint_eq(used, 4);
	ck_assert_uint_eq(escape_fit(span_text("abc"), 2, &used), 2);
	ck_assert_uint_eq(used, 2);
}
END_TEST

START_TEST(any_bytes_are_harmless)
{
	uint32_t seed = 7;
	uint8_t bytes[48];
	struct buf quoted;

	for (unsigned round = 0; round < 10000; round++) {
		size_t length = seed >> 8 & 31;
		for (size_t i = 0; i < sizeof bytes; i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = (uint8_t)(seed >> 24);
			if (seed & 0x10000)
				bytes[i] |= 0x80;
		}
		buf_init(&quoted, 4096);
		/* As a JSON string the checker proves UTF-8 and the absence of controls; quotes and backslashes aside. */
		buf_text(&quoted, "\"");
		ck_assert_uint_le(escape_append(&quoted, span_of(bytes, length), 30), 30);
		for (size_t i = 1; i < quoted.length; i++)
			if (quoted.at[i] == '"' || quoted.at[i] == '\\')
				quoted.at[i] = '.';
		buf_text(&quoted, "\"\n");
		ck_assert(json_check(buf_span(&quoted)));
		buf_finish(&quoted);
	}
}
END_TEST

SUITE("escape", controls_become_visible, columns_are_counted, long_texts_are_cut, fitting_gets_on,
      any_bytes_are_harmless)
