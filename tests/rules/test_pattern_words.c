/* SPDX-License-Identifier: BSD-2-Clause */
/* The words that a text must hold for a pattern to match it. */
#include "harness.h"
#include "pattern_words.h"

#include <stdio.h>

/* The sets of a pattern in the order in which they occur: "user|mailbox & unknown". */
static const char *words_of(const char *pattern)
{
	static char text[4096];
	struct pattern_words words;
	size_t used = 0;

	if (!pattern_words_find(&words, pattern))
		return "none";
	for (size_t s = 0; s < words.count; s++)
		for (size_t i = 0; i < words.sets[s].count; i++)
			used += (size_t)snprintf(text + used, sizeof text - used, "%s%s",
						 i   ? "|"
						 : s ? " & "
						     : "",
						 words.sets[s].words[i]);
	return text;
}

START_TEST(words_are_read_off_patterns)
{
	static const char *const cases[][2] = {
		{ "user unknown", "user unknown" },
		{ "(?:user|mailbox) unknown", " unknown & user|mailbox" },
		{ "user.*unknown", "unknown & user" },
		{ "mail ?box", "mail & box" },
		{ "unknown(?: user)?", "unknown" },
		{ "unknown (user)*", "unknown " },
		{ "\\bspam\\b", "spam" },
		{ "greylist(?:ed|ing)", "greylist" },
		{ "gr[ea]ylist", "ylist" },
		{ "SPAM", "spam" },
		{ "5\\.7\\.1\\b", "5.7.1" },
		{ "full|over quota", "full|over quota" },
		{ "(?!not )full", "full" },
		{ "(?<=is )full", "full" },
		{ "(?=.*spam)junk", "spam & junk" },
		{ "a{2}bcd", "bcd" },
		{ "abc{0,3}def", "def" },
		{ "full\\d+", "full" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_msg(strcmp(words_of(cases[i][0]), cases[i][1]) == 0, "%s: %s", cases[i][0],
			      words_of(cases[i][0]));
}
END_TEST

START_TEST(patterns_that_need_no_word_have_none)
{
	static const char *const cases[] = { "",	  ".*",		  "full|.", "(?:full)?",
					     "ab",	  "(?:full|ab)",  "[a-z]+", "\\x66ull",
					     "(?:full|)", "(?:full){0,2}" };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_msg(strcmp(words_of(cases[i]), "none") == 0, "%s: %s", cases[i], words_of(cases[i]));
}
END_TEST

START_TEST(long_words_are_cut_into_several)
{
	struct pattern_words words;

	ck_assert(pattern_words_find(&words, "averyverylongwordwithoutanyblankinit"));
	for (size_t s = 0; s < words.count; s++)
		ck_assert_uint_le(words.sets[s].length[0], PATTERN_WORD_MOST);
}
END_TEST

START_TEST(deep_groups_are_given_up)
{
	char pattern[2000] = "";

	for (int i = 0; i < 200; i++)
		strcat(pattern, "(?:");
	strcat(pattern, "full");
	for (int i = 0; i < 200; i++)
		strcat(pattern, ")");
	ck_assert_str_eq(words_of(pattern), "none");
}
END_TEST

SUITE("pattern_words", words_are_read_off_patterns, patterns_that_need_no_word_have_none,
      long_words_are_cut_into_several, deep_groups_are_given_up)
