/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "history.h"

static struct history history;

static void command(const char *verb, const char *line, enum command_kind kind, unsigned flags)
{
	struct command c = { .kind = kind, .line = span_text(line), .flags = flags };
	struct smtp_event event = { .kind = SMTP_COMMAND, .command = &c };

	strcpy(c.verb, verb);
	c.verb_id = verb_of(span_text(verb));
	history_before(&history, &event);
	history_after(&history, &event, false);
}

static void answer(unsigned code, enum answers answers, const char *verb)
{
	struct reply reply = { .code = code };
	struct command c = { .kind = COMMAND_LINE };
	struct exchange x = { .reply = &reply, .answers = answers, .command = verb ? &c : NULL };
	struct smtp_event event = { .kind = SMTP_REPLY, .exchange = &x };

	if (verb) {
		strcpy(c.verb, verb);
		c.verb_id = verb_of(span_text(verb));
	}
	history_before(&history, &event);
	history_after(&history, &event, false);
}

static enum foreign foreign_of(const char *verb, const char *line, enum command_kind kind, unsigned flags)
{
	history = (struct history){ 0 };
	command(verb, line, kind, flags);
	return history.foreign;
}

START_TEST(test_foreign)
{
	ck_assert_int_eq(foreign_of("EHLO", "EHLO a", COMMAND_LINE, 0), FOREIGN_NONE);
	ck_assert_int_eq(foreign_of("GET", "GET / HTTP/1.1", COMMAND_LINE, 0), FOREIGN_HTTP);
	ck_assert_int_eq(foreign_of("GET", "GET lost", COMMAND_LINE, 0), FOREIGN_NONE);
	ck_assert_int_eq(foreign_of("PROXY", "PROXY TCP4 1 2 3 4", COMMAND_PROXY, 0), FOREIGN_PROXY);
	ck_assert_int_eq(foreign_of("SSH-2.0-X", "SSH-2.0-x", COMMAND_LINE, COMMAND_NO_VERB), FOREIGN_SSH);
	ck_assert_int_eq(foreign_of("X", "\x16\x03\x01", COMMAND_LINE, COMMAND_NO_VERB | COMMAND_CONTROL),
			 FOREIGN_TLS);
	ck_assert_int_eq(foreign_of("\x01", "\x01\x02", COMMAND_LINE, COMMAND_NO_VERB | COMMAND_CONTROL),
			 FOREIGN_BINARY);
	ck_assert_int_eq(foreign_of("MAIL", "MAIL FROM:<\x01>", COMMAND_LINE, COMMAND_CONTROL), FOREIGN_NONE);
}
END_TEST

START_TEST(test_newest_reply)
{
	history = (struct history){ 0 };
	answer(220, ANSWERS_CONNECT, NULL);
	ck_assert(history.greeted);
	ck_assert_uint_eq(history.newest.code, 220);
	ck_assert(!history.newest.unseen && !history.newest.command_came);
	answer(550, ANSWERS_UNSEEN, NULL);
	ck_assert_uint_eq(history.newest.code, 550);
	ck_assert(history.newest.unseen);
	command("NOOP", "NOOP", COMMAND_LINE, COMMAND_BARE_LF);
	ck_assert(history.newest.unseen && history.newest.command_came && history.bare_lf);
	answer(250, ANSWERS_COMMAND, "NOOP");
	ck_assert(!history.newest.unseen && !history.newest.command_came && !history.odd);
	history_after(&history, &(struct smtp_event){ .kind = SMTP_NOTE }, false);
	ck_assert(history.odd);
}
END_TEST

/* Once mail was spoken, an odd line makes no other protocol of it; and the first that showed stays. */
START_TEST(test_foreign_only_before_mail)
{
	history = (struct history){ 0 };
	answer(250, ANSWERS_COMMAND, "EHLO");
	ck_assert(history.mail_seen);
	command("GET", "GET / HTTP/1.1", COMMAND_LINE, 0);
	ck_assert_int_eq(history.foreign, FOREIGN_NONE);
	history = (struct history){ 0 };
	command("GET", "GET / HTTP/1.1", COMMAND_LINE, 0);
	command("SSH-", "SSH-2", COMMAND_LINE, COMMAND_NO_VERB);
	ck_assert_int_eq(history.foreign, FOREIGN_HTTP);
	history = (struct history){ 0 };
	answer(550, ANSWERS_COMMAND, "EHLO");
	answer(250, ANSWERS_COMMAND, "NOOP");
	ck_assert(!history.mail_seen);
}
END_TEST

START_TEST(test_refusals)
{
	history = (struct history){ 0 };
	answer(500, ANSWERS_COMMAND, "FOO");
	answer(550, ANSWERS_COMMAND, "RCPT");
	ck_assert_uint_eq(history.refusals, 2);
	ck_assert_uint_eq(history.refusals_in_a_row, 2);
	/* What nobody asked for counts for nothing. */
	answer(421, ANSWERS_NONE, NULL);
	answer(500, ANSWERS_UNSEEN, NULL);
	ck_assert_uint_eq(history.refusals, 2);
	answer(250, ANSWERS_COMMAND, "NOOP");
	ck_assert_uint_eq(history.refusals, 2);
	ck_assert_uint_eq(history.refusals_in_a_row, 0);
}
END_TEST

SUITE("annotate/history", test_foreign, test_newest_reply, test_foreign_only_before_mail, test_refusals)
