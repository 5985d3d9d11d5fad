/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame_queue.h"

#include <malloc.h>

#include "harness.h"

enum { LONGEST = 262144 };

static uint8_t bytes[FRAME_QUEUE_BLOCK];

/* Frame |number| of |length| bytes, all equal to the low eight bits of |number|. */
static struct frame frame_of(uint64_t number, size_t length)
{
	memset(bytes, (int)(number & 0xff), length);
	return (struct frame){ .ref = { .number = number & FRAME_NUMBER_MAX,
					.file = (uint32_t)(number % 3) & FRAME_FILE_MAX,
					.digits = 9,
					.time = (tstamp)number * TSTAMP_SECOND },
			       .bytes = span_of(bytes, length),
			       .wire_length = (uint32_t)length + 7,
			       .link_type = 1 };
}

static bool add(struct frame_queue *q, uint64_t number, size_t length)
{
	const struct frame frame = frame_of(number, length);

	return frame_queue_add(q, &frame);
}

/* The frame expected next. */
struct expected {
	uint64_t number;
	size_t (*length)(uint64_t number);
};

static size_t any_length(uint64_t number)
{
	return (size_t)(number * 7919 % 1515);
}

static size_t longest(uint64_t number)
{
	(void)number;
	return LONGEST;
}

static void on_frame(void *context, const struct frame *frame)
{
	struct expected *e = context;
	uint64_t n = e->number++;

	ck_assert_uint_eq(frame->ref.number, n);
	ck_assert_uint_eq(frame->ref.file, n % 3);
	ck_assert_uint_eq(frame->ref.digits, 9);
	ck_assert_int_eq(frame->ref.time, (tstamp)n * TSTAMP_SECOND);
	ck_assert_int_eq(frame->link_type, 1);
	ck_assert_uint_eq(frame->bytes.length, e->length(n));
	ck_assert_uint_eq(frame->wire_length, frame->bytes.length + 7);
	for (size_t i = 0; i < frame->bytes.length; i++)
		if (frame->bytes.at[i] != (n & 0xff))
			ck_abort_msg("frame %u is not what it was", (unsigned)n);
}

START_TEST(frames_come_out_as_they_went_in)
{
	struct expected expected = { .number = 1, .length = any_length };
	struct frame_queue q;
	uint64_t number = 1, sum = 0;

	frame_queue_init(&q, NULL);
	frame_queue_bound(&q, 16 << 20);
	/* Add more than is taken, across the ends of many blocks. */
	for (int round = 0; round < 40; round++) {
		for (int i = 0; i < 300; i++, number++) {
			ck_assert(add(&q, number, any_length(number)));
			sum += any_length(number);
		}
		ck_assert_uint_eq(frame_queue_take(&q, 100, on_frame, &expected), 100);
	}
	ck_assert_uint_eq(q.frames, 40 * 200);
	ck_assert_uint_lt(q.bytes, sum);
	ck_assert_uint_eq(frame_queue_take(&q, SIZE_MAX, on_frame, &expected), 40 * 200);
	ck_assert_uint_eq(expected.number, number);
	ck_assert_uint_eq(q.frames, 0);
	ck_assert_uint_eq(q.bytes, 0);
	ck_assert_uint_eq(q.taken, number - 1);
	ck_assert_uint_eq(frame_queue_take(&q, 1, on_frame, &expected), 0);
	frame_queue_finish(&q);
}
END_TEST

START_TEST(it_takes_no_more_than_it_may)
{
	struct expected expected = { .number = 1, .length = longest };
	struct frame_queue q;
	uint64_t number = 1;

	frame_queue_init(&q, NULL);
	ck_assert(!add(&q, 1, 1));
	frame_queue_bound(&q, 3 * FRAME_QUEUE_BLOCK + FRAME_QUEUE_BLOCK / 2);
	while (add(&q, number, LONGEST))
		number++;
	ck_assert_uint_eq(number - 1, 9); /* three per block */
	ck_assert_uint_eq(q.memory, 3 * FRAME_QUEUE_BLOCK);
	/* A block is reused only when it is empty. */
	ck_assert_uint_eq(frame_queue_take(&q, 2, on_frame, &expected), 2);
	ck_assert(!add(&q, number, LONGEST));
	ck_assert_uint_eq(frame_queue_take(&q, 1, on_frame, &expected), 1);
	ck_assert(add(&q, number++, LONGEST));
	/* A lower limit applies to new frames, not to those already queued. */
	frame_queue_bound(&q, FRAME_QUEUE_BLOCK);
	ck_assert_uint_eq(frame_queue_take(&q, 3, on_frame, &expected), 3);
	while (add(&q, number, LONGEST))
		number++;
	ck_assert_uint_eq(q.memory, 3 * FRAME_QUEUE_BLOCK);
	ck_assert_uint_eq(frame_queue_take(&q, SIZE_MAX, on_frame, &expected), number - 7);
	frame_queue_finish(&q);
}
END_TEST

START_TEST(a_frame_longer_than_a_block_is_refused)
{
	struct frame_queue q;

	frame_queue_init(&q, NULL);
	frame_queue_bound(&q, 4 * FRAME_QUEUE_BLOCK);
	ck_assert(!add(&q, 1, FRAME_QUEUE_BLOCK));
	ck_assert(!add(&q, 1, FRAME_QUEUE_BLOCK - 16));
	ck_assert_uint_eq(q.frames, 0);
	ck_assert(add(&q, 1, FRAME_QUEUE_BLOCK / 2));
	frame_queue_finish(&q);
}
END_TEST

START_TEST(memory_goes_back)
{
	struct expected expected = { .number = 1, .length = longest };
	size_t before = mallinfo2().uordblks;
	struct frame_queue q;

	frame_queue_init(&q, NULL);
	frame_queue_bound(&q, 8 * FRAME_QUEUE_BLOCK);
	for (uint64_t number = 1; number <= 12; number++)
		ck_assert(add(&q, number, LONGEST));
	ck_assert_uint_eq(q.memory, 4 * FRAME_QUEUE_BLOCK);
	/* The memory is not the allocator's: waiting packets must not end sessions. */
	ck_assert_uint_eq(mallinfo2().uordblks, before);
	frame_queue_take(&q, 3, on_frame, &expected);
	frame_queue_give_back(&q);
	ck_assert_uint_eq(q.memory, 3 * FRAME_QUEUE_BLOCK);
	frame_queue_take(&q, SIZE_MAX, on_frame, &expected);
	frame_queue_give_back(&q);
	ck_assert_uint_eq(q.memory, 0);
	ck_assert(add(&q, 13, LONGEST));
	frame_queue_finish(&q);
	ck_assert_uint_eq(q.memory, 0);
	ck_assert_uint_eq(q.frames, 0);
}
END_TEST

START_TEST(a_long_queue_shrinks_while_it_is_worked_off)
{
	struct expected expected = { .number = 1, .length = longest };
	struct frame_queue q;

	frame_queue_init(&q, NULL);
	frame_queue_bound(&q, 100 * FRAME_QUEUE_BLOCK);
	for (uint64_t number = 1; number <= 300; number++)
		ck_assert(add(&q, number, LONGEST));
	ck_assert_uint_eq(q.memory, 100 * FRAME_QUEUE_BLOCK);
	frame_queue_take(&q, 240, on_frame, &expected);
	ck_assert_uint_lt(q.memory, 60 * FRAME_QUEUE_BLOCK);
	frame_queue_take(&q, 60, on_frame, &expected);
	ck_assert_uint_lt(q.memory, 40 * FRAME_QUEUE_BLOCK);
	frame_queue_give_back(&q);
	ck_assert_uint_eq(q.memory, 0);
}
END_TEST

SUITE("frame_queue", frames_come_out_as_they_went_in, it_takes_no_more_than_it_may,
      a_frame_longer_than_a_block_is_refused, memory_goes_back, a_long_queue_shrinks_while_it_is_worked_off)
