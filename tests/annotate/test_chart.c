/* SPDX-License-Identifier: BSD-2-Clause */
#include "chart.h"
#include "harness.h"

struct state {
	uint64_t first, second;
	uint8_t last;
};

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

SUITE("annotate/chart", test_nothing_to_remember, test_one_byte_is_kept, test_blank_stays_blank,
      test_states_stay_apart, test_zero_again)
