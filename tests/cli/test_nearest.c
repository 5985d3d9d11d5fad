/* SPDX-License-Identifier: BSD-2-Clause */
#include "nearest.h"

#include "harness.h"

static const char *nearest(const char *word)
{
	struct nearest n = { .word = word };

	nearest_offer(&n, "format");
	nearest_offer(&n, "from");
	nearest_offer(&n, "read");
	nearest_offer(&n, "rules");
	return n.best ? n.best : "";
}

START_TEST(finds_a_slip)
{
	ck_assert_str_eq(nearest("fromat"), "format"); /* two letters swapped */
	ck_assert_str_eq(nearest("formt"), "format");
	ck_assert_str_eq(nearest("fformatt"), "format");
	ck_assert_str_eq(nearest("raed"), "read");
	ck_assert_str_eq(nearest("rulez"), "rules");
	ck_assert_str_eq(nearest("frm"), "from");
}
END_TEST

/* Three slips, or two in a short word, are another word. */
START_TEST(leaves_other_words_alone)
{
	ck_assert_str_eq(nearest(""), "");
	ck_assert_str_eq(nearest("fmt"), "");
	ck_assert_str_eq(nearest("ra"), "");
	ck_assert_str_eq(nearest("output"), "");
	ck_assert_str_eq(nearest("xormxxt"), "");
}
END_TEST

START_TEST(long_words_are_not_compared)
{
	char word[NEAREST_LENGTH + 2];
	struct nearest n = { .word = word };

	memset(word, 'a', sizeof word - 1);
	word[NEAREST_LENGTH + 1] = 0;
	nearest_offer(&n, word);
	ck_assert_ptr_null(n.best);
	word[NEAREST_LENGTH] = 0;
	nearest_offer(&n, word);
	ck_assert_ptr_nonnull(n.best);
}
END_TEST

SUITE("cli/nearest", finds_a_slip, leaves_other_words_alone, long_words_are_not_compared)
