/* SPDX-License-Identifier: BSD-2-Clause */
/* Segments come out as they went in, and each is announced in all its steps before. */
#include "lookahead.h"

#include "harness.h"

#include <stdlib.h>
#include <string.h>

enum { SEGMENTS = 200 };

static unsigned passed;		 /* segments passed on */
static unsigned steps[SEGMENTS]; /* that were announced of each */

/* The bytes of segment |number|; it differs from all others in its length or its bytes. */
static void fill(uint8_t bytes[static LOOKAHEAD_PAYLOAD + 1], uint32_t number, size_t length)
{
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)(number * 7 + i);
}

static size_t length_of(uint32_t number)
{
	/* Some have no bytes, some the most that are copied, some more. */
	return number % 9 == 0	    ? 0
	       : number % 50 == 13  ? LOOKAHEAD_PAYLOAD
	       : number % 100 == 82 ? LOOKAHEAD_PAYLOAD + 1
				    : number;
}

static void on_segment(void *context, const struct segment *segment)
{
	uint8_t expected[LOOKAHEAD_PAYLOAD + 1];

	ck_assert_ptr_eq(context, steps);
	ck_assert_uint_eq(segment->seq, passed);
	ck_assert_uint_eq(segment->payload.length, length_of(passed));
	fill(expected, passed, length_of(passed));
	ck_assert(memcmp(segment->payload.at, expected, segment->payload.length) == 0);
	passed++;
}

static uint32_t key_of(const struct segment *segment)
{
	return segment->seq;
}

static void on_expect(void *context, uint32_t key, unsigned step)
{
	ck_assert_ptr_eq(context, steps);
	ck_assert_uint_ge(key, passed);
	ck_assert_uint_lt(key, SEGMENTS);
	ck_assert_uint_eq(step, steps[key]);
	steps[key]++;
}

static void push_announced(struct lookahead *l, uint32_t number, bool announced)
{
	static uint8_t bytes[LOOKAHEAD_PAYLOAD + 1];
	struct segment segment = { .seq = number, .payload = span_of(bytes, length_of(number)) };

	fill(bytes, number, length_of(number));
	lookahead_push(l, &segment, announced);
	/* What it pointed to is gone. */
	memset(bytes, 0xff, sizeof bytes);
}

static void push(struct lookahead *l, uint32_t number)
{
	push_announced(l, number, true);
}

static struct lookahead *start(void)
{
	struct lookahead *l = lookahead_create(on_segment, key_of, on_expect, steps);

	ck_assert_ptr_nonnull(l);
	passed = 0;
	memset(steps, 0, sizeof steps);
	return l;
}

START_TEST(segments_keep_their_order_and_bytes)
{
	struct lookahead *l = start();

	for (uint32_t i = 0; i < SEGMENTS; i++) {
		push(l, i);
		ck_assert_uint_le(i + 1 - passed, LOOKAHEAD_SEGMENTS);
	}
	lookahead_drain(l);
	ck_assert_uint_eq(passed, SEGMENTS);
	lookahead_drain(l);
	ck_assert_uint_eq(passed, SEGMENTS);
	lookahead_destroy(l);
}
END_TEST

START_TEST(each_is_announced_in_all_steps)
{
	struct lookahead *l = start();
	uint32_t first = 83; /* behind one that is not copied */

	for (uint32_t i = first; i < first + LOOKAHEAD_SEGMENTS + 20; i++) {
		passed = passed ? passed : first;
		push(l, i);
	}
	ck_assert_uint_gt(passed, first);
	for (uint32_t i = first; i < passed; i++)
		ck_assert_uint_eq(steps[i], LOOKAHEAD_STEPS);
	lookahead_destroy(l);
}
END_TEST

START_TEST(only_those_are_announced_that_should_be)
{
	struct lookahead *l = start();

	/* The first and the last part of the segments are not announced; numbers from 83, behind one that is not copied. */
	passed = 83;
	for (uint32_t i = 83; i < 182; i++)
		push_announced(l, i, i >= 100 && i < 150);
	lookahead_drain(l);
	ck_assert_uint_eq(passed, 182);
	for (uint32_t i = 83; i < 182; i++)
		ck_assert_uint_eq(steps[i] > 0, i >= 100 && i < 150);
	lookahead_destroy(l);
}
END_TEST

START_TEST(a_long_one_does_not_wait)
{
	struct lookahead *l = start();

	for (uint32_t i = 0; i <= 30; i++)
		push(l, i);
	ck_assert_uint_eq(passed, 0);
	lookahead_drain(l);
	for (uint32_t i = 31; i <= 82; i++)
		push(l, i);
	ck_assert_uint_eq(passed, 83);
	lookahead_destroy(l);
}
END_TEST

SUITE("pipeline/lookahead", segments_keep_their_order_and_bytes, each_is_announced_in_all_steps,
      only_those_are_announced_that_should_be, a_long_one_does_not_wait)
