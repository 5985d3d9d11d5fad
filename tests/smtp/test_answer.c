/* SPDX-License-Identifier: BSD-2-Clause */
/* What is passed on with each reply: phase, newest and open commands, latency, silence. */
#include "dialog.h"
#include "harness.h"

#include <inttypes.h>
#include <stdio.h>

static struct dialog dialog;
static char seen[2048]; /* of the replies since the last expect, each ended by LF */

static const char *const PHASES[] = {
	[PHASE_CONNECT] = "connect", [PHASE_HELLO] = "hello",	    [PHASE_TLS] = "tls",
	[PHASE_AUTH] = "auth",	     [PHASE_ENVELOPE] = "envelope", [PHASE_BODY] = "body",
	[PHASE_FINAL] = "final",     [PHASE_QUIT] = "quit",	    [PHASE_UNKNOWN] = "unknown"
};

static const char *newest_of(const struct exchange *x)
{
	if (!x->newest)
		return "-";
	return x->newest->kind == COMMAND_END_OF_DATA ? "." : verb_name(x->newest->verb_id);
}

/* CODE PHASE newest=VERB open=N, and what else applies. */
static void on_event(void *context, const struct smtp_event *e)
{
	const struct exchange *x = e->exchange;
	size_t length = strlen(seen);

	(void)context;
	if (e->kind != SMTP_REPLY)
		return;
	snprintf(seen + length, sizeof seen - length, "%u %s newest=%s open=%u%s%s%s%s\n", x->reply->code,
		 PHASES[x->phase], newest_of(x), x->open, x->quit_open ? " quit-open" : "",
		 x->in_message ? " in-message" : "", x->mechanism ? " " : "", x->mechanism ? x->mechanism : "");
}

static void begin(enum flow_opened opened)
{
	seen[0] = 0;
	dialog_init_with(&dialog, opened, NULL, on_event, NULL);
}

static void expect(const char *wanted)
{
	ck_assert_str_eq(seen, wanted);
	seen[0] = 0;
}

START_TEST(test_newest_and_open)
{
	begin(FLOW_HANDSHAKE);
	dialog_say(&dialog, "S: 220 mx");
	expect("220 connect newest=- open=0\n");
	dialog_say(&dialog, "S: 500 what");
	expect("500 hello newest=- open=0\n");
	dialog_say(&dialog, "C: EHLO a\nS: 250 mx");
	expect("250 hello newest=EHLO open=0\n");
	/* One that nothing asked for names the newest command, too. */
	dialog_say(&dialog, "S: 451 sorry");
	expect("451 envelope newest=EHLO open=0\n");
	dialog_say(&dialog, "C: MAIL FROM:<a@b>\nC: RCPT TO:<c@d>\nC: QUIT\nS: 250 ok\nS: 550 no\nS: 221 bye");
	expect("250 envelope newest=QUIT open=2 quit-open\n550 envelope newest=QUIT open=1 quit-open\n"
	       "221 quit newest=QUIT open=0 quit-open\n");
	dialog_say(&dialog, "S: 421 late");
	expect("421 quit newest=QUIT open=0\n");
	dialog_finish(&dialog);
}
END_TEST

/* A reply is judged by the phase of its command, not by what the client has sent since. */
START_TEST(test_phases)
{
	begin(FLOW_HANDSHAKE);
	dialog_say(&dialog,
		   "S: 220 mx\nC: NOOP\nS: 250 ok\nC: MAIL FROM:<a@b>\nS: 503 hello?\nC: RCPT TO:<a@b>\nS: 503 "
		   "no\nC: DATA\nS: 503 no\nC: HELO a\nS: 250 mx");
	expect(
	    "220 connect newest=- open=0\n250 hello newest=NOOP open=0\n503 envelope newest=MAIL open=0\n"
	    "503 envelope newest=RCPT open=0\n503 envelope newest=DATA open=0\n250 hello newest=HELO open=0\n");
	dialog_say(
	    &dialog,
	    "C: NOOP\nS: 250 ok\nC: STARTTLS\nS: 454 no\nC: AUTH LOGIN\nS: 334 VXNlcjo=\nC: *\nS: 501 ok");
	expect("250 envelope newest=NOOP open=0\n454 tls newest=STARTTLS open=0\n"
	       "334 auth newest=AUTH open=0 LOGIN\n501 auth newest=AUTH open=0 LOGIN\n");
	dialog_say(&dialog,
		   "C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: DATA\nS: 354 go\nC: text");
	expect(
	    "250 envelope newest=MAIL open=0\n250 envelope newest=RCPT open=0\n354 envelope newest=DATA open=0\n");
	dialog_say(&dialog,
		   "S: 451 sorry\nC: .\nS: 250 ok\nC: BDAT 3 LAST\nC. abc\nS: 503 no\nC: QUIT\nS: 221 bye");
	expect("451 body newest=DATA open=0 in-message\n250 final newest=. open=0\n503 body newest=BDAT open=0\n"
	       "221 quit newest=QUIT open=0 quit-open\n");
	dialog_finish(&dialog);
}
END_TEST

/* ---- times ---- */

static int64_t latency, silence;

static void on_times(void *context, const struct smtp_event *e)
{
	(void)context;
	if (e->kind != SMTP_REPLY)
		return;
	latency = e->exchange->latency;
	silence = e->exchange->silence;
}

static void say_after(tstamp ms, const char *line)
{
	dialog_wait(&dialog, (ms - 1) * TSTAMP_MILLISECOND);
	dialog_say(&dialog, line);
}

static void expect_ms(int64_t wanted_latency, int64_t wanted_silence)
{
	ck_assert_int_eq(latency, wanted_latency < 0 ? wanted_latency : wanted_latency * TSTAMP_MILLISECOND);
	ck_assert_int_eq(silence, wanted_silence < 0 ? wanted_silence : wanted_silence * TSTAMP_MILLISECOND);
}

START_TEST(test_times)
{
	dialog_init_with(&dialog, FLOW_HANDSHAKE, NULL, on_times, NULL);
	dialog.flow.rtt = 30 * TSTAMP_MILLISECOND;
	say_after(50, "S: 220 mx");
	expect_ms(20, -1);
	say_after(10, "C: EHLO a");
	say_after(70, "S: 250 mx");
	expect_ms(70, 70);
	/* Two replies in one packet: no pause before the second. */
	say_after(10, "C: NOOP\nC: NOOP");
	dialog_wait(&dialog, 4 * TSTAMP_MILLISECOND);
	dialog_bytes(&dialog, DIR_SERVER, "250 a\r\n250 b\r\n", 14);
	expect_ms(5, 0);
	/* What nothing asked for has no latency. */
	say_after(80, "S: 421 bye");
	expect_ms(-1, 80);
	/* Sent before the server had received QUIT: for the server the silence went on. */
	say_after(20, "C: QUIT");
	dialog.ack = (int64_t)dialog.said[DIR_CLIENT] - 6;
	say_after(1, "S: 421 bye");
	expect_ms(-1, 21);
	/* Another one in a packet of its own: the server itself has spoken since. */
	dialog.ack = (int64_t)dialog.said[DIR_CLIENT] - 6;
	say_after(3, "S: 421 bye");
	expect_ms(-1, 3);
	dialog_finish(&dialog);
}
END_TEST

/* A reply that comes in two packets begins in the first. */
START_TEST(test_times_of_a_reply_in_pieces)
{
	dialog_init_with(&dialog, FLOW_HANDSHAKE, NULL, on_times, NULL);
	say_after(50, "S: 220 mx");
	say_after(20, "C: QUIT");
	dialog_wait(&dialog, 4 * TSTAMP_MILLISECOND);
	for (int i = 0; i < 2; i++) {
		dialog.ack = (int64_t)dialog.said[DIR_CLIENT] - 6;
		dialog_bytes(&dialog, DIR_SERVER, i ? "1 bye\r\n" : "42", i ? 7 : 2);
	}
	expect_ms(-1, 25);
	dialog_finish(&dialog);
}
END_TEST

START_TEST(test_no_times)
{
	/* The round trip is not known, or longer than the whole wait. */
	dialog_init_with(&dialog, FLOW_HANDSHAKE, NULL, on_times, NULL);
	say_after(50, "S: 220 mx");
	expect_ms(-1, -1);
	dialog_finish(&dialog);
	dialog_init_with(&dialog, FLOW_HANDSHAKE, NULL, on_times, NULL);
	dialog.flow.rtt = 60 * TSTAMP_MILLISECOND;
	say_after(50, "S: 220 mx");
	expect_ms(0, -1);
	dialog_finish(&dialog);
	/* A round trip of no measurable length. */
	dialog_init_with(&dialog, FLOW_HANDSHAKE, NULL, on_times, NULL);
	dialog.flow.rtt = 0;
	say_after(50, "S: 220 mx");
	expect_ms(50, -1);
	dialog_finish(&dialog);
	/* A text has no times. */
	dialog_init_with(&dialog, FLOW_HANDSHAKE, NULL, on_times, NULL);
	dialog.flow.transcript = true;
	dialog_say(&dialog, "S: 220 mx\nC: NOOP\nS: 250 ok");
	ck_assert_int_eq(latency, -1);
	dialog_finish(&dialog);
}
END_TEST

/* The time of a chunk is that of its last byte, also while it is held for the reply to BDAT. */
START_TEST(test_chunk_latency)
{
	dialog_init_with(&dialog, FLOW_HANDSHAKE, NULL, on_times, NULL);
	dialog_say(&dialog, "S: 220 mx\nC: BDAT 4 LAST");
	say_after(10, "C. ab");
	say_after(10, "C. cd");
	say_after(7, "S: 250 ok");
	expect_ms(7, 7);
	/* A refusal before the chunk is whole. */
	say_after(10, "C: BDAT 4 LAST");
	say_after(10, "S: 552 no");
	expect_ms(-1, 10);
	dialog_finish(&dialog);
}
END_TEST

/* ---- what is the greeting ---- */

static const char *first_reply(enum flow_opened opened, const char *line)
{
	static char text[64];

	dialog_init(&dialog, opened);
	dialog_say(&dialog, line);
	snprintf(text, sizeof text, "%s", dialog_log(&dialog));
	dialog_finish(&dialog);
	return text;
}

START_TEST(test_greeting)
{
	ck_assert_str_eq(first_reply(FLOW_HANDSHAKE, "S: 250 odd"), "250 connect\n");
	ck_assert_str_eq(first_reply(FLOW_HANDSHAKE, "S: 554 no"), "554 connect\n");
	/* In a capture that began later only a 220 or 521 can be it. */
	ck_assert_str_eq(first_reply(FLOW_MIDSTREAM, "S: 220 mx"), "220 connect likely unsure\n");
	ck_assert_str_eq(first_reply(FLOW_MIDSTREAM, "S: 521 no"), "521 connect likely unsure\n");
	ck_assert_str_eq(first_reply(FLOW_MIDSTREAM, "S: 220 Ready for TLS"), "220 unseen unsure\n");
	ck_assert_str_eq(first_reply(FLOW_MIDSTREAM, "S: 250 ok"), "250 unseen unsure\n");
}
END_TEST

SUITE("smtp/answer", test_newest_and_open, test_phases, test_times, test_times_of_a_reply_in_pieces,
      test_no_times, test_chunk_latency, test_greeting)
