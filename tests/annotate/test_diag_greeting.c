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

static void talk_early(int64_t seen)
{
	exam_init(&e, "early-talker");
	e.seen = seen;
}

static const char *hello(void)
{
	static char found[64];

	exam_command(&e, "EHLO a");
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_early)
{
	talk_early(0);
	ck_assert_str_eq(hello(), "before-greeting");
	talk_early(1); /* it had the first byte of a greeting whose last line was not there yet */
	ck_assert_str_eq(hello(), "inside-greeting");
}
END_TEST

START_TEST(test_said_once)
{
	talk_early(0);
	exam_command(&e, "EHLO a");
	ck_found(&e, "before-greeting");
	e.seen = 0;
	ck_assert_str_eq(hello(), "");
}
END_TEST

/* Each of these disproves it, or takes the proof away. */
START_TEST(test_not_early)
{
	talk_early(0);
	exam_reply(&e, "220 mx", ANSWERS_CONNECT);
	e.seen = 0;
	ck_assert_str_eq(hello(), "");
	talk_early(0);
	exam_not_reply(&e, "hello");
	e.seen = 0;
	ck_assert_str_eq(hello(), "");
	talk_early(0);
	e.seen_known = false;
	ck_assert_str_eq(hello(), "");
	talk_early(0);
	e.session.visibility = VISIBILITY_GAP;
	ck_assert_str_eq(hello(), "");
	talk_early(0);
	e.session.visibility = VISIBILITY_TRUNCATED_PACKETS;
	ck_assert_str_eq(hello(), "");
	talk_early(0);
	e.flow.opened = FLOW_MIDSTREAM;
	ck_assert_str_eq(hello(), "");
	talk_early(0);
	e.flow.side[DIR_SERVER].seen = false;
	ck_assert_str_eq(hello(), "");
	talk_early(0);
	e.flow.side[DIR_SERVER].guessed = true;
	ck_assert_str_eq(hello(), "");
	talk_early(0);
	e.kind = COMMAND_PROXY;
	exam_command(&e, "PROXY TCP4 192.0.2.1 192.0.2.2 1 25");
	ck_found(&e, "");
	exam_finish(&e);
	talk_early(0);
	exam_command(&e, "PROXY nonsense"); /* a faulty header, at the start */
	ck_found(&e, "");
	exam_finish(&e);
	talk_early(0);
	exam_command(&e, "GET / HTTP/1.1"); /* not a mail client */
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

SUITE("annotate/diag_greeting", test_refused, test_early, test_said_once, test_not_early)
