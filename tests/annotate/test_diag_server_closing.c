/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"
#include "harness.h"

static struct exam e;

/* A session with a message under way, up to RCPT. */
static void envelope(void)
{
	exam_hello(&e, "server-closing", "250 PIPELINING");
	exam_ask(&e, "MAIL FROM:<a@example.org>", "250 ok");
	exam_ask(&e, "RCPT TO:<b@example.net>", "250 ok");
}

static const char *in_message(tstamp silence, const char *reply)
{
	static char found[96];

	envelope();
	exam_ask(&e, "DATA", "354 go");
	e.x.in_message = true;
	e.x.silence = silence;
	exam_reply(&e, reply, ANSWERS_NONE);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

static const char *at_end(tstamp latency, const char *reply)
{
	static char found[96];

	envelope();
	exam_ask(&e, "DATA", "354 go");
	exam_command(&e, ".");
	e.x.latency = latency;
	exam_reply(&e, reply, ANSWERS_END_OF_DATA);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_client_stalled)
{
	static const tstamp s = TSTAMP_SECOND;

	ck_assert_str_eq(in_message(5 * s, "421 4.4.2 mx Error: timeout exceeded"), "client-stalled");
	ck_assert_str_eq(in_message(5 * s - 1, "421 4.4.2 mx Error: timeout exceeded"), "during-data:likely");
	ck_assert_str_eq(in_message(5 * s, "421 closing"), "client-stalled:likely");
	ck_assert_str_eq(in_message(s, "421 closing"), "during-data:likely");
	/* Another code with the words of a timeout, after the silence that it mentions. */
	ck_assert_str_eq(in_message(120 * s, "451 4.4.2 Timeout waiting for data from client."),
			 "client-stalled");
	ck_assert_str_eq(in_message(s, "451 4.4.2 Timeout waiting for data from client."), "");
	ck_assert_str_eq(in_message(120 * s, "451 4.3.0 no"), "");
}
END_TEST

START_TEST(test_own_timeout)
{
	static const tstamp s = TSTAMP_SECOND;

	ck_assert_str_eq(at_end(60 * s, "421 4.4.2 timeout"), "own-timeout");
	ck_assert_str_eq(at_end(5 * s, "451 Timeout - closing connection"), "own-timeout");
	/* It answered at once: what timed out was not here. */
	ck_assert_str_eq(at_end(5 * s - 1, "451 Timeout - closing connection"), "");
	ck_assert_str_eq(at_end(60 * s, "250 timeout"), "");
}
END_TEST

START_TEST(test_words)
{
	static const tstamp s = TSTAMP_SECOND;

	ck_assert_str_eq(in_message(1, "421 4.4.1 Connection timed out. Total session duration: 00:05:00.7"),
			 "session-limit");
	ck_assert_str_eq(in_message(1, "421 4.3.2 mx shutting down"), "server-shutdown");
	ck_assert_str_eq(in_message(1, "421 4.3.1 Insufficient system resources"), "overload");
	ck_assert_str_eq(in_message(10 * s, "421 4.3.2 Missing PROXY header"), "missing-proxy-header");
}
END_TEST

/* Between two mails nothing is lost. */
START_TEST(test_idle)
{
	exam_hello(&e, "server-closing", NULL);
	e.x.silence = 300 * TSTAMP_SECOND;
	exam_reply(&e, "421 4.4.2 mx Error: timeout exceeded", ANSWERS_NONE);
	ck_found(&e, "idle-timeout:info");
	exam_finish(&e);
	exam_hello(&e, "server-closing", NULL);
	e.x.silence = 30 * TSTAMP_SECOND;
	exam_reply(&e, "421 closing", ANSWERS_NONE);
	ck_found(&e, "idle-timeout:likely:info");
	exam_finish(&e);
	exam_hello(&e, "server-closing", NULL);
	e.x.silence = 30 * TSTAMP_SECOND - 1;
	exam_reply(&e, "421 closing", ANSWERS_NONE);
	ck_found(&e, "unknown:info");
	exam_finish(&e);
}
END_TEST

START_TEST(test_reported_elsewhere)
{
	exam_init(&e, "server-closing");
	exam_reply(&e, "421 no", ANSWERS_CONNECT);
	ck_found(&e, "");
	exam_finish(&e);
	exam_hello(&e, "server-closing", NULL);
	exam_ask(&e, "EHLO again", "421 no");
	exam_ask(&e, "HELO again", "421 no");
	exam_ask(&e, "LHLO again", "421 no");
	exam_ask(&e, "STARTTLS", "421 no");
	exam_ask(&e, "AUTH PLAIN", "421 no");
	exam_ask(&e, "QUIT", "421 no");
	ck_found(&e, "");
	exam_finish(&e);
	exam_hello(&e, "server-closing", NULL);
	exam_command(&e, "QUIT");
	exam_reply(&e, "421 too late", ANSWERS_NONE);
	ck_found(&e, "");
	exam_finish(&e);
	exam_hello(&e, "server-closing", NULL);
	e.flow.side[DIR_CLIENT].fin = true;
	exam_reply(&e, "421 nobody there", ANSWERS_NONE);
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

START_TEST(test_told_once)
{
	envelope();
	exam_ask(&e, "DATA", "421 4.3.2 shutting down");
	ck_found(&e, "server-shutdown");
	exam_ask(&e, "RSET", "421 4.3.2 shutting down");
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

START_TEST(test_too_many_errors)
{
	exam_hello(&e, "server-closing", NULL);
	exam_ask(&e, "FOO", "500 no");
	exam_ask(&e, "FOO", "500 no");
	exam_reply(&e, "421 closing", ANSWERS_NONE);
	ck_found(&e, "unknown:info");
	exam_finish(&e);
	exam_hello(&e, "server-closing", NULL);
	for (int i = 0; i < 3; i++)
		exam_ask(&e, "FOO", "500 no");
	exam_reply(&e, "421 closing", ANSWERS_NONE);
	ck_found(&e, "too-many-errors:likely:info");
	exam_finish(&e);
	exam_hello(&e, "server-closing", NULL);
	exam_ask(&e, "FOO", "500 no");
	exam_ask(&e, "FOO", "500 no");
	exam_reply(&e, "421 4.7.0 mx Error: too many errors", ANSWERS_NONE);
	ck_found(&e, "too-many-errors:info");
	exam_finish(&e);
}
END_TEST

START_TEST(test_too_many_commands)
{
	exam_hello(&e, "server-closing", NULL);
	exam_ask(&e, "RSET", "554 Cannot reset");
	ck_found(&e, "");
	exam_ask(&e, "NOOP", "554 Too many nonmail commands");
	ck_found(&e, "too-many-commands");
	exam_finish(&e);
	/* unexpected-500 reports it. */
	exam_hello(&e, "server-closing", NULL);
	exam_ask(&e, "NOOP", "500 Too many nonmail commands");
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

SUITE("annotate/diag_server_closing", test_too_many_commands, test_client_stalled, test_own_timeout,
      test_words, test_idle, test_reported_elsewhere, test_told_once, test_too_many_errors)
