/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "verb.h"

/* verb_of stops at the first name whose first letter is larger: every name must still be found. */
START_TEST(every_verb_is_found_by_its_name)
{
	for (int v = VERB_OTHER + 1; v < VERB_COUNT; v++) {
		ck_assert_msg(verb_name((enum verb)v)[0] != 0, "verb %d has no name", v);
		ck_assert_int_eq(verb_of(span_text(verb_name((enum verb)v))), v);
	}
}
END_TEST

START_TEST(letter_case_does_not_matter_and_length_does)
{
	ck_assert_int_eq(verb_of(span_text("quit")), VERB_QUIT);
	ck_assert_int_eq(verb_of(span_text("x-Exps")), VERB_X_EXPS);
	ck_assert_int_eq(verb_of(span_text("QUI")), VERB_OTHER);
	ck_assert_int_eq(verb_of(span_text("QUITE")), VERB_OTHER);
	ck_assert_int_eq(verb_of(span_text("{")), VERB_OTHER);
	ck_assert_int_eq(verb_of(span_text("")), VERB_NONE);
}
END_TEST

START_TEST(kinds)
{
	ck_assert(verb_is_standard(VERB_BDAT) && verb_is_known(VERB_BDAT));
	ck_assert(!verb_is_standard(VERB_XCLIENT) && verb_is_known(VERB_XCLIENT));
	ck_assert(!verb_is_known(VERB_PROXY) && !verb_is_known(VERB_OTHER) && !verb_is_known(VERB_NONE));
	ck_assert(verb_is_hello(VERB_LHLO) && verb_is_hello(VERB_EHLO) && verb_is_hello(VERB_HELO));
	ck_assert(!verb_is_hello(VERB_MAIL));
}
END_TEST

SUITE("syntax/verb", every_verb_is_found_by_its_name, letter_case_does_not_matter_and_length_does, kinds)
