/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"
#include "harness.h"

static struct exam e;

static const char *offers(const char *line)
{
	static char found[64];

	exam_hello(&e, "starttls-stripped", line);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

/* "STARTTLS" has eight letters, and so has its mask. */
START_TEST(test_masked)
{
	ck_assert_str_eq(offers("250 XXXXXXXX"), "capability-masked:likely:error");
	ck_assert_str_eq(offers("250 XXXXXXXA"), "capability-masked:likely:error");
	ck_assert_str_eq(offers("250 XXXXXXAA"), "");
	ck_assert_str_eq(offers("250 XXXXXXX"), "");
	ck_assert_str_eq(offers("250 XXXXXXXXX"), "");
	ck_assert_str_eq(offers("250 STARTTLS"), "");
	ck_assert_str_eq(offers("250-XXXXXXXA\n250 SIZE"), "capability-masked:likely:error");
}
END_TEST

START_TEST(test_masked_once)
{
	exam_hello(&e, "starttls-stripped", "250 XXXXXXXA");
	ck_found(&e, "capability-masked:likely:error");
	exam_ask(&e, "EHLO a", "250-mx\n250 XXXXXXXA");
	ck_found(&e, "");
	exam_finish(&e);
	/* Only the reply to EHLO lists extensions. */
	exam_hello(&e, "starttls-stripped", NULL);
	exam_ask(&e, "HELP", "250-mx\n250 XXXXXXXA");
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

START_TEST(test_injection)
{
	exam_hello(&e, "starttls-injection", "250 STARTTLS");
	exam_command(&e, "STARTTLS");
	exam_note(&e, NOTE_PLAINTEXT_BEHIND_STARTTLS, DIR_CLIENT, "RSET", NULL);
	ck_found(&e, "plaintext-behind-starttls");
	exam_note(&e, NOTE_PLAINTEXT_BEHIND_STARTTLS, DIR_CLIENT, "RSET", NULL);
	ck_found(&e, "");
	exam_finish(&e);
	exam_hello(&e, "starttls-injection", "250 STARTTLS");
	exam_lose(&e);
	exam_note(&e, NOTE_PLAINTEXT_BEHIND_STARTTLS, DIR_CLIENT, "RSET", NULL);
	exam_note(&e, NOTE_DATA_AFTER_QUIT, DIR_CLIENT, "RSET", NULL);
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

static void speak_plain(uint16_t port)
{
	exam_init(&e, "plaintext-on-tls-port");
	e.flow.server.port = port;
	exam_command(&e, "EHLO a");
}

static const char *ended(void)
{
	static char found[64];

	exam_end(&e);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

/* Nobody says anything on |port| for |wait|; then the client closes. */
static void say_nothing(uint16_t port, tstamp wait)
{
	exam_init(&e, "plaintext-on-tls-port");
	e.flow.server.port = port;
	e.flow.last.time = e.flow.first.time + wait;
	e.flow.closed = FLOW_CLIENT_FIN;
}

START_TEST(test_silent_on_465)
{
	say_nothing(465, 10 * TSTAMP_SECOND);
	ck_assert_str_eq(ended(), "plain-client:likely:error");
	say_nothing(465, 10 * TSTAMP_SECOND - 1);
	ck_assert_str_eq(ended(), "");
	say_nothing(25, 10 * TSTAMP_SECOND);
	ck_assert_str_eq(ended(), "");
	say_nothing(465, 10 * TSTAMP_SECOND);
	e.flow.closed = FLOW_OPEN;
	ck_assert_str_eq(ended(), "");
	say_nothing(465, 10 * TSTAMP_SECOND);
	e.flow.side[DIR_SERVER].delivered = 1;
	ck_assert_str_eq(ended(), "");
	say_nothing(465, 10 * TSTAMP_SECOND);
	e.flow.side[DIR_CLIENT].delivered = 1;
	ck_assert_str_eq(ended(), "");
}
END_TEST

START_TEST(test_plain_on_465)
{
	speak_plain(465);
	ck_assert_str_eq(ended(), "plain-client:error");
	speak_plain(25);
	ck_assert_str_eq(ended(), "");
	speak_plain(465);
	exam_reply(&e, "220 mx", ANSWERS_CONNECT); /* the server speaks it, too */
	ck_assert_str_eq(ended(), "");
	speak_plain(465);
	e.session.protocol = PROTOCOL_TLS;
	ck_assert_str_eq(ended(), "");
	speak_plain(465);
	e.session.visibility = VISIBILITY_GAP;
	ck_assert_str_eq(ended(), "");
	speak_plain(465);
	e.flow.side[DIR_SERVER].guessed = true;
	ck_assert_str_eq(ended(), "");
	speak_plain(465);
	e.session.command_count = 0;
	ck_assert_str_eq(ended(), "");
}
END_TEST

SUITE("annotate/diag_tls", test_silent_on_465, test_masked, test_masked_once, test_injection, test_plain_on_465)
