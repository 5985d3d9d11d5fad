/* SPDX-License-Identifier: BSD-2-Clause */
/* The server's side: what each reply answers, and what it makes of the session. */
#include "dialog.h"
#include "harness.h"

#include <stdio.h>

/* More than the queue of open commands holds. */
enum { VERY_MANY = 4096 + 100 };

static struct dialog dialog;

static void expect(const char *log)
{
	ck_assert_str_eq(dialog_log(&dialog), log);
}

START_TEST(test_greeting)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(
	    &dialog,
	    "S: 220-mx one\nS: 220 two\nC: EHLO a.example\nS: 250-mx\nS: 250-PIPELINING\nS: 250 SIZE 100");
	expect("220 connect\ncmd EHLO\n250 EHLO\n");
	dialog_finish(&dialog);
	ck_assert_str_eq(dialog.greeting, "mx one\ntwo");
	ck_assert_str_eq(dialog.helo, "a.example");
	ck_assert_uint_eq(dialog.capabilities, 2);
	ck_assert_int_eq(dialog.protocol, PROTOCOL_SMTP);
}
END_TEST

START_TEST(test_greeting_refused)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(&dialog, "S: 554 go away");
	expect("554 connect\n");
	dialog_finish(&dialog);
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(&dialog, "S: 221 bye");
	expect("221 connect\n");
	dialog_finish(&dialog);
}
END_TEST

/* Even where the client spoke first, the first reply is the greeting. */
START_TEST(test_early_talker)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(&dialog, "C: EHLO a\nS: 220 mx\nS: 250 mx");
	expect("cmd EHLO\n220 connect\n250 EHLO\n");
	dialog_finish(&dialog);
}
END_TEST

START_TEST(test_greeting_lost)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_gap(&dialog, DIR_SERVER, 30);
	dialog_say(&dialog, "C: EHLO a\nS: 250 mx\nC: QUIT\nS: 221 bye");
	{
		const char *log = dialog_log(&dialog);

		ck_assert_ptr_null(strstr(log, "connect"));
		ck_assert_ptr_nonnull(strstr(log, "250 EHLO"));
		ck_assert_ptr_nonnull(strstr(log, "221 QUIT"));
	}
	dialog_finish(&dialog);
}
END_TEST

START_TEST(test_midstream)
{
	dialog_init(&dialog, FLOW_MIDSTREAM);
	dialog_say(&dialog, "S: 250 ok\nS: 221 bye");
	{
		const char *log = dialog_log(&dialog);

		ck_assert_ptr_nonnull(strstr(log, "250 unseen"));
		ck_assert_ptr_nonnull(strstr(log, "221 unseen"));
	}
	dialog_finish(&dialog);
	ck_assert(dialog.visibility & VISIBILITY_MIDSTREAM);
}
END_TEST

/* Known from an ICMP error first, and then seen running: not a word of it is a greeting. */
START_TEST(test_midstream_told_late)
{
	dialog_init(&dialog, FLOW_UNANSWERED);
	dialog.flow.opened = FLOW_MIDSTREAM;
	dialog_say(&dialog, "S: 250 ok\nC: QUIT\nS: 221 bye");
	expect("250 unseen unsure\ncmd QUIT\n221 QUIT likely unsure\n");
	dialog_finish(&dialog);
	ck_assert(dialog.visibility & VISIBILITY_MIDSTREAM);
}
END_TEST

START_TEST(test_nothing_asked)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(&dialog, "S: 220 mx\nC: EHLO a\nS: 250 mx\nS: 250 what");
	expect("220 connect\ncmd EHLO\n250 EHLO\n250 none\n");
	dialog_finish(&dialog);
}
END_TEST

/* The acknowledgement proves that the farewell was on its way before the command had come. */
START_TEST(test_crossed)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(&dialog, "S: 220 mx\nC: EHLO a\nS: 250 mx\nC: MAIL FROM:<a@b>");
	dialog_log(&dialog);
	dialog.ack = 8;
	dialog_say(&dialog, "S: 221 bye");
	expect("221 none crossed\n");
	dialog_end(&dialog);
	ck_assert_ptr_nonnull(strstr(dialog_log(&dialog), "unanswered MAIL\n"));
	dialog_finish(&dialog);
}
END_TEST

START_TEST(test_pipelined_group)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(&dialog, "S: 220 mx\nC: EHLO a\nS: 250 mx");
	dialog_log(&dialog);
	dialog_say(&dialog, "C: MAIL FROM:<a@b>\nC: RCPT TO:<c@d>\nC: FOO\nC: DATA\nS: 250 ok\nS: 550 no\nS: "
			    "500 what\nS: 554 none");
	expect("cmd MAIL\ncmd RCPT pipelined\ncmd FOO pipelined\ncmd DATA pipelined\n250 MAIL\n550 RCPT\n500 "
	       "FOO\n554 DATA\n"
	       "message a@b rejected bytes=0 c@d=rejected\n");
	dialog_finish(&dialog);
}
END_TEST

/* More commands at once than can be kept open: no reply is said to have nothing to answer, nor to answer another one. */
START_TEST(test_endless_pipelining)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(&dialog, "S: 220 mx\nC: EHLO a\nS: 250 mx");
	for (unsigned i = 0; i < VERY_MANY; i++)
		dialog_bytes(&dialog, DIR_CLIENT, "NOOP\r\n", 6);
	dialog_say(&dialog, "C: QUIT");
	for (unsigned i = 0; i < VERY_MANY; i++)
		dialog_bytes(&dialog, DIR_SERVER, "250 ok\r\n", 8);
	buf_clear(dialog.log);
	dialog_say(&dialog, "S: 221 bye");
	{
		const char *log = dialog_log(&dialog);

		ck_assert_msg(strcmp(log, "221 unseen unsure\n") == 0 ||
				  strcmp(log, "221 QUIT likely unsure\n") == 0,
			      "%s", log);
	}
	dialog_finish(&dialog);
}
END_TEST

START_TEST(test_mixed_codes)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(&dialog, "S: 220 mx\nC: EHLO a\nS: 250-mx\nS: 550 what\nC: QUIT\nS: 221 bye");
	{
		const char *log = dialog_log(&dialog);

		ck_assert_ptr_nonnull(strstr(log, "250 EHLO\n550 EHLO"));
		ck_assert_ptr_nonnull(strstr(log, "221 QUIT\n"));
	}
	dialog_finish(&dialog);
}
END_TEST

START_TEST(test_not_replies)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(&dialog, "S: HTTP/1.1 400 Bad Request\nS: Server: x");
	expect("not-reply HTTP/1.1 400 Bad Request\nnot-reply Server: x\n");
	dialog_finish(&dialog);
	ck_assert_int_eq(dialog.protocol, PROTOCOL_OTHER);
}
END_TEST

/* The client went on behind an unfinished reply to EHLO: the server's next line goes on with it if it names an extension. */
START_TEST(test_keyword_or_reply)
{
	static const struct {
		const char *line;
		bool keyword;
	} cases[] = {
		{ "SIZE", true },     { "SIZE 10", true },    { "X00", true },	     { "X99", true },
		{ "8BITMIME", true }, { "XYZ", true },	      { "AAA", true },	     { "X-Z", true },
		{ "OK", false },      { "Ok sender", false }, { "SIZE: 10", false }, { "", false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char line[32];

		dialog_init(&dialog, FLOW_HANDSHAKE);
		dialog_say(&dialog, "S: 220 mx\nC: EHLO a\nS: 250-mx\nC: MAIL FROM:<a@b>");
		snprintf(line, sizeof line, "S: 250 %s", cases[i].line);
		dialog_say(&dialog, line);
		ck_assert_msg((strstr(dialog_log(&dialog), "250 MAIL") == NULL) == cases[i].keyword, "%s",
			      cases[i].line);
		dialog_finish(&dialog);
	}
}
END_TEST

/* A reply without its line end, which the client took for whole: the next one begins behind it. */
START_TEST(test_no_line_end)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(&dialog, "S: 220 mx\nC: EHLO a\nS: 250 mx\nC: NOOP");
	dialog_log(&dialog);
	dialog_say(&dialog, "S. 250 ok\nC: RSET\nS: 250 reset\nC: QUIT\nS: 221 bye");
	expect("250 NOOP\ncmd RSET\n250 RSET\ncmd QUIT\n221 QUIT\n");
	dialog_finish(&dialog);
}
END_TEST

START_TEST(test_lmtp)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(&dialog,
		   "S: 220 lmtp\nC: LHLO a\nS: 250 lmtp\nC: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 "
		   "ok\n"
		   "C: RCPT TO:<e@f>\nS: 550 no\nC: RCPT TO:<g@h>\nS: 250 ok\nC: DATA\nS: 354 go\nC: x\nC: .");
	dialog_log(&dialog);
	dialog_say(&dialog, "S: 250 ok\nS: 452 full\nC: QUIT\nS: 221 bye");
	expect("250 end-of-data for=c@d\n452 end-of-data for=g@h\n"
	       "message a@b accepted bytes=3 c@d=accepted e@f=rejected g@h=deferred\ncmd QUIT\n221 QUIT\n");
	dialog_finish(&dialog);
	ck_assert_int_eq(dialog.protocol, PROTOCOL_LMTP);
	ck_assert_int_eq(dialog.outcome, SESSION_PARTIAL);
}
END_TEST

START_TEST(test_proxy_header)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(&dialog, "C: PROXY TCP4 192.0.2.9 198.51.100.25 50000 25\nS: 220 mx\nC: EHLO a\nS: 250 "
			    "mx\nC: QUIT\nS: 221 bye");
	/* A header that was taken asks for no reply. */
	expect("220 connect\ncmd EHLO\n250 EHLO\ncmd QUIT\n221 QUIT\n");
	dialog_finish(&dialog);
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(
	    &dialog,
	    "C: PROXY TCP4 192.0.2.9 198.51.100.25 50000 25\nS: 220 mx\nS: 500 what\nC: EHLO a\nS: 250 mx");
	expect("220 connect\ncmd PROXY\n500 PROXY\ncmd EHLO\n250 EHLO\n");
	dialog_finish(&dialog);
}
END_TEST

START_TEST(test_farewell_while_sending)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(&dialog,
		   "S: 220 mx\nC: EHLO a\nS: 250 mx\nC: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\n"
		   "C: DATA\nS: 354 go\nC: Subject: x");
	dialog_log(&dialog);
	dialog_say(&dialog, "S: 221 bye");
	expect("221 none\n");
	dialog_fin(&dialog, DIR_SERVER);
	dialog_end(&dialog);
	expect("message a@b aborted bytes=0 c@d=aborted\nend aborted\n");
	dialog_finish(&dialog);
}
END_TEST

START_TEST(test_reply_lost)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(&dialog, "S: 220 mx\nC: EHLO a\nS: 250 mx\nC: NOOP");
	dialog_gap(&dialog, DIR_SERVER, 8);
	dialog_say(&dialog, "C: RSET\nS: 250 ok\nC: QUIT\nS: 221 bye");
	{
		const char *log = dialog_log(&dialog);

		ck_assert_ptr_nonnull(strstr(log, "unanswered NOOP"));
		ck_assert_ptr_nonnull(strstr(log, "250 RSET"));
		ck_assert_ptr_nonnull(strstr(log, "221 QUIT"));
	}
	dialog_finish(&dialog);
}
END_TEST

START_TEST(test_one_sided)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(&dialog, "S: 220 mx");
	for (unsigned i = 0; i < 3; i++) {
		dialog_gap(&dialog, DIR_CLIENT, 10);
		dialog_say(&dialog, i < 2 ? "S: 250 ok" : "S: 221 bye");
	}
	expect("220 connect\ngap C 10\n250 unseen unsure\ngap C 10\n250 unseen unsure\ngap C 10\n221 unseen "
	       "unsure\n");
	dialog_finish(&dialog);
	ck_assert(dialog.visibility & VISIBILITY_SERVER_ONLY);
}
END_TEST

SUITE("smtp/server", test_greeting, test_greeting_refused, test_early_talker, test_greeting_lost,
      test_midstream, test_midstream_told_late, test_nothing_asked, test_crossed, test_pipelined_group,
      test_endless_pipelining, test_mixed_codes, test_not_replies, test_keyword_or_reply, test_no_line_end,
      test_lmtp, test_proxy_header, test_farewell_while_sending, test_reply_lost, test_one_sided)
