/* SPDX-License-Identifier: BSD-2-Clause */
#include "wildcard.h"

#include "harness.h"

static bool matches(const char *pattern, const char *text)
{
	return wildcard_match(pattern, span_text(text));
}

START_TEST(patterns_match_the_whole_text)
{
	ck_assert(matches("a@example.com", "A@Example.COM"));
	ck_assert(!matches("a@example.co", "a@example.com") && !matches("a@example.com", "a@example.co"));
	ck_assert(matches("*@example.com", "a.b@example.com") && matches("*", "") && matches("", ""));
	ck_assert(!matches("", "a") && !matches("?", "") && !matches("*@example.com", "a@example.com.invalid"));
	ck_assert(matches("a?c*", "abc") && matches("*b*b*", "abcb") && !matches("*b*b*", "abc"));
}
END_TEST

START_TEST(sets_match_one_character)
{
	ck_assert(matches("[a-c]x", "Bx") && !matches("[a-c]x", "dx") && !matches("[a-c]x", "x"));
	ck_assert(matches("[!a-c]x", "dx") && !matches("[^a-c]x", "ax"));
	ck_assert(matches("[]a]", "]") && matches("[!]a]", "b") && !matches("[!]a]", "]"));
	ck_assert(matches("a[", "a[") && matches("[a", "[a") && matches("[a-]", "-"));
}
END_TEST

/* Each star gives up for good once the next has begun; else this would not end. */
START_TEST(many_stars_are_quick)
{
	static char text[20001];

	memset(text, 'a', sizeof text - 1);
	ck_assert(!matches("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
}
END_TEST

SUITE("wildcard", patterns_match_the_whole_text, sets_match_one_character, many_stars_are_quick)
