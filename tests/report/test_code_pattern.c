/* SPDX-License-Identifier: BSD-2-Clause */
#include "code_pattern.h"

#include "harness.h"

START_TEST(codes_and_enhanced_codes_are_taken)
{
	static const char *const good[] = { "550",   "4xx",   "55X",	       "2**",	 "5.7.1",
					    "5.7.*", "x.7.x", "550,4xx,5.7.*", "5.7.999" };
	static const char *const bad[] = { "",	       "55",	 "5500", "150",	 "650",	    "x50",
					   "5a0",      "5.7",	 "5.7.", ".7.1", "5..1",    "5.7.1.2",
					   "5.7.1234", "5.7.1x", "550,", ",550", "550 4xx", "5*" };

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		ck_assert_msg(code_pattern_valid(good[i]), "%s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(!code_pattern_valid(bad[i]), "%s", bad[i]);
}
END_TEST

START_TEST(placeholders_stand_for_digits_and_parts)
{
	ck_assert(code_pattern_match("550", 550, ""));
	ck_assert(!code_pattern_match("550", 551, ""));
	ck_assert(code_pattern_match("4xx", 451, "") && code_pattern_match("4xx", 400, ""));
	ck_assert(!code_pattern_match("4xx", 550, "4.0.0"));
	ck_assert(code_pattern_match("5.7.*", 550, "5.7.26"));
	ck_assert(!code_pattern_match("5.7.*", 550, "5.1.7"));
	ck_assert(!code_pattern_match("5.7.1", 550, "5.7.10"));
	ck_assert(!code_pattern_match("5.7.10", 550, "5.7.1"));
	ck_assert(code_pattern_match("x.7.1", 450, "4.7.1"));
	ck_assert(!code_pattern_match("*.*.*", 550, ""));
	ck_assert(code_pattern_match("221,5.7.*", 554, "5.7.1") &&
		  code_pattern_match("221,5.7.*", 221, "2.0.0"));
	ck_assert(!code_pattern_match("221,5.7.*", 250, "2.0.0"));
}
END_TEST

SUITE("code_pattern", codes_and_enhanced_codes_are_taken, placeholders_stand_for_digits_and_parts)
