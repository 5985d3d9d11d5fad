/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"
#include "harness.h"

static struct exam e;

static const char *answer(const char *line, const char *reply)
{
	static char found[64];

	exam_hello(&e, "unexpected-reply", NULL);
	exam_ask(&e, line, reply);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_out_of_place)
{
	ck_assert_str_eq(answer("MAIL FROM:<a@b>", "354 go"), "out-of-place");
	ck_assert_str_eq(answer("MAIL FROM:<a@b>", "250 ok"), "");
	ck_assert_str_eq(answer("MAIL FROM:<a@b>", "550 no"), "");
	/* These have findings of their own, or may come at any time. */
	ck_assert_str_eq(answer("MAIL FROM:<a@b>", "221 bye"), "");
	ck_assert_str_eq(answer("MAIL FROM:<a@b>", "500 what"), "");
	ck_assert_str_eq(answer("MAIL FROM:<a@b>", "421 bye"), "");
}
END_TEST

static void begin(void)
{
	exam_hello(&e, "unexpected-reply", NULL);
}

static const char *unasked(const char *reply)
{
	static char found[64];

	exam_reply(&e, reply, ANSWERS_NONE);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_unasked)
{
	begin();
	ck_assert_str_eq(unasked("250 ok"), "unasked");
	begin();
	e.x.in_message = true;
	ck_assert_str_eq(unasked("250 ok"), "during-data");
	/* After losses nobody knows what was asked. */
	begin();
	e.unsure = true;
	ck_assert_str_eq(unasked("250 ok"), "");
	begin();
	exam_reply(&e, "250 ok", ANSWERS_UNSEEN);
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

/* A server may tell a client that is gone why it stops. */
START_TEST(test_client_is_gone)
{
	begin();
	e.flow.side[DIR_CLIENT].fin = true;
	ck_assert_str_eq(unasked("450 no"), "");
	begin();
	e.flow.side[DIR_CLIENT].rst = true;
	ck_assert_str_eq(unasked("400 no"), "");
	begin();
	e.flow.side[DIR_CLIENT].fin = true;
	ck_assert_str_eq(unasked("399 ok"), "unasked");
	begin();
	ck_assert_str_eq(unasked("450 no"), "unasked");
}
END_TEST

START_TEST(test_likely)
{
	begin();
	exam_command(&e, "MAIL FROM:<a@b>");
	e.likely = true;
	exam_reply(&e, "354 go", ANSWERS_COMMAND);
	ck_found(&e, "out-of-place:likely");
	exam_finish(&e);
}
END_TEST

SUITE("annotate/diag_unexpected_reply", test_out_of_place, test_unasked, test_client_is_gone, test_likely)
