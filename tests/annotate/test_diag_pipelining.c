/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"
#include "harness.h"

static struct exam e;

/* Sends |first| and, |apart| later and without waiting, |second|; both are answered. */
static const char *group(const char *first, const char *second, tstamp apart, const char *reply)
{
	static char found[128];

	exam_command(&e, first);
	e.flags |= COMMAND_PIPELINED;
	exam_wait(&e, apart - 5 * TSTAMP_MILLISECOND);
	exam_command(&e, second);
	exam_reply(&e, "250 Ok", ANSWERS_COMMAND);
	exam_reply(&e, reply, ANSWERS_COMMAND);
	strcpy(found, exam_found(&e));
	return found;
}

static const char *once(const char *offers, const char *first, const char *second, const char *reply)
{
	const char *found;

	exam_hello(&e, "contract-violation", offers);
	found = group(first, second, 5 * TSTAMP_MILLISECOND, reply);
	exam_finish(&e);
	return found;
}

START_TEST(test_not_offered)
{
	ck_assert_str_eq(once("250 SIZE", "MAIL FROM:<a@b>", "RSET", "250 Ok"), "pipelining-not-offered:info");
	ck_assert_str_eq(once("250 SIZE", "MAIL FROM:<a@b>", "RSET", "503 no"), "pipelining-not-offered");
	ck_assert_str_eq(once("250 SIZE", "MAIL FROM:<a@b>", "RSET", "500 no"), "pipelining-not-offered");
	ck_assert_str_eq(once("250 PIPELINING", "MAIL FROM:<a@b>", "RSET", "250 Ok"), "");
	ck_assert_str_eq(once("250 PIPECONNECT", "MAIL FROM:<a@b>", "RSET", "250 Ok"), "");
}
END_TEST

START_TEST(test_not_last)
{
	ck_assert_str_eq(once("250 PIPELINING", "NOOP", "RSET", "250 Ok"), "not-last-in-group:info");
	ck_assert_str_eq(once("250 PIPELINING", "DATA", "RSET", "503 no"), "not-last-in-group");
	ck_assert_str_eq(once("250 X_PIPE_CONNECT", "NOOP", "RSET", "250 Ok"), "");
}
END_TEST

START_TEST(test_said_once)
{
	exam_hello(&e, "contract-violation", "250 SIZE");
	ck_assert_str_eq(group("MAIL FROM:<a@b>", "RSET", 5 * TSTAMP_MILLISECOND, "250 Ok"),
			 "pipelining-not-offered:info");
	ck_assert_str_eq(group("MAIL FROM:<a@b>", "RSET", 5 * TSTAMP_MILLISECOND, "250 Ok"), "");
	ck_assert_str_eq(group("NOOP", "RSET", 5 * TSTAMP_MILLISECOND, "250 Ok"), "not-last-in-group:info");
	exam_finish(&e);
}
END_TEST

/* A client that sends on after a second has given up on the reply. */
START_TEST(test_one_second)
{
	exam_hello(&e, "contract-violation", "250 SIZE");
	ck_assert_str_eq(group("MAIL FROM:<a@b>", "RSET", TSTAMP_SECOND, "250 Ok"), "");
	ck_assert_str_eq(group("MAIL FROM:<a@b>", "RSET", TSTAMP_SECOND - 1, "250 Ok"),
			 "pipelining-not-offered:info");
	exam_finish(&e);
}
END_TEST

/* Text of a message that a lax server reads as commands was pipelined by nobody. */
START_TEST(test_smuggled)
{
	exam_hello(&e, "contract-violation", "250 SIZE");
	exam_note(&e, NOTE_ODD_END_OF_DATA, DIR_CLIENT, "MAIL FROM:<a@b>", "\n.\n");
	exam_note(&e, NOTE_LAX_END_READ, DIR_SERVER, NULL, NULL);
	ck_assert_str_eq(group("MAIL FROM:<a@b>", "RSET", 5 * TSTAMP_MILLISECOND, "250 Ok"), "");
	exam_finish(&e);
	/* An odd end that the server did not fall for changes nothing. */
	exam_hello(&e, "contract-violation", "250 SIZE");
	exam_note(&e, NOTE_ODD_END_OF_DATA, DIR_CLIENT, "MAIL FROM:<a@b>", "\n.\n");
	ck_assert_str_eq(group("MAIL FROM:<a@b>", "RSET", 5 * TSTAMP_MILLISECOND, "250 Ok"),
			 "pipelining-not-offered:info");
	exam_finish(&e);
}
END_TEST

START_TEST(test_losses)
{
	static const unsigned losses[] = { VISIBILITY_MIDSTREAM, VISIBILITY_GAP, VISIBILITY_TRUNCATED_PACKETS };
	static const unsigned odd[] = { COMMAND_CUT, COMMAND_UNFINISHED, COMMAND_BODY_TEXT, COMMAND_ASSUMED };

	for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
		exam_hello(&e, "contract-violation", "250 SIZE");
		e.session.visibility = losses[i];
		ck_assert_str_eq(group("MAIL FROM:<a@b>", "RSET", 5 * TSTAMP_MILLISECOND, "250 Ok"), "");
		exam_finish(&e);
	}
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		exam_hello(&e, "contract-violation", "250 SIZE");
		e.flags = odd[i];
		ck_assert_str_eq(group("MAIL FROM:<a@b>", "RSET", 5 * TSTAMP_MILLISECOND, "250 Ok"), "");
		exam_finish(&e);
	}
	exam_hello(&e, "contract-violation", "250 SIZE");
	exam_command(&e, "MAIL FROM:<a@b>");
	e.flags = COMMAND_PIPELINED;
	exam_command(&e, "RSET");
	exam_reply(&e, "250 Ok", ANSWERS_COMMAND);
	e.unsure = true;
	exam_reply(&e, "250 Ok", ANSWERS_COMMAND);
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

/* Without the offers, or acknowledgements that reach the greeting, there is no proof. */
START_TEST(test_no_proof)
{
	exam_hello(&e, "contract-violation", "250 SIZE");
	e.session.offers.state = OFFERS_UNKNOWN;
	ck_assert_str_eq(group("MAIL FROM:<a@b>", "RSET", 5 * TSTAMP_MILLISECOND, "250 Ok"), "");
	exam_finish(&e);
	exam_hello(&e, "contract-violation", "250 SIZE");
	exam_command(&e, "MAIL FROM:<a@b>");
	e.flags = COMMAND_PIPELINED;
	e.seen_known = false;
	exam_command(&e, "RSET");
	exam_reply(&e, "250 Ok", ANSWERS_COMMAND);
	exam_reply(&e, "250 Ok", ANSWERS_COMMAND);
	ck_found(&e, "");
	exam_command(&e, "MAIL FROM:<a@b>");
	e.flags = COMMAND_PIPELINED;
	e.seen = 0;
	exam_command(&e, "RSET");
	exam_reply(&e, "250 Ok", ANSWERS_COMMAND);
	exam_reply(&e, "250 Ok", ANSWERS_COMMAND);
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

SUITE("annotate/diag_pipelining", test_not_offered, test_not_last, test_said_once, test_one_second,
      test_smuggled, test_losses, test_no_proof)
