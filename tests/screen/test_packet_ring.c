/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "packet_ring.h"

static struct packet_ring *ring;

static void add(uint64_t number, size_t length)
{
	static uint8_t bytes[4096];
	struct frame frame = { .ref = { .number = number & FRAME_NUMBER_MAX },
			       .bytes = { .at = bytes, .length = length },
			       .link_type = 1 };

	memset(bytes, (int)(number & 0xFF), sizeof bytes);
	packet_ring_add(ring, &frame);
}

/* Expects consecutive numbers up to |last|, each frame with its own bytes. */
struct expected {
	uint64_t next, count;
};

static void check(void *context, const struct frame *frame)
{
	struct expected *e = context;

	ck_assert(!e->count || frame->ref.number == e->next);
	e->next = frame->ref.number + 1;
	e->count++;
	/* All bytes are the same. */
	if (frame->bytes.length) {
		ck_assert_uint_eq(frame->bytes.at[0], frame->ref.number & 0xFF);
		ck_assert_mem_eq(frame->bytes.at, frame->bytes.at + 1, frame->bytes.length - 1);
	}
}

static struct expected walk(void)
{
	struct expected e = { 0 };

	packet_ring_each(ring, check, &e);
	return e;
}

START_TEST(frames_come_back_in_order)
{
	ring = packet_ring_create(64 * 1024, NULL);
	ck_assert_uint_eq(walk().count, 0);
	for (uint64_t n = 1; n <= 20; n++)
		add(n, n * 7);
	ck_assert_uint_eq(walk().count, 20);
	ck_assert_uint_eq(walk().next, 21);
	ck_assert_uint_eq(packet_ring_lost(ring), 0);
	packet_ring_destroy(ring);
}
END_TEST

/* Whatever the lengths, the newest frames are there, without a gap, and nothing else. */
START_TEST(oldest_frames_give_way)
{
	uint32_t seed = 1;

	ring = packet_ring_create(16 * 1024, NULL);
	for (uint64_t n = 1; n <= 2000; n++) {
		struct expected e;

		seed = seed * 1664525 + 1013904223;
		add(n, (seed >> 16) % 4096);
		e = walk();
		ck_assert_uint_eq(e.next, n + 1);
		ck_assert_uint_ge(e.count, n < 2 ? n : 2);
		ck_assert_uint_eq(packet_ring_lost(ring) + e.count, n);
	}
	packet_ring_destroy(ring);
}
END_TEST

START_TEST(frame_larger_than_the_ring_is_left_out)
{
	ring = packet_ring_create(1024, NULL);
	add(1, 100);
	add(2, 2000);
	ck_assert_uint_eq(walk().next, 2);
	packet_ring_destroy(ring);
}
END_TEST

SUITE("packet_ring", frames_come_back_in_order, oldest_frames_give_way, frame_larger_than_the_ring_is_left_out)
