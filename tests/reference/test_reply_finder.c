/* SPDX-License-Identifier: BSD-2-Clause */
/* reply_finder: replies and statuses in logs and bounces. */
#include "buf.h"
#include "harness.h"
#include "reply_finder.h"
#include <stdio.h>
#include <string.h>

struct collected {
	struct buf text; /* each reply and a bar behind it */
	char question[FOUND_QUESTION_SIZE];
	char recipient[FOUND_RECIPIENT_SIZE];
};

static void keep(void *context, const struct found *found)
{
	struct collected *f = context;

	buf_append(&f->text, found->reply);
	buf_text(&f->text, "|");
	snprintf(f->question, sizeof f->question, "%s", found->question ? found->question : "");
	snprintf(f->recipient, sizeof f->recipient, "%.*s", (int)found->recipient.length,
		 found->recipient.length ? (const char *)found->recipient.at : "");
}

/* Feeds |lines|, ended by NULL; returns the number of lines that hold something. */
static size_t find(struct collected *f, const char *const *lines)
{
	struct reply_finder *finder = reply_finder_create(keep, f);
	size_t number = 0, understood = 0;

	buf_init(&f->text, 4096);
	for (; *lines; lines++)
		understood += reply_finder_line(finder, span_text(*lines), ++number);
	reply_finder_destroy(finder);
	return understood;
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
	struct collected f;

	ck_assert_uint_eq(find(&f, lines), 5);
	ck_assert_str_eq(buf_string(&f.text), "4.7.5 Server certificate not trusted|550 5.1.1 Unknown|"
					      "4.4.1 Connection refused by mx.|retry time not reached|");
	ck_assert_str_eq(f.recipient, "b@b.example");
	buf_finish(&f.text);
}
END_TEST

START_TEST(the_words_before_a_reply_tell_what_it_answers)
{
	static const struct {
		const char *lines[3], *reply, *question, *recipient;
	} cases[] = {
		{ { "<a@b.example>: host mx[192.0.2.1] said: 530 Log in (in reply to MAIL FROM command)" },
		  "530 Log in|",
		  "MAIL",
		  "" },
		{ { "a@b.example SMTP error from remote mail server after RCPT TO:<a@b.example>: host mx [192.0.2.1]: 550 No such user" },
		  "550 No such user|",
		  "RCPT",
		  "a@b.example" },
		{ { "Your message to a@b.example could not be delivered.",
		    "Remote server returned '550 5.1.1 RecipNotFound; not found'" },
		  "550 5.1.1 RecipNotFound; not found|",
		  "",
		  "" },
		{ { "<a@b.example>: host mx said: 452 4.2.2 Full (in reply to RCPT TO command)" },
		  "452 4.2.2 Full|",
		  "RCPT",
		  "a@b.example" },
		{ { "status=sent (250 2.0.0 Ok: queued as 4ABC)" }, "250 2.0.0 Ok: queued as 4ABC|", "", "" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct collected f;

		find(&f, cases[i].lines);
		ck_assert_str_eq(buf_string(&f.text), cases[i].reply);
		ck_assert_str_eq(f.question, cases[i].question);
		ck_assert_str_eq(f.recipient, cases[i].recipient);
		buf_finish(&f.text);
	}
}
END_TEST

START_TEST(prose_holds_no_status)
{
	static const char *const lines[] = { "The status of our project: deferred (until May)",
					     "T=1: all is well in 550 rooms", "<b@b.example>: hello", NULL };
	struct collected f;

	find(&f, lines);
	ck_assert_uint_eq(f.text.length, 0);
	buf_finish(&f.text);
}
END_TEST

SUITE("reference/reply_finder", statuses_of_a_log_are_found_and_lines_counted,
      the_words_before_a_reply_tell_what_it_answers, prose_holds_no_status)
