/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"
#include "harness.h"

static struct exam e;

static const char *greeting(const char *reply, bool unsure)
{
	static char found[64];

	exam_init(&e, "greeting-refused");
	e.unsure = unsure;
	exam_reply(&e, reply, ANSWERS_CONNECT);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_refused)
{
	ck_assert_str_eq(greeting("220 mx", false), "");
	ck_assert_str_eq(greeting("399 mx", false), "");
	ck_assert_str_eq(greeting("400 no", false), "deferred");
	ck_assert_str_eq(greeting("499 no", false), "deferred");
	ck_assert_str_eq(greeting("500 no", false), "rejected:error");
	ck_assert_str_eq(greeting("554 no", true), "rejected:likely:error");
}
END_TEST

SUITE("annotate/diag_greeting", test_refused)
