/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"
#include "harness.h"

static struct exam e;

static void talk_early(int64_t seen)
{
	exam_init(&e, "early-talker");
	e.seen = seen;
}

/* The client says EHLO; the server greets it and answers with |reply|. */
static const char *hello_answered(const char *reply)
{
	static char found[64];

	exam_command(&e, "EHLO a");
	ck_found(&e, "");
	exam_reply(&e, "220 mx", ANSWERS_CONNECT);
	exam_reply(&e, reply, ANSWERS_COMMAND);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

static const char *hello(void)
{
	return hello_answered("550 too early");
}

START_TEST(test_early)
{
	talk_early(0);
	ck_assert_str_eq(hello(), "before-greeting");
	talk_early(1); /* it had the first byte of a greeting whose last line was not there yet */
	ck_assert_str_eq(hello(), "inside-greeting");
}
END_TEST

/* What the server accepts did no harm, and what it offers to accept is not early. */
START_TEST(test_accepted)
{
	talk_early(0);
	ck_assert_str_eq(hello_answered("250 mx"), "before-greeting:info");
	talk_early(0);
	ck_assert_str_eq(hello_answered("250-mx\n250 PIPECONNECT"), "");
	talk_early(0);
	ck_assert_str_eq(hello_answered("250-mx\n250 X_PIPE_CONNECT"), "");
	/* The greeting itself rejects the client. */
	talk_early(0);
	exam_command(&e, "EHLO a");
	exam_reply(&e, "554 no", ANSWERS_CONNECT);
	ck_found(&e, "before-greeting");
	exam_finish(&e);
}
END_TEST

static const char *talk_after(tstamp silence)
{
	exam_init(&e, "early-talker");
	exam_flow(&e, FLOW_EVENT_ESTABLISHED, DIR_CLIENT);
	exam_wait(&e, silence - 5 * TSTAMP_MILLISECOND);
	e.seen = 0;
	return hello();
}

START_TEST(test_ten_seconds)
{
	ck_assert_str_eq(talk_after(10 * TSTAMP_SECOND - 1), "before-greeting");
	ck_assert_str_eq(talk_after(10 * TSTAMP_SECOND), "");
}
END_TEST

/* Each of these disproves it, or takes the proof away. */
START_TEST(test_not_early)
{
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

SUITE("annotate/diag_early_talker", test_early, test_accepted, test_ten_seconds, test_not_early)
