/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict_page.h"

#include "harness.h"

static char *text;
static size_t length;
static struct output output;
static struct page page;

static void start(void)
{
	output = (struct output){ .file = open_memstream(&text, &length) };
	page_init(&page, &output, false, 80);
}

static const char *written(void)
{
	page_finish(&page);
	fclose(output.file);
	return text;
}

START_TEST(a_verdict_is_three_lines)
{
	const struct verdict v = { .failed = true,
				   .id = "delivery-failed",
				   .certainty = CERTAINTY_LIKELY,
				   .responsible = RESPONSIBLE_SENDER,
				   .retry = RETRY_USELESS,
				   .headline = "Rejected for x: no such recipient",
				   .advice = "Check the address." };

	start();
	verdict_page(&page, &v);
	ck_assert_str_eq(written(), "  Verdict Rejected for x: no such recipient\n"
				    "  Side    the sender (likely). Retrying without a change will not help.\n"
				    "  Advice  Check the address.\n");
	free(text);
}
END_TEST

START_TEST(wire_text_is_escaped)
{
	const struct verdict v = { .headline = "a\x1b[2Jb" };

	start();
	verdict_page(&page, &v);
	ck_assert_ptr_null(strchr(written(), 0x1b));
	free(text);
}
END_TEST

START_TEST(nothing_to_explain_is_nothing_to_say)
{
	const struct verdict v = { .responsible = RESPONSIBLE_NOBODY, .retry = RETRY_UNNEEDED };

	start();
	verdict_page(&page, &v);
	ck_assert_str_eq(written(), "");
	free(text);
}
END_TEST

START_TEST(phases_of_a_second_are_worth_a_word)
{
	struct ledger l;

	ledger_init(&l);
	ledger_spend(&l, LEDGER_HELLO, LEDGER_CLIENT, TSTAMP_SECOND - 1, NULL);
	start();
	verdict_page_times(&page, &l);
	ck_assert_str_eq(written(), "");
	free(text);
	text = NULL;
	ledger_spend(&l, LEDGER_HELLO, LEDGER_CLIENT, TSTAMP_SECOND + 1, NULL);
	ledger_spend(&l, LEDGER_FINAL, LEDGER_SERVER, 300 * TSTAMP_SECOND, NULL);
	start();
	verdict_page_times(&page, &l);
	ck_assert_str_eq(written(), "  Time    hello 2.00 s (client) · final 5 min 0 s (server)\n");
	free(text);
	ledger_finish(&l, NULL);
}
END_TEST

START_TEST(a_long_story_names_some_of_its_sessions)
{
	static struct story_attempt attempts[40];
	const struct story s = { .name = "one-cause-many",
				 .attempts = attempts,
				 .attempt_count = 40,
				 .headline = "40 sessions failed.",
				 .advice = "Remove the cause." };

	start();
	verdict_page_story(&page, &s);
	ck_assert(strstr(written(), "  Story   40 sessions failed.\n"));
	ck_assert(strstr(text, " 28"));
	ck_assert(strstr(text, "          Remove the cause.\n"));
	free(text);
}
END_TEST

SUITE("verdict_page", a_verdict_is_three_lines, wire_text_is_escaped, nothing_to_explain_is_nothing_to_say,
      phases_of_a_second_are_worth_a_word, a_long_story_names_some_of_its_sessions)
