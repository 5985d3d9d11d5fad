/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "patterns.h"

#include <stdio.h>

START_TEST(codes_are_read)
{
	static const struct {
		const char *text, *code;
		size_t length;
	} cases[] = {
		{ "2.1.5 ok", "2.1.5", 5 },
		{ "2.1.5", "2.1.5", 5 },
		{ "5.7.026 x", "5.7.26", 7 },
		{ "5.7.1: x", "5.7.1", 5 },
		{ "4.300.999 x", "4.300.999", 9 },
		{ "5.7.1. x", "5.7.1", 5 },
		{ "5.7.1.", "5.7.1", 5 },
		{ "5.7.1234 x", "", 0 },
		{ "5.1234.1 x", "", 0 },
		{ "3.7.1 x", "", 0 },
		{ "1.7.1 x", "", 0 },
		{ "6.7.1 x", "", 0 },
		{ "2.1 x", "", 0 },
		{ "5.7.1.2 x", "", 0 },
		{ "x 2.1.5", "", 0 },
		{ "5..1", "", 0 },
		{ "5.1.", "", 0 },
		{ "", "", 0 },
		{ "55.1.1", "", 0 },
		{ "5,1,1", "", 0 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct enhanced code = { 0 };
		char text[ENHANCED_SIZE];

		ck_assert_uint_eq(enhanced_read(span_text(cases[i].text), &code), cases[i].length);
		ck_assert_uint_eq(enhanced_text(text, &code), strlen(cases[i].code));
		ck_assert_str_eq(text, cases[i].code);
	}
}
END_TEST

/* What is not a code leaves the value alone. */
START_TEST(nothing_is_written_without_a_code)
{
	struct enhanced code = { 5, 1, 1 };

	ck_assert_uint_eq(enhanced_read(span_text("2.1.5.3"), &code), 0);
	ck_assert(code.class == 5 && code.subject == 1 && code.detail == 1);
}
END_TEST

START_TEST(reply_lines_have_it_at_the_start_of_their_text)
{
	static const struct {
		const char *line;
		unsigned code, class;
		char separator;
		const char *text;
	} cases[] = {
		{ "250 2.1.5 ok", 250, 2, ' ', "2.1.5 ok" },
		{ "250-2.0.0 x", 250, 2, '-', "2.0.0 x" },
		{ "250 x 2.1.5", 250, 0, ' ', "x 2.1.5" },
		{ "354\tgo", 354, 0, '\t', "go" },
		{ "250", 250, 0, 0, "" },
		{ "599 ", 599, 0, ' ', "" },
	};
	static const char *const others[] = { "", "25", "2500 x", "199 x", "600 x", "250x", " 250 x", "25a x" };
	struct patterns *p = patterns_create();
	struct reply_line parts;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ck_assert(patterns_reply_line(p, span_text(cases[i].line), &parts));
		ck_assert_uint_eq(parts.code, cases[i].code);
		ck_assert_uint_eq(parts.enhanced.class, cases[i].class);
		ck_assert_int_eq(parts.separator, cases[i].separator);
		ck_assert(span_equal(parts.text, span_text(cases[i].text)));
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		ck_assert_msg(!patterns_reply_line(p, span_text(others[i]), &parts), "%s", others[i]);
	patterns_destroy(p);
}
END_TEST

SUITE("syntax/enhanced", codes_are_read, nothing_is_written_without_a_code,
      reply_lines_have_it_at_the_start_of_their_text)
