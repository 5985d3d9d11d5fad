/* SPDX-License-Identifier: BSD-2-Clause */
/* The client's side: lines, forks, messages, chunks, credentials. */
#include "client_read.h"
#include "client_reader.h"
#include "dialog.h"
#include "harness.h"

#include <stdio.h>

static struct dialog dialog;

static void expect(const char *log)
{
	ck_assert_str_eq(dialog_log(&dialog), log);
}

static void hello(void)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(&dialog, "S: 220 mx ESMTP\nC: EHLO a\nS: 250-mx\nS: 250 PIPELINING");
	expect("220 connect\ncmd EHLO\n250 EHLO\n");
}

START_TEST(test_lines)
{
	hello();
	dialog_say(&dialog, "C. MA\nC: IL FROM:<a@b>");
	expect("cmd MAIL\n");
	dialog_say(&dialog, "C. NO\nC. OP");
	expect("");
	dialog_bytes(&dialog, DIR_CLIENT, "\r\nRSET\r\n\r\n", 10);
	expect("cmd NOOP pipelined\ncmd RSET pipelined\ncmd (empty) pipelined\n");
	dialog_finish(&dialog);
}
END_TEST

/* However a client's bytes are cut, the same commands come of it. */
START_TEST(test_every_split)
{
	static const char text[] = "NOOP\r\nRCPT TO:<a@b>\nFOO bar\r\r\n\r\n\xff\x01\r\nQUIT\r\n";
	const size_t length = sizeof text - 1;
	char whole[512];

	hello();
	dialog_bytes(&dialog, DIR_CLIENT, text, length);
	snprintf(whole, sizeof whole, "%s", dialog_log(&dialog));
	dialog_finish(&dialog);
	for (size_t a = 1; a < length; a++) {
		hello();
		dialog_bytes(&dialog, DIR_CLIENT, text, a);
		dialog_bytes(&dialog, DIR_CLIENT, text + a, length - a);
		expect(whole);
		dialog_finish(&dialog);
	}
}
END_TEST

START_TEST(test_data)
{
	hello();
	dialog_say(&dialog, "C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: DATA\nS: 354 "
			    "go\nC: Subject: x\nC: \nC: QUIT\n"
			    "C: .\nS: 250 2.0.0 Ok: queued as ABC123\nC: QUIT\nS: 221 bye");
	expect("cmd MAIL\n250 MAIL\ncmd RCPT\n250 RCPT\ncmd DATA\n354 DATA\ncmd .\n250 end-of-data\n"
	       "message a@b accepted bytes=20 id=ABC123 c@d=accepted\ncmd QUIT\n221 QUIT\n");
	dialog_finish(&dialog);
}
END_TEST

/* A message sent at once with its DATA: a message where that is taken, commands where it is not. */
START_TEST(test_data_pipelined)
{
	static const char text[] = "DATA\r\nSubject: x\r\n.\r\nQUIT\r\n";

	hello();
	dialog_say(&dialog, "C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok");
	dialog_log(&dialog);
	dialog_bytes(&dialog, DIR_CLIENT, text, sizeof text - 1);
	expect("cmd DATA\n");
	dialog_say(&dialog, "S: 354 go");
	expect("354 DATA\ncmd .\ncmd QUIT pipelined\n");
	dialog_finish(&dialog);

	hello();
	dialog_bytes(&dialog, DIR_CLIENT, text, sizeof text - 1);
	dialog_log(&dialog);
	dialog_say(&dialog, "S: 503 no");
	expect("503 DATA\ncmd SUBJECT bodytext\ncmd . bodytext pipelined\ncmd QUIT pipelined\n");
	dialog_finish(&dialog);
}
END_TEST

/* The same from a client that closes its side as soon as it has sent everything. */
START_TEST(test_data_pipelined_and_half_closed)
{
	static const char text[] = "DATA\r\nSubject: x\r\n.\r\nQUIT\r\n";

	hello();
	dialog_bytes(&dialog, DIR_CLIENT, text, sizeof text - 1);
	dialog_fin(&dialog, DIR_CLIENT);
	expect("cmd DATA\n");
	dialog_say(&dialog, "S: 503 no\nS: 500 what\nS: 500 what\nS: 221 bye");
	expect("503 DATA\ncmd SUBJECT bodytext\ncmd . bodytext pipelined\ncmd QUIT pipelined\n500 "
	       "SUBJECT\n500 .\n221 QUIT\n");
	dialog_finish(&dialog);
}
END_TEST

START_TEST(test_bdat_counts)
{
	hello();
	dialog_say(&dialog, "C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: BDAT 6");
	dialog_bytes(&dialog, DIR_CLIENT, "QUIT\r\n", 6);
	dialog_say(&dialog, "S: 250 ok");
	dialog_log(&dialog);
	/* A blank behind LAST is nothing (RFC 5321 4.1.1: trailing white space should be tolerated). */
	dialog_bytes(&dialog, DIR_CLIENT, "BDAT 4 LAST \r\nabcdQUIT\r\n", 24);
	expect("cmd BDAT\n");
	dialog_say(&dialog, "S: 250 ok id=77-1\nS: 221 bye");
	expect("250 bdat\nmessage a@b accepted bytes=10 id=77-1 c@d=accepted\ncmd QUIT\n221 QUIT\n");
	dialog_finish(&dialog);
}
END_TEST

/* MAIL, RCPT and a chunk that is larger than what is held, sent before any reply. */
START_TEST(test_bdat_beyond_hold)
{
	const struct smtp_config config = { .max_hold = 100 };
	char chunk[1000];

	memset(chunk, 'x', sizeof chunk);
	dialog_init_with(&dialog, FLOW_HANDSHAKE, &config, NULL, NULL);
	dialog_say(&dialog,
		   "S: 220 mx\nC: EHLO a\nS: 250 mx\nC: MAIL FROM:<a@b>\nC: RCPT TO:<c@d>\nC: BDAT 1000 LAST");
	dialog_bytes(&dialog, DIR_CLIENT, chunk, sizeof chunk);
	dialog_say(&dialog, "C: QUIT\nS: 250 ok\nS: 250 ok");
	dialog_log(&dialog);
	dialog_say(&dialog, "S: 250 ok id=1\nS: 221 bye");
	ck_assert_ptr_nonnull(strstr(dialog_log(&dialog),
				     "250 bdat\nmessage a@b accepted bytes=1000 id=1 c@d=accepted\n221 QUIT"));
	dialog_finish(&dialog);
}
END_TEST

/* The reply to the chunk was lost: that the chunk was taken is an assumption, and so is what was read behind it. */
START_TEST(test_bdat_reply_lost)
{
	hello();
	dialog_say(&dialog, "C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok");
	dialog_log(&dialog);
	dialog_bytes(&dialog, DIR_CLIENT, "BDAT 4\r\nabcdBDAT 4 LAST\r\nefgh", 29);
	dialog_gap(&dialog, DIR_SERVER, 8);
	dialog_say(&dialog, "C: NOOP");
	expect("cmd BDAT\ngap S 8\ncmd BDAT assumed pipelined\n");
	dialog_finish(&dialog);
}
END_TEST

/* A capture that begins in a session: lines before any reply may be text of a message. Behind a loss they are read as commands. */
START_TEST(test_midstream_gap)
{
	dialog_init(&dialog, FLOW_MIDSTREAM);
	dialog_say(&dialog, "C: NOOP\nC: RSET");
	expect("");
	dialog_gap(&dialog, DIR_CLIENT, 10);
	expect("gap C 10\ncmd NOOP\ncmd RSET pipelined\n");
	dialog_finish(&dialog);
}
END_TEST

/* CRs behind a lax end of data belong to it only where an LF ends them. */
START_TEST(test_lax_line_end)
{
	static const char text[] = "\r\r\nabc";
	struct lax_end lax = { .sequence = { 0, '\r', '\n', '.', '\r' } };

	ck_assert_uint_eq(client_lax_line_end(&lax, span_of(text, 6)), 3);
	ck_assert_uint_eq(client_lax_line_end(&lax, span_of(text, 3)), 3);
	/* The LF is not among what was sent. */
	ck_assert_uint_eq(client_lax_line_end(&lax, span_of(text, 2)), 0);
	ck_assert_uint_eq(client_lax_line_end(&lax, span_of(text, 0)), 0);
	ck_assert_uint_eq(client_lax_line_end(&lax, span_of(text + 2, 1)), 1);
	ck_assert_uint_eq(client_lax_line_end(&lax, span_of(text + 3, 3)), 0);
	/* The end was not at a CR. */
	lax.sequence[BODY_TAIL - 1] = '\n';
	ck_assert_uint_eq(client_lax_line_end(&lax, span_of(text, 6)), 0);
}
END_TEST

/* A refused chunk that the server swallows, and one that it reads as commands. */
START_TEST(test_bdat_refused)
{
	hello();
	dialog_bytes(&dialog, DIR_CLIENT, "BDAT 6 LAST\r\nabcd\r\nRSET\r\n", 25);
	dialog_log(&dialog);
	dialog_say(&dialog, "S: 503 no\nS: 250 ok");
	expect("503 bdat\ncmd RSET\n250 RSET\n");
	dialog_finish(&dialog);

	hello();
	dialog_bytes(&dialog, DIR_CLIENT, "BDAT 6 LAST\r\nabcd\r\nRSET\r\n", 25);
	dialog_log(&dialog);
	dialog_say(&dialog, "S: 503 no\nS: 500 what");
	expect("503 bdat\ncmd ABCD bodytext\ncmd RSET pipelined\n500 ABCD\n");
	dialog_finish(&dialog);
}
END_TEST

/* A farewell behind a refused chunk does not make commands of the message. */
START_TEST(test_bdat_refused_then_farewell)
{
	hello();
	dialog_bytes(&dialog, DIR_CLIENT, "BDAT 60 LAST\r\nabcd\r\nRSET\r\n", 26);
	dialog_log(&dialog);
	dialog_say(&dialog, "S: 503 no");
	dialog.ack = (int64_t)dialog.said[DIR_CLIENT];
	dialog_say(&dialog, "S: 421 too many errors");
	expect("503 bdat\n421 none\n");
	dialog_finish(&dialog);
}
END_TEST

START_TEST(test_auth)
{
	hello();
	dialog_say(&dialog, "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: dXNlcg==\nS: 334 UGFzc3dvcmQ6\nC: "
			    "cGFzcw==\nS: 235 ok\nC: QUIT\nS: 221 bye");
	expect("cmd AUTH\n334 AUTH\ncmd auth-response secret\n334 auth-response\ncmd auth-response "
	       "secret\n235 auth-response\n"
	       "cmd QUIT\n221 QUIT\n");
	dialog_finish(&dialog);
	hello();
	dialog_say(&dialog,
		   "C: AUTH PLAIN AGEAYg==\nS: 535 no\nC: AUTH LOGIN\nS: 334 x\nC: *\nS: 501 cancelled");
	expect("cmd AUTH secret\n535 AUTH\ncmd AUTH\n334 AUTH\ncmd auth-response\n501 auth-response\n");
	dialog_finish(&dialog);
}
END_TEST

/* Credentials sent although AUTH was refused are still credentials. */
START_TEST(test_auth_refused)
{
	hello();
	dialog_say(&dialog,
		   "C: AUTH LOGIN\nS: 502 no\nC: dXNlcg==\nS: 500 what\nC: cGFzc3dvcmQ=\nS: 500 what\nC: QUIT");
	expect("cmd AUTH\n502 AUTH\ncmd DXNLCG== secret\n500 DXNLCG==\ncmd CGFZC3DVCMQ= secret\n500 "
	       "CGFZC3DVCMQ=\ncmd QUIT\n");
	dialog_finish(&dialog);
	/* One whose end was not captured, too. */
	hello();
	dialog_say(&dialog, "C: AUTH LOGIN\nS: 502 no\nC. cGFzc3dvc");
	dialog_gap(&dialog, DIR_CLIENT, 100);
	expect("cmd AUTH\n502 AUTH\ngap C 100\ncmd CGFZC3DVC cut secret\n");
	dialog_finish(&dialog);
}
END_TEST

/* Seen from the middle of an AUTH dialogue on: the 334 tells what the next line is. */
START_TEST(test_auth_midstream)
{
	dialog_init(&dialog, FLOW_MIDSTREAM);
	dialog_say(&dialog, "S: 334 VXNlcm5hbWU6\nC: dXNlcg==\nS: 334 UGFzc3dvcmQ6\nC: cGFzcw==\nS: 235 "
			    "ok\nC: MAIL FROM:<a@b>");
	ck_assert_ptr_null(strstr(dialog_log(&dialog), "DXNLCG"));
	dialog_finish(&dialog);
	/* AUTH itself was lost. */
	hello();
	dialog_gap(&dialog, DIR_CLIENT, 12);
	dialog_say(&dialog, "S: 334 VXNlcm5hbWU6\nC: dXNlcg==\nS: 334 UGFzc3dvcmQ6\nC: cGFzcw==\nS: 235 "
			    "ok\nC: MAIL FROM:<a@b>");
	{
		const char *log = dialog_log(&dialog);

		ck_assert_ptr_null(strstr(log, "DXNLCG"));
		ck_assert_ptr_nonnull(strstr(log, "cmd MAIL"));
	}
	dialog_finish(&dialog);
}
END_TEST

START_TEST(test_starttls)
{
	hello();
	dialog_say(&dialog, "C: STARTTLS\nS: 220 go");
	dialog_bytes(&dialog, DIR_CLIENT, "\x16\x03\x01\x00\x05hello", 10);
	dialog_bytes(&dialog, DIR_SERVER, "\x16\x03\x03\x00\x05\r\n250", 10);
	dialog_bytes(&dialog, DIR_CLIENT, "\x17\x03\x03QUIT\r\n", 9);
	expect("cmd STARTTLS\n220 STARTTLS\ntls\n");
	dialog_finish(&dialog);
	ck_assert(dialog.visibility & VISIBILITY_ENCRYPTED);

	hello();
	dialog_say(&dialog, "C: STARTTLS\nS: 454 no\nC: QUIT\nS: 221 bye");
	expect("cmd STARTTLS\n454 STARTTLS\ncmd QUIT\n221 QUIT\n");
	dialog_finish(&dialog);
}
END_TEST

START_TEST(test_starttls_injection)
{
	hello();
	dialog_bytes(&dialog, DIR_CLIENT, "STARTTLS\r\nRSET\r\n", 16);
	dialog_say(&dialog, "S: 220 go");
	ck_assert_ptr_nonnull(strstr(dialog_log(&dialog), "note plaintext-behind-starttls\n"));
	dialog_finish(&dialog);
}
END_TEST

/* Bytes held behind STARTTLS that turn out to be plain text are read in the order they came. */
START_TEST(test_starttls_without_tls)
{
	hello();
	for (unsigned i = 0; i < 4; i++) {
		static const char *const lines[] = { "C: STARTTLS", "C: NOOP", "C: RSET", "S: 220 go" };

		dialog.ack = -2;
		dialog_say(&dialog, lines[i]);
	}
	ck_assert_ptr_nonnull(strstr(dialog_log(&dialog), "cmd NOOP\ncmd RSET pipelined\n"));
	dialog_finish(&dialog);
}
END_TEST

/* The server answers the client's hello in plain text: said once, and only where it had received the hello. */
START_TEST(test_plain_answer_to_tls)
{
	static const char client_hello[] = "\x16\x03\x01\x00\x05hello";

	for (int received = 0; received < 2; received++) {
		hello();
		dialog_say(&dialog, "C: STARTTLS\nS: 220 go");
		dialog_bytes(&dialog, DIR_CLIENT, client_hello, 10);
		if (!received)
			dialog.ack = (int64_t)dialog.said[DIR_CLIENT] - 10;
		dialog_say(&dialog, "S: 454 no");
		if (received)
			dialog_say(&dialog, "S: 421 bye");
		expect(received ? "cmd STARTTLS\n220 STARTTLS\ntls\nnote plaintext-for-tls\n454 none\n421 none\n"
				: "cmd STARTTLS\n220 STARTTLS\ntls\n454 none\n");
		dialog_finish(&dialog);
	}
	/* The rest of such an answer was lost. */
	hello();
	dialog_say(&dialog, "C: STARTTLS\nS: 220 go");
	dialog_bytes(&dialog, DIR_CLIENT, client_hello, 10);
	dialog.ack = (int64_t)dialog.said[DIR_CLIENT] - 10;
	dialog_say(&dialog, "S. 454 ");
	dialog_gap(&dialog, DIR_SERVER, 8);
	dialog_say(&dialog, "S: 421 bye");
	expect("cmd STARTTLS\n220 STARTTLS\ntls\n454 unseen unsure trunc\n421 unseen unsure\n");
	dialog_finish(&dialog);
}
END_TEST

START_TEST(test_implicit_tls)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_bytes(&dialog, DIR_CLIENT, "\x16\x03\x01\x00\x05hello", 10);
	dialog_bytes(&dialog, DIR_SERVER, "\x16\x03\x03\x00\x05hello", 10);
	expect("tls\n");
	dialog_finish(&dialog);
	ck_assert_int_eq(dialog.protocol, PROTOCOL_TLS);
	/* A server that speaks plainly makes it what it is: bytes that are not a command. */
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_bytes(&dialog, DIR_CLIENT, "\x16\x03\x01\x00\x05\nhello\r\n", 13);
	dialog_say(&dialog, "S: 220 mx\nS: 500 what\nS: 500 what");
	ck_assert_ptr_nonnull(strstr(dialog_log(&dialog), "220 connect\n500"));
	dialog_finish(&dialog);
	ck_assert_int_eq(dialog.protocol, PROTOCOL_SMTP);
}
END_TEST

START_TEST(test_gaps)
{
	hello();
	dialog_say(&dialog, "C. MAIL FROM:<a");
	dialog_gap(&dialog, DIR_CLIENT, 20);
	dialog_say(&dialog, "S: 250 ok\nC: QUIT\nS: 221 bye");
	expect("gap C 20\ncmd MAIL cut\n250 MAIL likely unsure\ncmd QUIT\n221 QUIT likely unsure\nmessage - "
	       "aborted bytes=0\n");
	dialog_finish(&dialog);
	ck_assert(dialog.visibility & VISIBILITY_GAP);
}
END_TEST

START_TEST(test_gap_in_body)
{
	hello();
	dialog_say(
	    &dialog,
	    "C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: DATA\nS: 354 go\nC: Subject: x");
	dialog_log(&dialog);
	dialog_gap(&dialog, DIR_CLIENT, 1000);
	dialog_say(&dialog, "C: more\nC: .\nS: 250 ok\nC: QUIT\nS: 221 bye");
	expect("gap C 1000\ncmd .\n250 end-of-data\nmessage a@b accepted bytes=1018 c@d=accepted\ncmd "
	       "QUIT\n221 QUIT\n");
	dialog_finish(&dialog);
}
END_TEST

/* The end of the message was lost: the reply tells that it was there. */
/* Inside TLS, the length of what was lost may be an estimate: then the size of the message is one, too. */
START_TEST(test_estimated_gap_in_body)
{
	hello();
	dialog_say(
	    &dialog,
	    "C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: DATA\nS: 354 go\nC: 12345678");
	dialog_log(&dialog);
	dialog_gap_about(&dialog, DIR_CLIENT, 1000);
	dialog_say(&dialog, "C: 9876\nC: .\nS: 250 ok\nC: QUIT\nS: 221 bye");
	expect("gap C 1000\ncmd .\n250 end-of-data\nmessage a@b accepted bytes=~1016 c@d=accepted\ncmd "
	       "QUIT\n221 QUIT\n");
	dialog_finish(&dialog);
}
END_TEST

/* The end of a chunk in which about so many bytes are missing is not known: nothing after it is certain. */
START_TEST(test_estimated_gap_in_chunk)
{
	hello();
	dialog_say(&dialog, "C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok");
	dialog_bytes(&dialog, DIR_CLIENT, "BDAT 100 LAST\r\nabcd", 19);
	dialog_log(&dialog);
	dialog_gap(&dialog, DIR_CLIENT, 90);
	dialog_say(&dialog, "C: 1234\nS: 250 ok\nC: QUIT\nS: 221 bye");
	expect("gap C 90\n250 bdat\nmessage a@b accepted bytes=100 c@d=accepted\ncmd QUIT\n221 QUIT\n");
	dialog_finish(&dialog);
	hello();
	dialog_say(&dialog, "C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok");
	dialog_bytes(&dialog, DIR_CLIENT, "BDAT 100 LAST\r\nabcd", 19);
	dialog_log(&dialog);
	dialog_gap_about(&dialog, DIR_CLIENT, 96);
	dialog_say(&dialog, "C: 1234\nS: 250 ok\nC: QUIT\nS: 221 bye");
	expect("gap C 96\n250 bdat\nmessage a@b accepted bytes=100 c@d=accepted\ncmd QUIT\n221 unseen unsure\n");
	dialog_finish(&dialog);
	hello();
	dialog_say(&dialog, "C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok");
	dialog_bytes(&dialog, DIR_CLIENT, "BDAT 100 LAST\r\nabcd", 19);
	dialog_log(&dialog);
	dialog_gap_about(&dialog, DIR_CLIENT, 80);
	dialog_say(&dialog, "C: 1234\nS: 250 ok\nC: QUIT\nS: 221 bye");
	expect("gap C 80\n250 bdat\nmessage a@b accepted bytes=100 c@d=accepted\n221 unseen unsure\n");
	dialog_finish(&dialog);
}
END_TEST

START_TEST(test_gap_over_the_dot)
{
	hello();
	dialog_say(
	    &dialog,
	    "C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: DATA\nS: 354 go\nC: Subject: x");
	dialog_log(&dialog);
	dialog_gap(&dialog, DIR_CLIENT, 100);
	dialog_say(&dialog, "S: 250 ok\nC: QUIT\nS: 221 bye");
	{
		const char *log = dialog_log(&dialog);

		ck_assert_ptr_nonnull(strstr(log, "250 end-of-data"));
		ck_assert_ptr_nonnull(strstr(log, "message a@b accepted"));
		ck_assert_ptr_nonnull(strstr(log, "221 QUIT"));
	}
	dialog_finish(&dialog);
}
END_TEST

START_TEST(test_lax_end)
{
	hello();
	dialog_say(&dialog, "C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: DATA\nS: 354 go");
	dialog_log(&dialog);
	dialog_bytes(&dialog, DIR_CLIENT, "x\n.\nRSET\r\n.\r\n", 13);
	expect("note odd-end-of-data\ncmd .\n");
	/* A strict server: one reply, and nothing else to say. */
	dialog_say(&dialog, "S: 250 ok\nC: QUIT\nS: 221 bye");
	expect("250 end-of-data\nmessage a@b accepted bytes=10 c@d=accepted\ncmd QUIT\n221 QUIT\n");
	dialog_finish(&dialog);
}
END_TEST

/* A reply too many, while the client is within a line: the line stays whole. */
START_TEST(test_lax_end_and_half_a_line)
{
	hello();
	dialog_say(&dialog, "C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: DATA\nS: 354 go");
	dialog_log(&dialog);
	dialog_bytes(&dialog, DIR_CLIENT, "x\n.\nRSET\r\n.\r\n", 13);
	dialog_say(&dialog, "S: 250 ok\nC. QU\nS: 250 too many");
	dialog_log(&dialog);
	dialog_say(&dialog, "C: IT");
	expect("cmd QUIT\n");
	dialog_finish(&dialog);
}
END_TEST

/* An endless line, or endless pipelining of commands whose meaning hangs on replies, takes no endless memory. */
START_TEST(test_bounds)
{
	static char text[1400];

	hello();
	memset(text, 'x', sizeof text);
	for (unsigned i = 0; i < 1000; i++)
		dialog_bytes(&dialog, DIR_CLIENT, text, sizeof text);
	dialog_say(&dialog, "C: ");
	ck_assert_ptr_nonnull(strstr(dialog_log(&dialog), "cmd XXXX"));
	dialog_finish(&dialog);
}
END_TEST

static size_t commands_in(const char *log)
{
	size_t count = 0;

	while ((log = strstr(log, "cmd "))) {
		count++;
		log += 4;
	}
	return count;
}

/* Forks one behind the other, without a reply: what is held stays bounded, so what comes is read at last. */
START_TEST(test_forks_without_replies)
{
	const struct smtp_config config = { .max_hold = 2000 };
	char text[600];
	size_t count = 0;

	for (size_t i = 0; i + 6 <= sizeof text; i += 6)
		memcpy(text + i, "DATA\r\n", 6);
	dialog_init_with(&dialog, FLOW_HANDSHAKE, &config, NULL, NULL);
	dialog_say(&dialog, "S: 220 mx");
	for (unsigned i = 0; i < 20; i++) {
		dialog_bytes(&dialog, DIR_CLIENT, text, sizeof text);
		count += commands_in(dialog_log(&dialog));
	}
	/* 2000 commands were sent; those in what may be held are still waiting. */
	ck_assert_uint_ge(count, 1500);
	dialog_finish(&dialog);
}
END_TEST

START_TEST(test_leading_blanks)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(&dialog, "S: 220 mx\nC:  EHLO client.example\nS: 250 mx\nC: QUIT\nS: 221 bye");
	dialog_finish(&dialog);
	ck_assert_str_eq(dialog.helo, "client.example");
}
END_TEST

START_TEST(test_unfinished)
{
	hello();
	dialog_say(&dialog, "C. MAIL FROM:<a");
	dialog_end(&dialog);
	expect("cmd MAIL unfinished\nend no-mail\n");
	dialog_finish(&dialog);
}
END_TEST

/* Hold, suspect and line are freed wherever a session ends. */
START_TEST(test_every_prefix)
{
	static const char text[] =
	    "EHLO a\r\nAUTH PLAIN\r\nZGF0YQ==\r\nMAIL FROM:<a>\r\nRCPT TO:<b>\r\nDATA\r\nx\n.\ny\r\n.\r\n"
	    "BDAT 3\r\nabcBDAT 0 LAST\r\nSTARTTLS\r\n\x16\x03\x01";

	for (size_t a = 0; a < sizeof text; a++) {
		dialog_init(&dialog, a % 2 ? FLOW_HANDSHAKE : FLOW_MIDSTREAM);
		dialog_bytes(&dialog, DIR_SERVER, "220 a\r\n", 7);
		if (a)
			dialog_bytes(&dialog, DIR_CLIENT, text, a);
		dialog_finish(&dialog);
	}
}
END_TEST

SUITE("smtp/client", test_lines, test_every_split, test_data, test_data_pipelined,
      test_data_pipelined_and_half_closed, test_bdat_counts, test_bdat_beyond_hold, test_bdat_reply_lost,
      test_midstream_gap, test_lax_line_end, test_bdat_refused, test_bdat_refused_then_farewell, test_auth,
      test_auth_refused, test_auth_midstream, test_starttls, test_starttls_injection, test_starttls_without_tls,
      test_plain_answer_to_tls, test_implicit_tls, test_gaps, test_gap_in_body, test_estimated_gap_in_body,
      test_estimated_gap_in_chunk, test_gap_over_the_dot, test_lax_end, test_lax_end_and_half_a_line,
      test_bounds, test_forks_without_replies, test_leading_blanks, test_unfinished, test_every_prefix)
