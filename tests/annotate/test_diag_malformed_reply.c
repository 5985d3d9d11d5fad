/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"
#include "harness.h"

static struct exam e;

static const char *reply(unsigned flags, bool unsure)
{
	static char found[64];

	exam_hello(&e, "malformed-reply", NULL);
	exam_command(&e, "NOOP");
	e.flags = flags;
	e.session.unsure = unsure;
	exam_reply(&e, "250 Ok", ANSWERS_COMMAND);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_flags)
{
	ck_assert_str_eq(reply(0, false), "");
	ck_assert_str_eq(reply(REPLY_NO_END, false), "unfinished");
	ck_assert_str_eq(reply(REPLY_NO_LINE_END, false), "no-line-end:info");
	ck_assert_str_eq(reply(REPLY_NO_END | REPLY_MIXED_CODES, false), "mixed-codes");
	ck_assert_str_eq(reply(REPLY_TRUNCATED, false), "");
	ck_assert_str_eq(reply(REPLY_NO_END, true), "");
}
END_TEST

START_TEST(test_not_a_reply)
{
	exam_hello(&e, "malformed-reply", NULL);
	exam_not_reply(&e, "hello");
	ck_found(&e, "not-a-reply");
	e.session.unsure = true;
	exam_not_reply(&e, "hello");
	ck_found(&e, "");
	e.session.unsure = false;
	e.session.protocol = PROTOCOL_OTHER;
	exam_not_reply(&e, "hello");
	ck_found(&e, "");
	exam_finish(&e);
	/* Before the first reply it is not even known to be SMTP. */
	exam_init(&e, "malformed-reply");
	exam_not_reply(&e, "hello");
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

START_TEST(test_twenty_lines)
{
	exam_hello(&e, "malformed-reply", NULL);
	for (int i = 1; i <= 21; i++) {
		exam_not_reply(&e, "hello");
		ck_found(&e, i <= 20 ? "not-a-reply" : "");
	}
	exam_finish(&e);
}
END_TEST

SUITE("annotate/diag_malformed_reply", test_flags, test_not_a_reply, test_twenty_lines)
