/* SPDX-License-Identifier: BSD-2-Clause */
#include "session_order.h"

#include "harness.h"

#include <stdlib.h>

static struct turns turns;
static struct turn one, two, three, story;

static void start(void)
{
	turns = (struct turns){ 0 };
	one = two = three = story = (struct turn){ 0 };
	turns_join(&turns, &two, 2);
	turns_join(&turns, &one, 1);
	turns_join(&turns, &three, 3);
}

START_TEST(a_later_one_waits_for_an_earlier_one)
{
	start();
	turns_ready(&turns, &two, 10);
	turns_ready(&turns, &three, 5);
	ck_assert_ptr_null(turns_due(&turns, false));
	ck_assert_uint_eq(turns.bytes, 15);
	turns_ready(&turns, &one, 1);
	ck_assert_ptr_eq(turns_due(&turns, false), &one);
	turns_leave(&turns, &one);
	ck_assert_ptr_eq(turns_due(&turns, false), &two);
	turns_leave(&turns, &two);
	turns_leave(&turns, &three);
	ck_assert_uint_eq(turns.bytes, 0);
	ck_assert(!turns.first && !turns.last);
}
END_TEST

START_TEST(nobody_waits_for_one_that_has_left)
{
	start();
	turns_ready(&turns, &two, 10);
	turns_leave(&turns, &one);
	ck_assert_ptr_eq(turns_due(&turns, false), &two);
}
END_TEST

START_TEST(all_that_is_ready_can_be_had_at_once)
{
	start();
	turns_ready(&turns, &three, 5);
	ck_assert_ptr_eq(turns_due(&turns, true), &three);
	turns_leave(&turns, &three);
	ck_assert_ptr_null(turns_due(&turns, true));
}
END_TEST

START_TEST(equal_numbers_keep_their_order)
{
	start();
	turns_join(&turns, &story, 2);
	ck_assert_ptr_eq(two.next, &story);
	ck_assert_ptr_eq(story.next, &three);
}
END_TEST

/* Each must not look at all that wait. Otherwise this does not end within the time limit. */
START_TEST(many_that_wait_cost_nothing)
{
	enum { MANY = 200 * 1000 };
	struct turn *waiting = calloc(MANY, sizeof *waiting), *ready = calloc(MANY, sizeof *ready);

	ck_assert(waiting && ready);
	start();
	for (unsigned i = 0; i < MANY; i++)
		turns_join(&turns, &waiting[i], 10 + i);
	for (unsigned i = 0; i < MANY; i++) {
		turns_join(&turns, &ready[i], i % 2 ? MANY + 20 + i : 5);
		turns_ready(&turns, &ready[i], 1);
		ck_assert_ptr_null(turns_due(&turns, false));
		ck_assert_ptr_eq(turns_due(&turns, true), &ready[i]);
		turns_leave(&turns, &ready[i]);
	}
	ck_assert_uint_eq(turns.bytes, 0);
	free(waiting);
	free(ready);
}
END_TEST

SUITE("turns", a_later_one_waits_for_an_earlier_one, nobody_waits_for_one_that_has_left,
      all_that_is_ready_can_be_had_at_once, equal_numbers_keep_their_order, many_that_wait_cost_nothing)
