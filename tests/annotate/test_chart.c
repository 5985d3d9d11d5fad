/* SPDX-License-Identifier: BSD-2-Clause */
#include "annotate.h"
#include "chart.h"
#include "dialog.h"
#include "harness.h"

#include <limits.h>

struct state {
	uint64_t first, second;
	uint8_t last;
};

/* account_resize, as the linker calls it for --wrap (meson.build). */
void *__real_account_resize(struct account *a, void *at, size_t size);
void *__wrap_account_resize(struct account *a, void *at, size_t size);

static bool memory_runs_out;
static unsigned calls_left = UINT_MAX; /* until it does */

void *__wrap_account_resize(struct account *a, void *at, size_t size)
{
	memory_runs_out |= a && calls_left-- == 0;
	return memory_runs_out ? NULL : __real_account_resize(a, at, size);
}

static struct account account;
static struct chart chart;
static struct chart_blank blank;

static void setup(void)
{
	account = (struct account){ .limit = SIZE_MAX };
	chart = (struct chart){ 0 };
	blank = (struct chart_blank){ 0 };
}

static void teardown(void)
{
	chart_finish(&chart, &account);
	ck_assert_uint_eq(account.used, 0);
	account_finish(&account);
}

static struct state *enter(unsigned which)
{
	return chart_open(&chart, which, &blank);
}

static void leave(unsigned which)
{
	ck_assert(chart_close(&chart, which, chart_words(sizeof(struct state)), &blank, &account));
}

START_TEST(test_nothing_to_remember)
{
	setup();
	for (unsigned which = 0; which < CHART_STATES; which++) {
		ck_assert_uint_eq(enter(which)->first, 0);
		leave(which);
	}
	ck_assert_uint_eq(account.used, 0);
	teardown();
}
END_TEST

/* Any byte counts, also the last one of a state that does not fill its words. */
START_TEST(test_one_byte_is_kept)
{
	setup();
	enter(3)->last = 1;
	leave(3);
	ck_assert_uint_gt(account.used, 0);
	ck_assert_uint_eq(enter(3)->last, 1);
	ck_assert_uint_eq(enter(3)->first, 0);
	leave(3);
	teardown();
}
END_TEST

/* The blank state must not show one session what another one noted. */
START_TEST(test_blank_stays_blank)
{
	setup();
	enter(1)->second = 7;
	leave(1);
	for (size_t i = 0; i < sizeof blank.words / sizeof *blank.words; i++)
		ck_assert_uint_eq(blank.words[i], 0);
	ck_assert_uint_eq(enter(2)->second, 0);
	leave(2);
	teardown();
}
END_TEST

/* States stay apart, in whatever order they are kept, and survive that the chart grows. */
START_TEST(test_states_stay_apart)
{
	setup();
	for (unsigned i = 0; i < CHART_STATES; i++) {
		unsigned which = (i * 7 + 3) % CHART_STATES;

		enter(which)->first = which + 1;
		leave(which);
		enter(which)->second = which + 100;
		leave(which);
	}
	for (unsigned which = 0; which < CHART_STATES; which++) {
		ck_assert_uint_eq(enter(which)->first, which + 1);
		ck_assert_uint_eq(enter(which)->second, which + 100);
		leave(which);
	}
	teardown();
}
END_TEST

/* A state that becomes zero again keeps its place. */
START_TEST(test_zero_again)
{
	setup();
	enter(0)->first = 1;
	leave(0);
	enter(0)->first = 0;
	leave(0);
	ck_assert_ptr_ne(enter(0), blank.words);
	ck_assert_uint_eq(enter(0)->first, 0);
	leave(0);
	teardown();
}
END_TEST

/* What a state owns can be freed, and the next session does not see it. */
START_TEST(test_memory_runs_out)
{
	unsigned words = chart_words(sizeof(struct state));

	setup();
	enter(1)->first = 1;
	leave(1);
	enter(2)->second = 7;
	memory_runs_out = true;
	ck_assert(!chart_close(&chart, 2, words, &blank, &account));
	memory_runs_out = false;
	ck_assert_uint_eq(((struct state *)blank.words)->second, 7);
	chart_wipe(&blank, words);
	ck_assert_uint_eq(enter(2)->second, 0);
	ck_assert_uint_eq(enter(1)->first, 1);
	leave(2);
	teardown();
}
END_TEST

static void ignore_record(void *context, const struct record *record)
{
	(void)context;
	(void)record;
}

/* A session in which the first |calls| states find memory and the others do not. Returns whether there were others. */
static bool memory_runs_out_after(unsigned calls)
{
	const struct smtp_config config = { .account = &account };
	struct annotate *annotate = annotate_create(rules_builtin(), ignore_record, NULL);
	struct dialog d;
	bool ran_out;

	annotate_charge(annotate, &account);
	calls_left = calls;
	dialog_init_with(&d, FLOW_HANDSHAKE, &config, annotate_push, annotate);
	dialog_say(&d,
		   "S: 220 mx ESMTP\nC: EHLO client\nS: 250 mx\nC: MAIL FROM:<a@example.org>\n"
		   "C: RCPT TO:<b@example.net>\nC: DATA\nS: 250 Ok\nS: 550 no\nS: 554 no\n"
		   "C: MAIL FROM:<a@example.org>\nS: 250 Ok\nC: RCPT TO:<b@example.net>\nS: 550 5.1.1 no\n");
	dialog_end(&d);
	dialog_finish(&d);
	annotate_destroy(annotate);
	ran_out = memory_runs_out;
	memory_runs_out = false;
	calls_left = UINT_MAX;
	return ran_out;
}

/* Whichever state is lost, nothing that it owns is. */
START_TEST(test_lost_states_leak_nothing)
{
	unsigned calls = 0;

	setup();
	for (; memory_runs_out_after(calls); calls++)
		ck_assert_uint_eq(account.used, 0);
	ck_assert_uint_gt(calls, 5);
	teardown();
}
END_TEST

SUITE("annotate/chart", test_lost_states_leak_nothing, test_memory_runs_out, test_nothing_to_remember,
      test_one_byte_is_kept, test_blank_stays_blank, test_states_stay_apart, test_zero_again)
