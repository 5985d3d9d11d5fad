/* SPDX-License-Identifier: BSD-2-Clause */
#include "recognize.h"

#include "harness.h"

static struct patterns *patterns;

static enum recognized look(const char *client, const char *server, bool from_start, bool ended)
{
	struct first_bytes first = { .side = { span_text(client), span_text(server) },
				     .from_start = from_start,
				     .roles_known = from_start,
				     .ended = ended };
	enum recognized found;

	patterns = patterns_create();
	found = recognize(patterns, &first);
	patterns_destroy(patterns);
	return found;
}

START_TEST(what_only_smtp_says_is_enough)
{
	ck_assert_int_eq(look("", "220 mx.example.net ESMTP\r\n", true, false), RECOGNIZED_SMTP);
	ck_assert_int_eq(look("EHLO x\r\n", "220 ready\r\n", true, false), RECOGNIZED_SMTP);
	ck_assert_int_eq(look("", "554 5.7.1 no\r\n", true, false), RECOGNIZED_SMTP);
	ck_assert_int_eq(look("", "220 ready\r\n250-mx\r\n250 SIZE 100\r\n", true, false), RECOGNIZED_SMTP);
	ck_assert_int_eq(look("EHLO x\r\nMAIL FROM:<a@b>\r\n", "", true, true), RECOGNIZED_SMTP);
}
END_TEST

START_TEST(what_others_say_too_is_not)
{
	ck_assert_int_eq(look("", "220 ready\r\n", true, false), RECOGNIZED_NOTHING_YET);
	ck_assert_int_eq(look("QUIT\r\n", "220 ready\r\n221 Bye\r\n", true, true), RECOGNIZED_OTHER);
	ck_assert_int_eq(look("HELP\r\n", "220 ready\r\n", true, false), RECOGNIZED_NOTHING_YET);
	ck_assert_int_eq(look("EHLO x\r\n", "", true, false), RECOGNIZED_NOTHING_YET);
	ck_assert_int_eq(
	    look("", "220-Size of this mirror is limited\r\n220 Auth is not needed\r\n", true, false),
	    RECOGNIZED_NOTHING_YET);
}
END_TEST

START_TEST(others_are_told_at_once)
{
	static const char *const servers[] = {
		"+OK ready", "-ERR",	    "* OK ready",	   "200 news\r\n",	 "201 news\r\n",
		"SSH-2.0-x", "HTTP/1.1",    "\x16\x03\x01",	   "220 FTP server\r\n", "221x",
		"+PONG",     "RFB 003.008", "220 x\r\n331 who\r\n"
	};
	static const char *const clients[] = { "USER x\r\n",	"GET / HTTP/1.1\r\n", "AUTH TLS\r\n",
					       "CAPA\r\n",	"\x16\x03\x01",	      "*1\r\n",
					       "SSH-2.0-x\r\n", "HELLO x\r\n" };

	for (size_t i = 0; i < sizeof servers / sizeof *servers; i++)
		ck_assert_msg(look("", servers[i], true, false) == RECOGNIZED_OTHER, "%s", servers[i]);
	for (size_t i = 0; i < sizeof clients / sizeof *clients; i++)
		ck_assert_msg(look(clients[i], "220 hi\r\n", true, false) == RECOGNIZED_OTHER, "%s",
			      clients[i]);
}
END_TEST

START_TEST(content_tells_who_is_who)
{
	ck_assert_int_eq(look("RCPT TO:<a@b>\r\n", "250 ok\r\n", false, false), RECOGNIZED_SMTP);
	ck_assert_int_eq(look("250 ok\r\n", "RCPT TO:<a@b>\r\n", false, false), RECOGNIZED_SWAPPED);
	ck_assert_int_eq(look("st of a reply\r\n250 2.1.5 ok\r\n", "DATA\r\n", false, false),
			 RECOGNIZED_SWAPPED);
}
END_TEST

START_TEST(a_transcript_on_its_way_is_none)
{
	ck_assert_int_eq(look("", "220 mx ESMTP\r\nEHLO x\r\n250 2.1.0 Ok\r\n", false, true), RECOGNIZED_OTHER);
	ck_assert_int_eq(look("GET /x HTTP/1.1\r\n", "220 mx ESMTP\r\n", false, false), RECOGNIZED_OTHER);
	ck_assert_int_eq(look("", "220 mx ESMTP\r\n", false, false), RECOGNIZED_NOTHING_YET);
	ck_assert_int_eq(look("250 2.1.0 ok\r\n", "250 2.1.0 ok\r\n", false, true), RECOGNIZED_OTHER);
}
END_TEST

START_TEST(bytes_have_a_bound)
{
	char text[RECOGNIZE_BYTES + 1];

	for (size_t i = 0; i < RECOGNIZE_BYTES; i++)
		text[i] = "220-x\r\n"[i % 7];
	text[RECOGNIZE_BYTES] = 0;
	ck_assert_int_eq(look("", text, true, false), RECOGNIZED_OTHER);
}
END_TEST

SUITE("recognize", what_only_smtp_says_is_enough, what_others_say_too_is_not, others_are_told_at_once,
      content_tells_who_is_who, a_transcript_on_its_way_is_none, bytes_have_a_bound)
