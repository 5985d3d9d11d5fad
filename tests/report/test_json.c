/* SPDX-License-Identifier: BSD-2-Clause */
#include "json.h"

#include "harness.h"
#include "json_check.h"
#include <stdio.h>
#include <stdlib.h>

static struct buf out;
static struct output output;
static struct json j;

static void start(void)
{
	buf_finish(&out);
	buf_init(&out, 1 << 20);
	output = (struct output){ .into = &out };
	json_init(&j, &output);
}

static const char *line(void)
{
	json_line_end(&j);
	ck_assert(json_check(buf_span(&out)));
	return buf_string(&out);
}

static const char *string_of(const void *bytes, size_t length)
{
	start();
	json_string(&j, span_of(bytes, length));
	return line();
}

START_TEST(commas_stand_between_values)
{
	start();
	json_object(&j);
	json_key(&j, "a");
	json_array(&j);
	json_number(&j, -5);
	json_unsigned(&j, UINT64_MAX);
	json_number(&j, INT64_MIN);
	json_array(&j);
	json_end_array(&j);
	json_object(&j);
	json_end_object(&j);
	json_end_array(&j);
	json_key(&j, "b");
	json_bool(&j, true);
	json_key(&j, "c");
	json_text(&j, NULL);
	json_key(&j, "d");
	json_text(&j, "x");
	json_end_object(&j);
	ck_assert_str_eq(line(), "{\"a\":[-5,18446744073709551615,-9223372036854775808,[],{}],\"b\":true,"
				 "\"c\":null,\"d\":\"x\"}\n");
	json_bool(&j, false);
	ck_assert_str_eq(strchr(line(), '\n') + 1, "false\n");
}
END_TEST

START_TEST(strings_are_escaped)
{
	ck_assert_str_eq(string_of("a\"b\\c\b\t\n\v\f\r\x1b\x7f\0z", 15),
			 "\"a\\\"b\\\\c\\b\\t\\n\\u000b\\f\\r\\u001b\\u007f\\u0000z\"\n");
	ck_assert_str_eq(string_of("\xC2\x85\xE2\x80\xA8\xE2\x80\xA9", 8), "\"\\u0085\\u2028\\u2029\"\n");
	/* Bidirectional and zero-width controls, a tag as a surrogate pair; a letter beyond the first plane stays. */
	ck_assert_str_eq(string_of("\xE2\x80\xAE\xE2\x80\x8B", 6), "\"\\u202e\\u200b\"\n");
	ck_assert_str_eq(string_of("\xF3\xA0\x81\x81", 4), "\"\\udb40\\udc41\"\n");
	ck_assert_str_eq(string_of("\xF0\x9F\x98\x80", 4), "\"\xF0\x9F\x98\x80\"\n");
	ck_assert_str_eq(string_of("gr\xC3\xBC\xC3\x9F \xF0\x9F\x93\xA7", 11),
			 "\"gr\xC3\xBC\xC3\x9F \xF0\x9F\x93\xA7\"\n");
}
END_TEST

#define REPLACED "\xEF\xBF\xBD"

/* Plain bytes are copied several at a time: whatever stands wherever among them is found. */
START_TEST(odd_bytes_are_found_wherever_they_stand)
{
	char text[32], expected[64], piece[8];

	for (size_t length = 1; length < 30; length++) {
		for (size_t at = 0; at < length; at++) {
			for (unsigned byte = 0; byte < 128; byte++) {
				memset(text, 'x', sizeof text);
				text[at] = (char)byte;
				if (byte == '"' || byte == '\\')
					snprintf(piece, sizeof piece, "\\%c", (int)byte);
				else if (byte >= 0x20 && byte < 0x7F)
					snprintf(piece, sizeof piece, "%c", (int)byte);
				else if (byte >= 8 && byte <= 13 && byte != 11)
					snprintf(piece, sizeof piece, "\\%c", "btn?fr"[byte - 8]);
				else
					snprintf(piece, sizeof piece, "\\u%04x", byte);
				snprintf(expected, sizeof expected, "\"%.*s%s%.*s\"\n", (int)at, text, piece,
					 (int)(length - at - 1), text + at + 1);
				start();
				json_string(&j, span_of(text, length));
				json_line_end(&j);
				if (strcmp(buf_string(&out), expected) != 0)
					ck_abort_msg("length %zu, place %zu, byte %u: %s", length, at, byte,
						     expected);
			}
		}
	}
}
END_TEST

START_TEST(broken_utf8_is_replaced)
{
	ck_assert_str_eq(string_of("\x80"
				   "a",
				   2),
			 "\"" REPLACED "a\"\n");
	ck_assert_str_eq(string_of("\xC0\xAF", 2), "\"" REPLACED REPLACED "\"\n");		/* overlong */
	ck_assert_str_eq(string_of("\xE0\x80\xAF", 3), "\"" REPLACED REPLACED REPLACED "\"\n"); /* overlong */
	ck_assert_str_eq(string_of("\xED\xA0\x80", 3), "\"" REPLACED REPLACED REPLACED "\"\n"); /* surrogate */
	ck_assert_str_eq(string_of("\xF4\x90\x80\x80", 4), "\"" REPLACED REPLACED REPLACED REPLACED "\"\n");
	ck_assert_str_eq(string_of("\xE2\x82", 2), "\"" REPLACED "\"\n"); /* cut short: one */
	ck_assert_str_eq(string_of("\xF0\x9F\x93"
				   "x",
				   4),
			 "\"" REPLACED "x\"\n");
}
END_TEST

static const char *milliseconds(int64_t ns)
{
	start();
	json_milliseconds(&j, ns);
	return line();
}

START_TEST(milliseconds_have_three_digits)
{
	ck_assert_str_eq(milliseconds(-1), "null\n");
	ck_assert_str_eq(milliseconds(0), "0.000\n");
	ck_assert_str_eq(milliseconds(1999), "0.001\n");
	ck_assert_str_eq(milliseconds(1234567890), "1234.567\n");
	ck_assert_str_eq(milliseconds(INT64_MAX), "9223372036854.775\n");
}
END_TEST

static const char *moment(tstamp t, unsigned digits)
{
	start();
	json_time(&j, t, digits);
	return line();
}

START_TEST(times_are_rfc3339)
{
	ck_assert_str_eq(moment(0, 6), "\"1970-01-01T00:00:00.000000Z\"\n");
	ck_assert_str_eq(moment(-1, 9), "\"1969-12-31T23:59:59.999999999Z\"\n");
	ck_assert_str_eq(moment(INT64_C(1600000000123456789), 6), "\"2020-09-13T12:26:40.123456Z\"\n");
	ck_assert_str_eq(moment(TSTAMP_NONE, 6), "null\n");
	start();
	json_array(&j);
	json_time(&j, INT64_C(1600000000000000001), 9);
	json_time(&j, INT64_C(1600000000900000000), 6);
	json_time(&j, INT64_C(1600000001000000000), 0);
	json_end_array(&j);
	ck_assert_str_eq(line(), "[\"2020-09-13T12:26:40.000000001Z\",\"2020-09-13T12:26:40.900000Z\","
				 "\"2020-09-13T12:26:41Z\"]\n");
}
END_TEST

START_TEST(long_strings_pass_through_the_writers_own_memory)
{
	static char text[50000];
	FILE *file = tmpfile();

	memset(text, 'x', sizeof text);
	output = (struct output){ .file = file };
	json_init(&j, &output);
	json_string(&j, span_of(text, sizeof text));
	json_line_end(&j);
	ck_assert_int_eq(ftell(file), (long)sizeof text + 3);
	fclose(file);
}
END_TEST

START_TEST(a_full_buffer_is_told)
{
	struct buf small;

	buf_init(&small, 10);
	output = (struct output){ .into = &small };
	json_init(&j, &output);
	json_text(&j, "0123456789");
	json_line_end(&j);
	ck_assert(output.cut);
	ck_assert_uint_eq(small.length, 10);
	buf_finish(&small);
}
END_TEST

START_TEST(lines_are_gathered)
{
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);

	start();
	output = (struct output){ .file = file };
	j.gathers = true;
	json_text(&j, "a");
	json_line_end(&j);
	fflush(file);
	ck_assert_uint_eq(length, 0);
	json_flush(&j);
	fflush(file);
	ck_assert_str_eq(text, "\"a\"\n");
	for (unsigned i = 0; i < 10000; i++) {
		json_unsigned(&j, i);
		json_last_piece(&j, span_text("\n"));
		fflush(file);
		/* Only whole lines are written. */
		ck_assert(text[length - 1] == '\n');
	}
	ck_assert_uint_gt(length, 40000);
	json_flush(&j);
	fflush(file);
	ck_assert_uint_eq(length, 4 + 10 * 2 + 90 * 3 + 900 * 4 + 9000 * 5);
	fclose(file);
	free(text);
}
END_TEST

START_TEST(any_bytes_make_valid_json)
{
	uint32_t seed = 1;
	uint8_t bytes[64];

	for (unsigned round = 0; round < 20000; round++) {
		for (size_t i = 0; i < sizeof bytes; i++) {
			seed = seed * 1664525 + 1013904223;
			/* Half of them where UTF-8 is interesting. */
			bytes[i] = (uint8_t)(seed >> 24);
			if (seed & 0x10000)
				bytes[i] |= 0x80;
		}
		string_of(bytes, seed >> 8 & 63);
	}
}
END_TEST

SUITE("json", commas_stand_between_values, strings_are_escaped, odd_bytes_are_found_wherever_they_stand,
      broken_utf8_is_replaced, milliseconds_have_three_digits, times_are_rfc3339,
      long_strings_pass_through_the_writers_own_memory, a_full_buffer_is_told, lines_are_gathered,
      any_bytes_make_valid_json)
