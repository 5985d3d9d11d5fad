/* SPDX-License-Identifier: BSD-2-Clause */
/* reply_finder: replies and statuses in logs and bounces. */
#include "harness.h"
#include "reply_finder.h"
#include <string.h>

struct found {
	struct buf text; /* each reply and a bar behind it */
	char question[FINDER_QUESTION_SIZE];
};

static void keep(void *context, struct span reply, const char *question)
{
	struct found *f = context;

	buf_append(&f->text, reply);
	buf_text(&f->text, "|");
	strcpy(f->question, question ? question : "");
}

/* Feeds |lines|, ended by NULL; returns the number of log lines. */
static size_t find(struct found *f, const char *const *lines, size_t *understood)
{
	struct reply_finder *finder = reply_finder_create(keep, f);
	size_t logged;

	buf_init(&f->text, 4096);
	for (; *lines; lines++)
		reply_finder_line(finder, span_text(*lines));
	logged = reply_finder_log_lines(finder, understood);
	reply_finder_destroy(finder);
	return logged;
}

#define LOG "Nov 28 10:00:01 mx postfix/smtp[1]: 4ABC: to=<b@b.example>, relay=none, "

START_TEST(statuses_of_a_log_are_found_and_lines_counted)
{
	static const char *const lines[] = {
		LOG "dsn=4.7.5, status=deferred (Server certificate not trusted)",
		LOG
		"dsn=5.1.1, status=bounced (host mx[192.0.2.1] said: 550 5.1.1 Unknown (in reply to RCPT TO command))",
		LOG "dsn=2.0.0, status=sent (delivered)",
		"Nov 28 10:00:02 mx sendmail[2]: to=<b@b.example>, dsn=4.4.1, stat=Deferred: Connection refused by mx.",
		"2026-11-28 10:00:03 1abc == b@b.example R=out T=remote_smtp defer (-53): retry time not reached",
		"Nov 28 10:00:04 mx postfix/qmgr[1]: 4ABC: removed",
		NULL,
	};
	struct found f;
	size_t understood;

	ck_assert_uint_eq(find(&f, lines, &understood), 6);
	ck_assert_uint_eq(understood, 5);
	ck_assert_str_eq(buf_string(&f.text), "4.7.5 Server certificate not trusted|550 5.1.1 Unknown|"
					      "4.4.1 Connection refused by mx.|retry time not reached|");
	buf_finish(&f.text);
}
END_TEST

START_TEST(statuses_of_a_bounce_are_found)
{
	static const char *const lines[] = {
		"Final-Recipient: rfc822; b@b.example",
		"Status: 5.4.4",
		"Diagnostic-Code: X-Postfix; Host or domain name not found. Name service error",
		NULL,
	};
	struct found f;
	size_t understood;

	ck_assert_uint_eq(find(&f, lines, &understood), 0);
	ck_assert_str_eq(buf_string(&f.text), "5.4.4 Host or domain name not found. Name service error|");
	buf_finish(&f.text);
}
END_TEST

START_TEST(prose_holds_no_status)
{
	static const char *const lines[] = { "The status of our project: deferred (until May)",
					     "T=1: all is well in 550 rooms", "<b@b.example>: hello", NULL };
	struct found f;
	size_t understood;

	find(&f, lines, &understood);
	ck_assert_uint_eq(f.text.length, 0);
	buf_finish(&f.text);
}
END_TEST

SUITE("reference/reply_finder", statuses_of_a_log_are_found_and_lines_counted, statuses_of_a_bounce_are_found,
      prose_holds_no_status)
