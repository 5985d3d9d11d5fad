/* SPDX-License-Identifier: BSD-2-Clause */
/* unexpected-reply and malformed-reply, and what comes near. */
#include "clinic.h"
#include "harness.h"

static const char HELLO[] = "S: 220 mx\nC: EHLO a\nS: 250 mx\n";
static struct clinic clinic;

static const char *find(const char *watched, const char *lines)
{
	char text[4096] = { 0 };

	strcat(text, HELLO);
	strcat(text, lines);
	return clinic_of(watched, text);
}

START_TEST(test_out_of_place)
{
	ck_assert_str_eq(find("unexpected-reply", "C: MAIL FROM:<a@b>\nS: 354 go"),
			 "unexpected-reply/out-of-place\n");
	ck_assert_str_eq(find("unexpected-reply", "C: QUIT\nS: 250 bye"), "unexpected-reply/out-of-place\n");
	ck_assert_str_eq(
	    find("unexpected-reply",
		 "C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 252 perhaps\nC: QUIT\nS: 221 bye"),
	    find("unexpected-reply",
		 "C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 252 perhaps\nC: QUIT\nS: 221 bye"));
	ck_assert_str_eq(find("unexpected-reply", "C: MAIL FROM:<a@b>\nS: 250 ok\nC: QUIT\nS: 221 bye"), "");
	/* A refusal may answer anything. */
	ck_assert_str_eq(find("unexpected-reply", "C: MAIL FROM:<a@b>\nS: 599 no\nC: NOOP\nS: 450 no"), "");
	/* Those two have findings of their own, and 421 may come at any time. */
	ck_assert_str_eq(find("unexpected-reply", "C: MAIL FROM:<a@b>\nS: 221 bye"), "");
	ck_assert_str_eq(find("unexpected-reply", "C: FOO\nS: 500 what"), "");
	ck_assert_str_eq(find("unexpected-reply", "C: MAIL FROM:<a@b>\nS: 421 bye"), "");
}
END_TEST

START_TEST(test_unasked)
{
	ck_assert_str_eq(find("unexpected-reply", "S: 250 what"), "unexpected-reply/unasked\n");
	ck_assert_str_eq(find("unexpected-reply", "S: 421 timeout"), "");
	ck_assert_str_eq(find("unexpected-reply", "C: NOOP\nS: 250 ok\nS: 250 again"),
			 "unexpected-reply/unasked\n");
}
END_TEST

START_TEST(test_during_data)
{
	ck_assert_str_eq(find("unexpected-reply", "C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 "
						  "ok\nC: DATA\nS: 354 go\nC: x\nS: 552 too big"),
			 "unexpected-reply/during-data\n");
	ck_assert_str_eq(find("unexpected-reply", "C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 "
						  "ok\nC: DATA\nS: 354 go\nC: x\nC: .\nS: 552 too big"),
			 "");
}
END_TEST

START_TEST(test_unseen_question)
{
	clinic_init(&clinic, FLOW_HANDSHAKE, "unexpected-reply");
	clinic_say(&clinic, HELLO);
	dialog_gap(&clinic.dialog, DIR_CLIENT, 6);
	clinic_say(&clinic, "S: 354 go\nS: 250 what");
	ck_assert_str_eq(clinic_findings(&clinic), "");
	clinic_finish(&clinic);
}
END_TEST

START_TEST(test_not_a_reply)
{
	ck_assert_str_eq(find("malformed-reply", "S: hello?"), "malformed-reply/not-a-reply\n");
	/* Not known to be mail at all. */
	ck_assert_str_eq(clinic_of("malformed-reply", "S: HTTP/1.1 400 Bad Request\nS: Server: x"), "");
}
END_TEST

START_TEST(test_not_a_reply_is_bounded)
{
	char text[8192] = { 0 };
	const char *log;
	size_t count = 0;

	strcat(text, HELLO);
	for (unsigned i = 0; i < 100; i++)
		strcat(text, "S: hello?\n");
	log = clinic_of("malformed-reply", text);
	for (; *log; log++)
		count += *log == '\n';
	ck_assert_uint_le(count, 20);
}
END_TEST

START_TEST(test_mixed_codes)
{
	ck_assert_str_eq(find("malformed-reply", "C: NOOP\nS: 250-one\nS: 251 two\nC: NOOP\nS: 250 ok"),
			 "malformed-reply/mixed-codes\n");
	ck_assert_str_eq(find("malformed-reply", "C: NOOP\nS: 250-one\nS: 250 two\nC: NOOP\nS: 250 ok"), "");
}
END_TEST

START_TEST(test_unfinished)
{
	clinic_init(&clinic, FLOW_HANDSHAKE, "malformed-reply");
	clinic_say(&clinic, HELLO);
	clinic_say(&clinic, "C: NOOP\nS: 250-one");
	dialog_fin(&clinic.dialog, DIR_SERVER);
	ck_assert_str_eq(clinic_findings(&clinic), "malformed-reply/unfinished\n");
	clinic_finish(&clinic);
	/* The capture ended, not the reply. */
	clinic_init(&clinic, FLOW_HANDSHAKE, "malformed-reply");
	clinic_say(&clinic, HELLO);
	clinic_say(&clinic, "C: NOOP\nS: 250-one");
	dialog_end(&clinic.dialog);
	ck_assert_str_eq(clinic_findings(&clinic), "");
	clinic_finish(&clinic);
}
END_TEST

START_TEST(test_gap_is_not_malformed)
{
	clinic_init(&clinic, FLOW_HANDSHAKE, "malformed-reply");
	clinic_say(&clinic, HELLO);
	clinic_say(&clinic, "C: NOOP\nS: 250-one");
	dialog_gap(&clinic.dialog, DIR_SERVER, 20);
	clinic_say(&clinic, "S: rest\nS: 250 ok\nC: NOOP\nS: 250 ok");
	ck_assert_str_eq(clinic_findings(&clinic), "");
	clinic_finish(&clinic);
}
END_TEST

SUITE("annotate/replies", test_out_of_place, test_unasked, test_during_data, test_unseen_question,
      test_not_a_reply, test_not_a_reply_is_bounded, test_mixed_codes, test_unfinished,
      test_gap_is_not_malformed)
