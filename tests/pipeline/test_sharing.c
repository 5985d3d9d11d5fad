/* SPDX-License-Identifier: BSD-2-Clause */
/* Dialogue is shared, bodies are not, and a mixture near the border does not change the decision with every look. */
#include "sharing.h"

#include "harness.h"

static void note(struct sharing *s, unsigned calls, size_t bytes)
{
	for (unsigned i = 0; i < calls; i++)
		sharing_note(s, bytes);
}

START_TEST(it_is_due_after_enough_calls)
{
	struct sharing s = { 0 };

	note(&s, SHARING_CALLS - 1, 1);
	ck_assert(!sharing_is_due(&s));
	note(&s, 1, 100000);
	ck_assert(sharing_is_due(&s));
	sharing_pays(&s);
	ck_assert(!sharing_is_due(&s));
}
END_TEST

START_TEST(dialogue_is_shared)
{
	struct sharing s = { .futile = true };

	note(&s, 1000, 40);
	note(&s, 1000, 0);
	note(&s, 20, SHARING_LARGE);
	ck_assert(sharing_pays(&s));
	note(&s, 1000, SHARING_LARGE - 1);
	ck_assert(sharing_pays(&s));
}
END_TEST

START_TEST(bodies_are_not)
{
	struct sharing s = { 0 };

	note(&s, 1000, 1448);
	note(&s, 10, 40);
	ck_assert(!sharing_pays(&s));
	/* Only what came since the last decision counts. */
	note(&s, 1000, 40);
	ck_assert(sharing_pays(&s));
	/* Without any call, nothing speaks against it. */
	ck_assert(sharing_pays(&s));
}
END_TEST

START_TEST(near_the_border_it_stays_as_it_is)
{
	enum { SMALL = 100 };
	struct sharing s = { 0 };

	for (int round = 0; round < 3; round++) {
		note(&s, SMALL, 0);
		note(&s, SMALL, SHARING_WORTH * 3 / 2);
		ck_assert(sharing_pays(&s));
	}
	note(&s, SMALL, 0);
	note(&s, SMALL, SHARING_WORTH * 5 / 2);
	ck_assert(!sharing_pays(&s));
	for (int round = 0; round < 3; round++) {
		note(&s, SMALL, 0);
		note(&s, SMALL, SHARING_WORTH * 3 / 2);
		ck_assert(!sharing_pays(&s));
	}
	note(&s, SMALL, 0);
	note(&s, SMALL, SHARING_WORTH / 2);
	ck_assert(sharing_pays(&s));
}
END_TEST

SUITE("pipeline/sharing", it_is_due_after_enough_calls, dialogue_is_shared, bodies_are_not,
      near_the_border_it_stays_as_it_is)
