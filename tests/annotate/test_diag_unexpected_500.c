/* SPDX-License-Identifier: BSD-2-Clause */
/* Each cause of unexpected-500, and beside it what comes near and is something else. */
#include "clinic.h"
#include "exam.h"
#include "harness.h"

#include <stdio.h>

static const char HELLO[] = "S: 220 mx\nC: EHLO a\nS: 250 mx\n";
static struct clinic clinic;

static void check(const char *lines, const char *wanted)
{
	char text[8192] = { 0 };

	strcat(text, HELLO);
	strcat(text, lines);
	ck_assert_msg(strcmp(clinic_of("unexpected-500", text), wanted) == 0, "%s\ngave: %s", lines,
		      clinic_of("unexpected-500", text));
}

START_TEST(test_unknown_command)
{
	check("C: FOO bar\nS: 500 what", "unexpected-500/unknown-command\n");
	check("C: FOO bar\nS: 502 what", "");
	check("C: NOOP\nS: 250 500 is a nice number", "");
}
END_TEST

START_TEST(test_not_supported)
{
	check("C: XCLIENT ADDR=192.0.2.1\nS: 500 what", "unexpected-500/not-supported\n");
	check("C: STARTTLS\nS: 500 what", "unexpected-500/not-supported\n");
	check("C: VRFY a\nS: 500 what", "unexpected-500/not-supported\n");
	check("C: BDAT\nS: 500 5.5.2 Syntax error", "unexpected-500/malformed-command\n");
}
END_TEST

START_TEST(test_malformed_command)
{
	check("C: MAIL FRM <a@b>\nS: 500 what", "unexpected-500/malformed-command\n");
	check("C: 12345\nS: 500 what", "unexpected-500/malformed-command\n");
	check("C: \nS: 500 what", "unexpected-500/malformed-command\n");
}
END_TEST

START_TEST(test_line_too_long)
{
	char text[2048];

	snprintf(text, sizeof text, "C: NOOP %0600d\nS: 500 what", 1);
	check(text, "unexpected-500/line-too-long\n");
	check("C: NOOP x\nS: 500 Line too long", "unexpected-500/line-too-long\n");
	/* Long, and taken. */
	snprintf(text, sizeof text, "C: NOOP %0600d\nS: 250 ok", 1);
	check(text, "");
}
END_TEST

START_TEST(test_bare_lf)
{
	clinic_init(&clinic, FLOW_HANDSHAKE, "unexpected-500");
	clinic_say(&clinic, HELLO);
	dialog_bytes(&clinic.dialog, DIR_CLIENT, "MAIL FROM:<a@b>\n", 16);
	clinic_say(&clinic, "S: 500 what");
	ck_assert_str_eq(clinic_findings(&clinic), "unexpected-500/bare-lf\n");
	dialog_bytes(&clinic.dialog, DIR_CLIENT, "RSET\n", 5);
	clinic_say(&clinic, "S: 250 ok");
	ck_assert_str_eq(clinic_findings(&clinic), "");
	clinic_finish(&clinic);
}
END_TEST

START_TEST(test_odd_bytes)
{
	check("C: MAIL FROM:<\xc3\xa4@b>\nS: 500 what", "unexpected-500/non-ascii\n");
	check("C: MAIL FROM:<\xc3\xa4@b>\nS: 250 ok", "");
	check("C: MAIL \x01\x02\nS: 500 what", "unexpected-500/binary\n");
	check("C: MAIL\rFROM\nS: 500 what", "unexpected-500/malformed-command\n");
}
END_TEST

START_TEST(test_ehlo_fallback)
{
	ck_assert_str_eq(clinic_of("unexpected-500", "S: 220 mx\nC: EHLO a\nS: 500 what\nC: HELO a\nS: 250 mx"),
			 "unexpected-500/ehlo-fallback\n");
	clinic_init(&clinic, FLOW_HANDSHAKE, "unexpected-500");
	clinic_say(&clinic, "S: 220 mx\nC: EHLO a\nS: 500 what");
	clinic_findings(&clinic);
	ck_assert_int_eq(clinic.last.severity, SEVERITY_INFO);
	clinic_finish(&clinic);
	ck_assert_str_eq(clinic_of("unexpected-500", "S: 220 mx\nC: HELO a\nS: 500 what"),
			 "unexpected-500/unknown\n");
	ck_assert_str_eq(clinic_of("unexpected-500", "S: 220 mx\nC: HELO a\nS: 500 Unknown command"),
			 "unexpected-500/not-supported\n");
}
END_TEST

START_TEST(test_http)
{
	ck_assert_str_eq(
	    clinic_of("unexpected-500",
		      "S: 220 mx\nC: GET / HTTP/1.1\nC: Host: x\nC: \nS: 500 what\nS: 500 what\nS: 500 what"),
	    "unexpected-500/http-on-smtp-port\nunexpected-500/http-on-smtp-port root=1\n"
	    "unexpected-500/http-on-smtp-port root=1\n");
	/* A word that HTTP has too. */
	check("C: GET lost\nS: 500 what", "unexpected-500/unknown-command\n");
}
END_TEST

START_TEST(test_other_protocols)
{
	static const char *const lines[] = { "OPTIONS sip:nm SIP/2.0",
					     "DESCRIBE rtsp://a/b RTSP/1.0",
					     "*1",
					     "<?xml version=1>",
					     "JRMI",
					     "t3 12.2.1" };
	char text[256];

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		snprintf(text, sizeof text, "S: 220 mx\nC: %s\nC: x\nS: 500 what\nS: 500 what", lines[i]);
		ck_assert_str_eq(clinic_of("unexpected-500", text),
				 "unexpected-500/non-smtp-client\nunexpected-500/non-smtp-client root=1\n");
	}
	/* Words that only resemble them; and a mail client that sends one by mistake. */
	ck_assert_str_eq(clinic_of("unexpected-500", "S: 220 mx\nC: OPTIONS SIP/2.0x\nS: 500 what"),
			 "unexpected-500/unknown-command\n");
	ck_assert_str_eq(clinic_of("unexpected-500", "S: 220 mx\nC: *12\nS: 500 what"),
			 "unexpected-500/malformed-command\n");
	check("C: JRMI\nS: 500 what", "unexpected-500/unknown-command\n");
}
END_TEST

START_TEST(test_tls)
{
	clinic_init(&clinic, FLOW_HANDSHAKE, "unexpected-500");
	dialog_bytes(&clinic.dialog, DIR_CLIENT, "\x16\x03\x01\x00\x10\x01\x00\x00\x0c\x03\x03\n", 12);
	clinic_say(&clinic, "S: 220 mx\nS: 500 what");
	ck_assert_str_eq(clinic_findings(&clinic), "unexpected-500/tls-on-plaintext-port\n");
	clinic_finish(&clinic);
}
END_TEST

START_TEST(test_pipelining_refused)
{
	check("C: NOOP\nC: NOOP\nS: 500 Pipelining not allowed\nS: 250 ok",
	      "unexpected-500/pipelining-refused\n");
}
END_TEST

START_TEST(test_command_mangled)
{
	check("C: XXXX a\nS: 500 what", "unexpected-500/command-mangled\n");
	ck_assert_str_eq(
	    clinic_of("unexpected-500",
		      "S: 220 mx\nC: EHLO a\nS: 250-mx\nS: 250-SIZE\nS: 250 XXXXXXXA\nC: STARTTLS\nS: 500 what"),
	    "unexpected-500/command-mangled\n");
	check("C: XX a\nS: 500 what", "unexpected-500/unknown-command\n");
}
END_TEST

START_TEST(test_message_text_as_commands)
{
	clinic_init(&clinic, FLOW_HANDSHAKE, "unexpected-500");
	clinic_say(&clinic, HELLO);
	dialog_bytes(&clinic.dialog, DIR_CLIENT, "DATA\r\nSubject: x\r\nHello\r\n.\r\n", 28);
	clinic_say(&clinic, "S: 503 need MAIL\nS: 500 what\nS: 500 what\nS: 500 what");
	{
		const char *log = clinic_findings(&clinic), *first = strchr(log, '\n');

		/* The first is the root of the others. */
		ck_assert_ptr_nonnull(first);
		ck_assert(strncmp(log, "unexpected-500/message-text-as-commands\n",
				  (size_t)(first - log) + 1) == 0);
		ck_assert(strncmp(first + 1, "unexpected-500/message-text-as-commands root=", 45) == 0);
	}
	clinic_finish(&clinic);
}
END_TEST

START_TEST(test_not_seen)
{
	clinic_init(&clinic, FLOW_HANDSHAKE, "unexpected-500");
	clinic_say(&clinic, HELLO);
	dialog_gap(&clinic.dialog, DIR_CLIENT, 6);
	clinic_say(&clinic, "S: 500 what");
	ck_assert_str_eq(clinic_findings(&clinic), "");
	clinic_finish(&clinic);
}
END_TEST

/* Credentials that a server repeats when it refuses them stay hidden. */
START_TEST(test_echo_is_redacted)
{
	clinic_init(&clinic, FLOW_HANDSHAKE, "unexpected-500");
	clinic_say(&clinic, HELLO);
	clinic_say(
	    &clinic,
	    "C: AUTH LOGIN\nS: 502 no\nC: c2VjcmV0cGFzc3dvcmQ=\nS: 500 unrecognized: c2VjcmV0cGFzc3dvcmQ=");
	ck_assert_ptr_nonnull(strstr(clinic_findings(&clinic), "unexpected-500/"));
	ck_assert_ptr_null(strstr(clinic.why, "c2VjcmV0"));
	ck_assert_ptr_null(strstr(clinic.why, "C2VJCMV0"));
	clinic_finish(&clinic);
}
END_TEST

static struct exam e;

static const char *answered(const char *line, const char *reply)
{
	static char found[64];

	exam_hello(&e, "unexpected-500", NULL);
	exam_ask(&e, line, reply);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

/* A mask has four letters at least and is no longer than the name of a command can be. */
START_TEST(test_mask_lengths)
{
	ck_assert_str_eq(answered("XXX", "500 what"), "unknown-command");
	ck_assert_str_eq(answered("XXXX", "500 what"), "command-mangled");
	ck_assert_str_eq(answered("XXXXXXXXXXXXXXXX", "500 what"), "command-mangled");
	ck_assert_str_eq(answered("XXXXXXXXXXXXXXXXX", "500 what"), "unknown-command");
	ck_assert_str_eq(answered("XXXA", "500 what"), "unknown-command");
}
END_TEST

/* Several 500s to one line share the finding about it; the next line has its own. */
START_TEST(test_one_line)
{
	exam_hello(&e, "unexpected-500", NULL);
	exam_ask(&e, "FOO", "500 what");
	ck_found(&e, "unknown-command");
	e.answered--;
	exam_reply(&e, "500 what", ANSWERS_COMMAND);
	ck_found(&e, "unknown-command:root=1");
	exam_ask(&e, "FOO", "500 what");
	ck_found(&e, "unknown-command");
	exam_finish(&e);
}
END_TEST

/* Lines of a message that were read as commands share a root until a command is accepted again. */
START_TEST(test_text_root)
{
	exam_hello(&e, "unexpected-500", NULL);
	for (int i = 0; i < 3; i++) {
		if (i == 2)
			exam_ask(&e, "RSET", "250 Ok");
		e.flags = COMMAND_BODY_TEXT;
		exam_ask(&e, "Dear all", "500 what");
		ck_found(&e, i == 1 ? "message-text-as-commands:root=1" : "message-text-as-commands");
	}
	exam_finish(&e);
}
END_TEST

/* Each flag of the line by itself. */
START_TEST(test_flags)
{
	static const struct {
		unsigned flags;
		const char *found;
	} cases[] = {
		{ COMMAND_NUL, "binary" },	    { COMMAND_CONTROL, "binary" },
		{ COMMAND_NON_ASCII, "non-ascii" }, { COMMAND_BARE_CR, "malformed-command" },
		{ COMMAND_LONG, "line-too-long" },  { COMMAND_BODY_TEXT, "message-text-as-commands" },
		{ 0, "unknown-command" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		exam_hello(&e, "unexpected-500", NULL);
		e.flags = cases[i].flags;
		exam_ask(&e, "FOO", "500 what");
		ck_found(&e, cases[i].found);
		exam_finish(&e);
	}
}
END_TEST

START_TEST(test_doubt)
{
	exam_hello(&e, "unexpected-500", NULL);
	exam_command(&e, "FOO");
	e.likely = true;
	exam_reply(&e, "500 what", ANSWERS_COMMAND);
	ck_found(&e, "unknown-command:likely");
	e.unsure = true;
	exam_reply(&e, "500 what", ANSWERS_NONE);
	exam_reply(&e, "500 what", ANSWERS_UNSEEN);
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

SUITE("annotate/unexpected_500", test_unknown_command, test_not_supported, test_malformed_command,
      test_line_too_long, test_bare_lf, test_odd_bytes, test_ehlo_fallback, test_http, test_other_protocols,
      test_tls, test_pipelining_refused, test_command_mangled, test_message_text_as_commands, test_not_seen,
      test_echo_is_redacted, test_mask_lengths, test_one_line, test_text_root, test_flags, test_doubt)
