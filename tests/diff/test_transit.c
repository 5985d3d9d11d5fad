/* SPDX-License-Identifier: BSD-2-Clause */
#include "transit.h"

#include "harness.h"

enum { SENT = 4096 };

/* A capture of one direction, made of transmissions only. */
struct seen {
	struct sighting sighting;
	struct transmission sent[SENT];
};

static struct seen *make(void)
{
	struct seen *s = calloc(1, sizeof *s);

	ck_assert_ptr_nonnull(s);
	s->sighting.sent = s->sent;
	return s;
}

static void send(struct seen *s, tstamp time, int64_t from, int64_t to)
{
	size_t i = s->sighting.sent_count++;

	ck_assert_uint_lt(i, SENT);
	s->sent[i] = (struct transmission){ .start = from,
					    .length = (uint32_t)(to - from),
					    .time = time,
					    .frame = i + 1,
					    .direction = DIR_SERVER,
					    .flags = TCP_ACK };
}

static void acknowledge(struct seen *s, tstamp time, int64_t ack, uint8_t flags)
{
	s->sent[s->sighting.sent_count++] = (struct transmission){
		.ack = ack, .has_ack = true, .time = time, .direction = DIR_CLIENT, .flags = flags
	};
}

static struct transit find(struct seen *a, struct seen *b, int64_t shift, int64_t until)
{
	struct sighting *const captures[] = { &a->sighting, &b->sighting };
	struct transit t;

	ck_assert(transit_find(&t, captures, DIR_SERVER, shift, until));
	return t;
}

static void drop(struct transit *t, struct seen *a, struct seen *b)
{
	transit_finish(t);
	free(a);
	free(b);
}

START_TEST(merged_segments_are_compared_by_bytes)
{
	struct seen *a = make(), *b = make();
	struct transit t;

	send(a, 10, 0, 10);
	send(a, 20, 10, 20);
	send(b, 50, 0, 20);
	t = find(a, b, 0, SIGHTING_NEVER);
	ck_assert(t.known && t.count == 2);
	ck_assert(t.list[0].from == 0 && t.list[0].to == 10 && t.list[1].from == 10 && t.list[1].to == 20);
	for (int i = 0; i < 2; i++) {
		ck_assert_uint_eq(t.list[i].captures[0].count, 1);
		ck_assert_uint_eq(t.list[i].captures[1].count, 1);
		ck_assert_int_eq(t.list[i].captures[0].first, 10 + 10 * i);
		ck_assert_int_eq(t.list[i].captures[1].first, 50);
		ck_assert_int_eq(t.list[i].captures[1].acked, TSTAMP_NONE);
	}
	drop(&t, a, b);
}
END_TEST

START_TEST(copies_and_lost_bytes_are_counted)
{
	struct seen *a = make(), *b = make();
	struct transit t;

	send(a, 10, 0, 10);
	send(a, 15, 10, 12);
	send(a, 300, 0, 10);
	send(b, 310, 0, 10);
	t = find(a, b, 0, SIGHTING_NEVER);
	ck_assert_uint_eq(t.count, 2);
	ck_assert_uint_eq(t.list[0].captures[0].count, 2);
	ck_assert(t.list[0].captures[0].first == 10 && t.list[0].captures[0].last == 300);
	ck_assert(t.list[0].captures[0].first_frame == 1 && t.list[0].captures[0].last_frame == 3);
	ck_assert_uint_eq(t.list[0].captures[1].count, 1);
	ck_assert_uint_eq(t.list[1].captures[1].count, 0);
	ck_assert_int_eq(t.list[1].captures[1].first, TSTAMP_NONE);
	drop(&t, a, b);
}
END_TEST

START_TEST(reordered_bytes_are_late)
{
	struct seen *a = make(), *b = make();
	struct transit t;

	send(a, 10, 0, 10);
	send(a, 11, 10, 20);
	send(b, 20, 10, 20);
	send(b, 21, 0, 10);
	t = find(a, b, 0, SIGHTING_NEVER);
	ck_assert(!t.list[0].captures[0].late && !t.list[1].captures[0].late);
	ck_assert(t.list[0].captures[1].late && !t.list[1].captures[1].late);
	drop(&t, a, b);
}
END_TEST

START_TEST(offsets_are_shifted)
{
	struct seen *a = make(), *b = make();
	struct transit t;

	send(a, 10, 100, 110);
	send(b, 20, 105, 115);
	t = find(a, b, 5, SIGHTING_NEVER);
	ck_assert_uint_eq(t.count, 1);
	ck_assert(t.list[0].from == 100 && t.list[0].captures[1].count == 1);
	transit_finish(&t);
	t = find(a, b, 0, SIGHTING_NEVER);
	ck_assert_uint_eq(t.count, 3);
	drop(&t, a, b);
}
END_TEST

START_TEST(shift_is_used_as_far_as_it_is_right)
{
	struct seen *a = make(), *b = make();
	struct transit t;

	send(a, 10, 0, 10);
	send(b, 10, 0, 10);
	t = find(a, b, 0, 10);
	ck_assert_uint_eq(t.count, 1);
	transit_finish(&t);
	t = find(a, b, 0, 9);
	ck_assert_uint_eq(t.count, 0);
	ck_assert(t.known);
	drop(&t, a, b);
}
END_TEST

START_TEST(acknowledged_when_the_last_byte_is)
{
	struct seen *a = make(), *b = make();
	struct transit t;

	send(a, 10, 0, 10);
	acknowledge(a, 20, 9, TCP_ACK);
	acknowledge(a, 30, 10, TCP_ACK | TCP_RST);
	acknowledge(a, 40, 10, TCP_ACK);
	send(b, 10, 5, 15);
	acknowledge(b, 50, 14, TCP_ACK);
	acknowledge(b, 60, 15, TCP_ACK);
	t = find(a, b, 5, SIGHTING_NEVER);
	ck_assert_uint_eq(t.count, 1);
	ck_assert_int_eq(t.list[0].captures[0].acked, 40);
	ck_assert_int_eq(t.list[0].captures[1].acked, 60);
	drop(&t, a, b);
}
END_TEST

/* 1024 segments of one byte, then |copies| of all bytes. */
static bool is_known_with(int copies)
{
	struct seen *a = make(), *b = make();
	struct transit t;
	bool known;

	for (int i = 0; i < 1024; i++)
		send(a, i, i, i + 1);
	for (int i = 0; i < copies; i++)
		send(a, 2000 + i, 0, 1024);
	t = find(a, b, 0, SIGHTING_NEVER);
	known = t.known;
	drop(&t, a, b);
	return known;
}

START_TEST(work_is_bounded)
{
	ck_assert_int_eq(TRANSIT_WORK, 1024 * 1024);
	ck_assert(is_known_with(1023));
	ck_assert(!is_known_with(1024));
}
END_TEST

SUITE("transit", merged_segments_are_compared_by_bytes, copies_and_lost_bytes_are_counted,
      reordered_bytes_are_late, offsets_are_shifted, shift_is_used_as_far_as_it_is_right,
      acknowledged_when_the_last_byte_is, work_is_bounded)
