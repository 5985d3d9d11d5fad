/* SPDX-License-Identifier: BSD-2-Clause */
/* Every form in which logs, queues, bounces and replies are pasted: which replies are found, and how many lines were meant and understood. */
#include "text_reader.h"

#include "harness.h"

#include <stdio.h>
#include <string.h>

struct collected {
	char text[2048]; /* "recipient: reply|" of each */
};

static void keep_found(void *context, const struct found *found)
{
	struct collected *c = context;
	size_t used = strlen(c->text);

	snprintf(c->text + used, sizeof c->text - used, "%.*s: %.*s|", (int)found->recipient.length,
		 found->recipient.length ? (const char *)found->recipient.at : "", (int)found->reply.length,
		 (const char *)found->reply.at);
}

static void keep_dialogue(void *context, const struct transcript *transcript)
{
	(void)context;
	(void)transcript;
}

/* Reads |text|; returns the lines that were meant, and sets |*understood|. */
static size_t read_text(const char *text, struct collected *c, size_t *understood)
{
	const struct text_reader_sink sink = { .context = c, .found = keep_found, .dialogue = keep_dialogue };
	struct text_reader *r = text_reader_create(&sink);
	size_t meant;

	c->text[0] = '\0';
	while (*text) {
		size_t length = strcspn(text, "\n");

		text_reader_line(r, span_of(text, length));
		text += length + (text[length] == '\n');
	}
	text_reader_end(r);
	meant = text_reader_lines(r, understood);
	text_reader_destroy(r);
	return meant;
}

#define REFUSED(id)                                                                                          \
	id ": to=<b@b.example>, relay=mx.b.example[192.0.2.1]:25, dsn=5.1.1, status=bounced (host "          \
	   "mx.b.example[192.0.2.1] said: 550 5.1.1 no such user (in reply to RCPT TO command))\n"
#define OTHER(id) id ": from=<a@a.example>, size=100, nrcpt=1 (queue active)\n"
#define FOUND	  "b@b.example: 550 5.1.1 no such user|"
#define ESCAPED                                                                                                              \
	"\"4XYZ1: to=<b@b.example>, status=bounced (host mx.b.example said: 550 5.1.1 no \\\"such\\\"\\tuser\\u00e9\\u20ac " \
	"(in reply to RCPT TO command))\"}\n"

static const struct {
	const char *name, *text;
	size_t meant, understood;
	const char *found;
} cases[] = {
	{ "syslog, RFC 3164",
	  REFUSED("Jan  5 10:00:00 mail postfix/smtp[123]: 4XYZ1")
	      OTHER("Jan  5 10:00:01 mail postfix/qmgr[9]: 4XYZ1"),
	  2, 1, FOUND },
	{ "with a priority",
	  REFUSED("<22>Jan  5 10:00:00 mail postfix/smtp[123]: 4XYZ1")
	      OTHER("<22>Jan  5 10:00:01 mail postfix/qmgr[9]: 4XYZ1"),
	  2, 1, FOUND },
	{ "syslog, RFC 5424",
	  REFUSED("<22>1 2026-01-05T10:00:00.123Z mail postfix/smtp 123 - - 4XYZ1")
	      OTHER("<22>1 2026-01-05T10:00:01.123Z mail postfix/qmgr 9 - - "
		    "4XYZ1"),
	  2, 1, FOUND },
	{ "ISO 8601",
	  REFUSED("2026-01-05T10:00:00+01:00 mail postfix/smtp[123]: 4XYZ1")
	      OTHER("2026-01-05T10:00:01+01:00 mail postfix/qmgr[9]: 4XYZ1"),
	  2, 1, FOUND },
	{ "journalctl -o short-full",
	  REFUSED("Mon 2026-01-05 10:00:00 CET mail postfix/smtp[123]: 4XYZ1")
	      OTHER("Mon 2026-01-05 10:00:01 CET mail postfix/qmgr[9]: 4XYZ1"),
	  2, 1, FOUND },
	{ "journalctl -o short-unix",
	  REFUSED("1767607200.123456 mail postfix/smtp[123]: 4XYZ1")
	      OTHER("1767607201.123456 mail postfix/qmgr[9]: 4XYZ1"),
	  2, 1, FOUND },
	{ "journalctl -o cat", REFUSED("4XYZ1") OTHER("4XYZ1") "4XYZ1: removed\n", 3, 1, FOUND },
	{ "journalctl -o export",
	  "__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1767607200000000\n" REFUSED(
	      "MESSAGE=4XYZ1") "_PID=123\n\n__CURSOR=s=1;i=3\nMESSAGE=4XYZ1: "
			       "removed\n_PID=9\n",
	  2, 1, FOUND },
	{ "journalctl -o json",
	  "{\"__REALTIME_TIMESTAMP\":\"1767607200000000\",\"_PID\":\"123\",\"SYSLOG_IDENTIFIER\":\"postfix/smtp\",\"MESSAGE\":" ESCAPED
	  "{\"MESSAGE\" : \"4XYZ1: removed\",\"_PID\":\"9\"}\n{\"MESSAGE\":[52,88,58,32,255,120],\"_PID\":\"9\"}\n",
	  3, 1, "b@b.example: 550 5.1.1 no \"such\" user\xc3\xa9\xe2\x82\xac|" },
	{ "grep in several files",
	  REFUSED("/var/log/mail.log:Jan  5 10:00:00 mail postfix/smtp[123]: 4XYZ1")
	      OTHER("/var/log/mail.log.1-Jan  5 10:00:01 mail postfix/qmgr[9]: 4XYZ1"),
	  2, 1, FOUND },
	{ "grep -n",
	  REFUSED("12:Jan  5 10:00:00 mail postfix/smtp[123]: 4XYZ1")
	      OTHER("13-Jan  5 10:00:01 mail postfix/qmgr[9]: 4XYZ1"),
	  2, 1, FOUND },
	{ "grep -n in several files",
	  REFUSED("mail.log:12:2026-01-05T10:00:00+01:00 mail postfix/smtp[123]: 4XYZ1")
	      OTHER("mail.log-13-2026-01-05T10:00:01+01:00 mail "
		    "postfix/qmgr[9]: 4XYZ1"),
	  2, 1, FOUND },
	{ "grep in replies", "notes/replies.txt:550 No such user here\nnotes/replies.txt:452 Mailbox full\n",
	  2, 2, ": 550 No such user here|: 452 Mailbox full|" },
	{ "the queue of Postfix",
	  "-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------\n"
	  "4Xabc123def*    1234 Mon Jan  5 10:00:00  a@a.example\n"
	  "      (host mx.b.example[192.0.2.1] said: 450 4.2.2 mailbox (of this user) full (in reply to RCPT TO command))\n"
	  "                                         bob@b.example\n"
	  "             (connect to mx.c.example[192.0.2.2]:25: Connection timed out)\n"
	  "                                         carol@c.example\n\n"
	  "4Yabc123def      345 Mon Jan  5 11:00:00  a@a.example\n"
	  "                                         dan@d.example\n\n-- 3 Kbytes in 2 Requests.\n",
	  2, 1,
	  "bob@b.example: 450 4.2.2 mailbox (of this user) full|carol@c.example: connect to mx.c.example[192.0.2.2]:25: Connection timed out|" },
	{ "the queue of Sendmail",
	  "\t\t/var/spool/mqueue (1 request)\n-----Q-ID----- --Size-- -----Q-Time----- ------------Sender/Recipient-----------\n"
	  "605A0xyz012345      987 Mon Jan  5 10:00 <a@a.example>\n                 (Deferred: 450 4.7.1 try again later)\n"
	  "\t\t\t\t\t <bob@b.example>\n\t\tTotal requests: 1\n",
	  1, 1, "bob@b.example: 450 4.7.1 try again later|" },
	{ "the queue of Exim",
	  "25m  2.9K 1rABCD-0001Xy-9z <a@a.example>\n          bob@b.example\n\n 2h  1.1K 1rABCE-0001Xy-9z <> *** frozen ***\n",
	  2, 0, "" },
	{ "replies",
	  "550-5.1.1 The account does not exist\n550 5.1.1 Check the address\n452 4.2.2 Mailbox full\n", 3, 3,
	  ": 550-5.1.1 The account does not exist\n550 5.1.1 Check the address|: 452 4.2.2 Mailbox full|" },
	{ "the text of a bounce",
	  "This is the mail system at host mx.a.example.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more "
	  "recipients. It's attached below.\n\n<b@b.example>: host mx.b.example[192.0.2.1] said: 550 5.1.1 no\n    such user (in reply to RCPT TO "
	  "command)\n",
	  1, 1, FOUND },
	{ "a delivery status",
	  "Reporting-MTA: dns; mx.a.example\nArrival-Date: Mon, 5 Jan 2026 10:00:00 +0000\n\nFinal-Recipient: rfc822; b@b.example\nAction: failed\n"
	  "Status: 5.1.1\nRemote-MTA: dns; mx.b.example\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n",
	  7, 7, FOUND },
	{ "prose", "The meeting is at 550 Main Street.\n12: bring a pen\nmail.log was empty\n{\"MESSAGE\": 5}\n",
	  0, 0, "" },
};

START_TEST(every_form_is_read_and_counted)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct collected c;
		size_t understood, meant = read_text(cases[i].text, &c, &understood);

		ck_assert_msg(strcmp(c.text, cases[i].found) == 0, "%s: found %s", cases[i].name, c.text);
		ck_assert_msg(meant == cases[i].meant && understood == cases[i].understood,
			      "%s: understood %zu of %zu", cases[i].name, understood, meant);
	}
}
END_TEST

SUITE("text_reader", every_form_is_read_and_counted)
