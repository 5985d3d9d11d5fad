/* SPDX-License-Identifier: BSD-2-Clause */
#include "farewell.h"
#include "harness.h"

static enum farewell of(const char *text)
{
	const struct span line = span_text(text);
	struct reply reply = { .code = 221, .lines = &line, .line_count = 1 };

	return farewell_of(rules_builtin(), &reply);
}

START_TEST(test_words)
{
	static const struct {
		const char *text;
		enum farewell farewell;
	} cases[] = {
		{ "2.0.0 mx.example.net Service closing transmission channel", FAREWELL_UNSAID },
		{ "Bye", FAREWELL_UNSAID },
		{ "", FAREWELL_UNSAID },
		{ "mx.example.net Server shutting down", FAREWELL_SHUTDOWN },
		{ "System is going DOWN for maintenance", FAREWELL_SHUTDOWN },
		{ "4.4.2 mx.example.net Error: timeout exceeded", FAREWELL_IDLE },
		{ "Connection timed out", FAREWELL_IDLE },
		{ "idle for too long", FAREWELL_IDLE },
		{ "closing: you were idle.", FAREWELL_IDLE },
		{ "disconnected due to inactivity", FAREWELL_IDLE },
		{ "Too many errors", FAREWELL_ERRORS },
		{ "Error: too many bad commands, bye", FAREWELL_ERRORS },
		{ "too many unrecognized commands", FAREWELL_ERRORS },
		/* Names are no reasons. */
		{ "mail.sidley.com Service closing transmission channel", FAREWELL_UNSAID },
		{ "idle.example.net closing connection", FAREWELL_UNSAID },
		{ "mx1.timeout.example Bye", FAREWELL_UNSAID },
		{ "maintenance.example.org Goodbye", FAREWELL_UNSAID },
		{ "2.0.0 no-timeout-here.example.org closing connection", FAREWELL_UNSAID },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_msg(of(cases[i].text) == cases[i].farewell, "\"%s\": %d", cases[i].text,
			      (int)of(cases[i].text));
}
END_TEST

START_TEST(test_several_lines)
{
	const struct span lines[] = { span_text("mx.example.net"), span_text("you were IDLE") };
	struct reply reply = { .lines = lines, .line_count = 2 };

	ck_assert_int_eq(farewell_of(rules_builtin(), &reply), FAREWELL_IDLE);
	ck_assert(reply_says(rules_builtin(), &reply, PHRASE_IDLE_TIMEOUT));
	ck_assert(!reply_says(rules_builtin(), &reply, PHRASE_SERVER_SHUTDOWN));
}
END_TEST

START_TEST(test_the_first_of_several_reasons_counts)
{
	ck_assert_int_eq(of("Too many errors, timeout, shutting down"), FAREWELL_SHUTDOWN);
	ck_assert_int_eq(of("Too many errors, timeout"), FAREWELL_IDLE);
	ck_assert_int_eq(of("I can break rules, too. Goodbye."), FAREWELL_NOT_SMTP);
}
END_TEST

SUITE("annotate/farewell", test_words, test_several_lines, test_the_first_of_several_reasons_counts)
