/* SPDX-License-Identifier: BSD-2-Clause */
/* Each cause of unexpected-221, and beside it what comes near and is silent or something else. */
#include "clinic.h"
#include "exam.h"
#include "harness.h"

#include <stdio.h>

static const char HELLO[] = "S: 220 mx\nC: EHLO a\nS: 250 mx\n";
static struct clinic clinic;

static void check(const char *lines, const char *wanted)
{
	char text[4096] = { 0 };

	strcat(text, HELLO);
	strcat(text, lines);
	ck_assert_msg(strcmp(clinic_of("unexpected-221", text), wanted) == 0, "%s\ngave: %s", lines,
		      clinic_of("unexpected-221", text));
}

START_TEST(test_words_of_the_server)
{
	check("C: MAIL FROM:<a@b>\nS: 221 server shutting down", "unexpected-221/server-shutdown\n");
	check("C: MAIL FROM:<a@b>\nS: 221 timeout", "unexpected-221/idle-timeout\n");
	check("C: MAIL FROM:<a@b>\nS: 221 too many errors", "unexpected-221/too-many-errors\n");
	/* Asked for, whatever it says. */
	check("C: QUIT\nS: 221 server shutting down", "");
}
END_TEST

START_TEST(test_idle)
{
	check("wait 60\nS: 221 bye", "unexpected-221/idle-timeout\n");
	check("wait 60\nC: QUIT\nS: 221 bye", "");
	check("C: QUIT\nwait 60\nS: 221 bye", "");
	/* Too short for a timeout. */
	check("wait 2\nS: 221 bye", "unexpected-221/unknown\n");
}
END_TEST

START_TEST(test_too_many_errors)
{
	check("C: FOO\nS: 502 no\nC: BAR\nS: 502 no\nC: BAZ\nS: 502 no\nS: 221 bye",
	      "unexpected-221/too-many-errors\n");
	/* A success between. */
	check("C: FOO\nS: 502 no\nC: BAR\nS: 502 no\nC: NOOP\nS: 250 ok\nC: BAZ\nS: 502 no\nS: 221 bye",
	      "unexpected-221/unknown\n");
	check("C: FOO\nS: 502 no\nC: BAR\nS: 502 no\nC: BAZ\nS: 502 no\nC: QUIT\nS: 221 bye", "");
}
END_TEST

START_TEST(test_non_smtp_client)
{
	ck_assert_str_eq(clinic_of("unexpected-221", "S: 220 mx\nC: GET / HTTP/1.1\nS: 221 bye"),
			 "unexpected-221/non-smtp-client\n");
	/* The server says so, and the client has said no hello. One that was refused is a hello, too. */
	ck_assert_str_eq(
	    clinic_of("unexpected-221", "S: 220 mx\nC: ;a\nS: 221 Error: I can break rules, too. Goodbye."),
	    "unexpected-221/non-smtp-client\n");
	ck_assert_str_eq(clinic_of("unexpected-221", "S: 220 mx\nC: EHLO a\nS: 550 no\nC: ;a\n"
						     "S: 221 Error: I can break rules, too. Goodbye."),
			 "unexpected-221/answered-other-command\n");
	ck_assert_str_eq(
	    clinic_of("unexpected-221", "S: 220 mx\nC: GET / HTTP/1.1\nS: 502 no\nC: QUIT\nS: 221 bye"), "");
}
END_TEST

START_TEST(test_at_greeting)
{
	ck_assert_str_eq(clinic_of("unexpected-221", "S: 221 bye"), "unexpected-221/at-greeting\n");
	ck_assert_str_eq(clinic_of("unexpected-221", "S: 421 busy"), "");
	ck_assert_str_eq(clinic_of("unexpected-221", "S: 554 no\nC: QUIT\nS: 221 bye"), "");
}
END_TEST

START_TEST(test_during_data)
{
	static const char mail[] =
	    "C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: DATA\nS: 354 go\n";
	char text[1024];

	snprintf(text, sizeof text, "%sC: Subject: x\nS: 221 bye", mail);
	check(text, "unexpected-221/during-data\n");
	/* 221 is text of the message here. */
	snprintf(text, sizeof text, "%sC: 221 bye\nC: .\nS: 250 ok\nC: QUIT\nS: 221 bye", mail);
	check(text, "");
	/* QUIT behind the dot, sent at once. */
	snprintf(text, sizeof text, "%sC: x\nC: .\nC: QUIT\nS: 250 ok\nS: 221 bye", mail);
	check(text, "");
}
END_TEST

START_TEST(test_group_dropped)
{
	check("C: RSET\nC: MAIL FROM:<a@b>\nC: QUIT\nS: 221 bye", "unexpected-221/group-dropped\n");
	check("C: RSET\nC: MAIL FROM:<a@b>\nC: QUIT\nS: 250 ok\nS: 250 ok\nS: 221 bye", "");
}
END_TEST

START_TEST(test_answered_other_command)
{
	check("C: MAIL FROM:<a@b>\nS: 221 bye", "unexpected-221/answered-other-command\n");
	check("C: MAIL FROM:<a@b>\nS: 421 bye", "");
	check("C: quit\nS: 221 bye", "");
	check("C. QU\nC: IT\nS: 221 bye", "");
	check("C: MAIL FROM:<a@b>\nS: 250-one\nS: 250 221 bye", "");
}
END_TEST

/* A second goodbye to one QUIT was not asked for. */
START_TEST(test_twice)
{
	check("C: QUIT\nS: 221 bye\nS: 221 bye again", "unexpected-221/unknown\n");
}
END_TEST

START_TEST(test_crossed)
{
	clinic_init(&clinic, FLOW_HANDSHAKE, "unexpected-221");
	clinic_say(&clinic, HELLO);
	clinic_say(&clinic, "wait 60\nC: MAIL FROM:<a@b>");
	clinic.dialog.ack = 8; /* of EHLO, and no more */
	clinic_say(&clinic, "S: 221 bye");
	ck_assert_str_eq(clinic_findings(&clinic), "unexpected-221/idle-timeout crossed\n");
	clinic_finish(&clinic);
}
END_TEST

/* What was not captured may have been the QUIT. */
START_TEST(test_not_seen)
{
	clinic_init(&clinic, FLOW_HANDSHAKE, "unexpected-221");
	clinic_say(&clinic, HELLO);
	dialog_gap(&clinic.dialog, DIR_CLIENT, 6);
	clinic_say(&clinic, "S: 221 bye");
	ck_assert_str_eq(clinic_findings(&clinic), "");
	ck_assert_ptr_nonnull(strstr(clinic_expected(&clinic), "221 unknown"));
	clinic_finish(&clinic);
	clinic_init(&clinic, FLOW_MIDSTREAM, "unexpected-221");
	clinic_say(&clinic, "S: 221 bye");
	ck_assert_str_eq(clinic_findings(&clinic), "");
	clinic_finish(&clinic);
}
END_TEST

START_TEST(test_evidence)
{
	clinic_init(&clinic, FLOW_HANDSHAKE, "unexpected-221");
	clinic_say(&clinic, HELLO);
	clinic_say(&clinic, "C: MAIL FROM:<a@b>\nS: 221 policy");
	clinic_findings(&clinic);
	/* The command's packet and the reply's. */
	ck_assert_uint_eq(clinic.last.frame.number, 5);
	ck_assert_uint_eq(clinic.last.frame_count, 2);
	ck_assert_int_eq(clinic.last.certainty, CERTAINTY_CERTAIN);
	clinic_finish(&clinic);
}
END_TEST

static struct exam e;

/* A 221 that nothing asked for, after |silence| and |rejections| in a row. */
static const char *farewell(tstamp silence, int rejections, const char *text)
{
	static char found[64];

	exam_hello(&e, "unexpected-221", NULL);
	for (int i = 0; i < rejections; i++)
		exam_ask(&e, "RCPT TO:<a@b>", "550 no");
	e.x.silence = silence;
	exam_reply(&e, text, ANSWERS_NONE);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_ten_seconds)
{
	ck_assert_str_eq(farewell(10 * TSTAMP_SECOND - 1, 0, "221 bye"), "unknown");
	ck_assert_str_eq(farewell(10 * TSTAMP_SECOND, 0, "221 bye"), "idle-timeout");
}
END_TEST

START_TEST(test_three_rejections)
{
	ck_assert_str_eq(farewell(0, 2, "221 bye"), "unknown");
	ck_assert_str_eq(farewell(0, 3, "221 bye"), "too-many-errors");
	/* Three in a row speak louder than the silence, the server's own words louder than both. */
	ck_assert_str_eq(farewell(10 * TSTAMP_SECOND, 3, "221 bye"), "too-many-errors");
	ck_assert_str_eq(farewell(10 * TSTAMP_SECOND, 3, "221 timeout"), "idle-timeout");
	/* A success between them restarts the count. */
	exam_hello(&e, "unexpected-221", NULL);
	exam_ask(&e, "RCPT TO:<a@b>", "550 no");
	exam_ask(&e, "RCPT TO:<a@b>", "550 no");
	exam_ask(&e, "NOOP", "250 ok");
	exam_ask(&e, "RCPT TO:<a@b>", "550 no");
	exam_reply(&e, "221 bye", ANSWERS_NONE);
	ck_found(&e, "unknown");
	exam_finish(&e);
}
END_TEST

/* A server that takes two seconds over a command may never have answered it, and gone by its own clock. */
static const char *slow(tstamp silence, const char *text)
{
	static char found[64];

	exam_hello(&e, "unexpected-221", NULL);
	exam_command(&e, "MAIL FROM:<a@b>");
	e.x.silence = silence;
	exam_reply(&e, text, ANSWERS_COMMAND);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_two_seconds)
{
	ck_assert_str_eq(slow(2 * TSTAMP_SECOND - 1, "221 bye"), "answered-other-command");
	ck_assert_str_eq(slow(2 * TSTAMP_SECOND, "221 bye"), "answered-other-command:likely");
	ck_assert_str_eq(slow(2 * TSTAMP_SECOND, "221 shutting down"), "server-shutdown");
}
END_TEST

START_TEST(test_doubt)
{
	exam_hello(&e, "unexpected-221", NULL);
	exam_command(&e, "MAIL FROM:<a@b>");
	e.likely = true;
	exam_reply(&e, "221 bye", ANSWERS_COMMAND);
	ck_found(&e, "answered-other-command:likely");
	e.unsure = true;
	exam_reply(&e, "221 bye", ANSWERS_NONE);
	ck_found(&e, "");
	exam_reply(&e, "221 bye", ANSWERS_UNSEEN);
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

SUITE("annotate/unexpected_221", test_words_of_the_server, test_idle, test_too_many_errors,
      test_non_smtp_client, test_at_greeting, test_during_data, test_group_dropped,
      test_answered_other_command, test_twice, test_crossed, test_not_seen, test_evidence, test_ten_seconds,
      test_three_rejections, test_two_seconds, test_doubt)
