/* SPDX-License-Identifier: BSD-2-Clause */
#include "alignment.h"

#include "harness.h"
#include "made_sighting.h"

/* Aligns the captures and frees them. Returns how many pairs there are; |numbers|: of the sessions of each pair; |by| of the last one. */
static size_t align(struct made_capture *a, struct made_capture *b, uint64_t numbers[MADE_SESSIONS][2],
		    enum aligned_by *by)
{
	struct alignment l = { 0 };
	size_t count;

	ck_assert(alignment_find(&l, &a->sightings, &b->sightings));
	count = l.count;
	for (size_t i = 0; i < count; i++) {
		numbers[i][0] = l.list[i].a->marks.number;
		numbers[i][1] = l.list[i].b->marks.number;
		*by = l.list[i].by;
		ck_assert(l.list[i].a->partner == l.list[i].b && l.list[i].b->partner == l.list[i].a);
	}
	alignment_finish(&l);
	made_capture_finish(a);
	made_capture_finish(b);
	return count;
}

static struct sighting *greeted(unsigned number, tstamp time, const char *greeting)
{
	struct sighting *s = made_session(number);

	made_line(s, DIR_SERVER, time, greeting);
	return s;
}

static void place_like(struct sighting *s, const struct sighting *other)
{
	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++)
		s->marks.side[d].sender = other->marks.side[d].sender;
}

START_TEST(first_sequence_numbers_pair)
{
	struct made_capture a = { 0 }, b = { 0 };
	uint64_t numbers[MADE_SESSIONS][2];
	enum aligned_by by;

	for (unsigned i = 1; i <= 4; i++) {
		struct sighting *s = made_session(i), *t = made_session(9 - i);

		made_place(t, s->marks.side[DIR_CLIENT].first_seq, s->marks.side[DIR_SERVER].first_seq);
		made_handshake(s, i);
		made_handshake(t, i);
		made_capture_add(&a, s);
		made_capture_add(&b, t);
	}
	ck_assert_uint_eq(align(&a, &b, numbers, &by), 4);
	ck_assert_int_eq(by, ALIGNED_BY_SEQUENCE);
	for (size_t i = 0; i < 4; i++)
		ck_assert(numbers[i][0] == i + 1 && numbers[i][1] == 8 - i);
}
END_TEST

START_TEST(lone_syn_pairs_between_the_same_endpoints)
{
	struct made_capture a = { 0 }, b = { 0 };
	struct sighting *s = made_session(1), *t = made_session(1);
	uint64_t numbers[MADE_SESSIONS][2];
	enum aligned_by by;

	made_bare(s, DIR_CLIENT, 0, TCP_SYN, 99, 0);
	made_handshake(t, 5);
	t->side[DIR_CLIENT].syn.seq = 99;
	made_capture_add(&a, s);
	made_capture_add(&b, t);
	ck_assert_uint_eq(align(&a, &b, numbers, &by), 1);
	ck_assert_int_eq(by, ALIGNED_BY_SEQUENCE);
}
END_TEST

START_TEST(same_endpoints_and_lines_are_not_enough)
{
	struct made_capture a = { 0 }, b = { 0 };
	struct sighting *s = greeted(1, 0, "220 mx.example.net ready"),
			*t = greeted(2, 0, "220 mx.example.net ready");
	uint64_t numbers[MADE_SESSIONS][2];
	enum aligned_by by;

	place_like(t, s);
	made_capture_add(&a, s);
	made_capture_add(&b, t);
	ck_assert_uint_eq(align(&a, &b, numbers, &by), 0);
}
END_TEST

START_TEST(identifier_pairs_behind_a_nat)
{
	struct made_capture a = { 0 }, b = { 0 };
	uint64_t numbers[MADE_SESSIONS][2];
	enum aligned_by by;

	for (unsigned i = 1; i <= 3; i++) {
		struct sighting *s = greeted(i, i, "220 mx.example.net ready"),
				*t = greeted(9 - i, i, "220 mx.example.net ready");
		char text[64];

		snprintf(text, sizeof text, "250 queued as 4ABC123%u", i);
		made_line(s, DIR_SERVER, i + 1, text);
		made_line(t, DIR_SERVER, i + 1, text);
		made_capture_add(&a, s);
		made_capture_add(&b, t);
	}
	ck_assert_uint_eq(align(&a, &b, numbers, &by), 3);
	ck_assert_int_eq(by, ALIGNED_BY_CONTENT);
	for (size_t i = 0; i < 3; i++)
		ck_assert(numbers[i][0] == i + 1 && numbers[i][1] == 8 - i);
}
END_TEST

START_TEST(lines_found_in_two_sessions_pair_neither)
{
	struct made_capture a = { 0 }, b = { 0 };
	struct sighting *s = greeted(1, 0, "220 mx"), *t = greeted(2, 0, "220 mx"),
			*u = greeted(3, 0, "220 mx");
	uint64_t numbers[MADE_SESSIONS][2];
	enum aligned_by by;

	made_line(s, DIR_SERVER, 1, "250 queued as 4ABC1234");
	made_line(s, DIR_SERVER, 2, "250 queued as 5ABC1234");
	made_line(t, DIR_SERVER, 1, "250 queued as 4ABC1234");
	made_line(u, DIR_SERVER, 1, "250 queued as 5ABC1234");
	made_capture_add(&a, s);
	made_capture_add(&b, t);
	made_capture_add(&b, u);
	ck_assert_uint_eq(align(&a, &b, numbers, &by), 0);
}
END_TEST

/*
 * Aligns |count| sessions that are all alike with as many, and |more|, that begin at the same intervals, except that the second one is |gap|
 * late. Returns how many pairs there are.
 */
static size_t align_alike(unsigned count, tstamp gap, unsigned more, enum aligned_by *by)
{
	struct made_capture a = { 0 }, b = { 0 };
	uint64_t numbers[MADE_SESSIONS][2];
	size_t pairs;

	for (unsigned i = 0; i < count; i++)
		made_capture_add(&a, greeted(i + 1, i * TSTAMP_SECOND, "220 mx"));
	for (unsigned i = 0; i < count + more; i++)
		made_capture_add(&b, greeted(i + 8, i * TSTAMP_SECOND + (i == 1 ? gap : 0), "220 mx"));
	pairs = align(&a, &b, numbers, by);
	for (size_t i = 0; i < pairs; i++)
		ck_assert(numbers[i][0] == i + 1 && numbers[i][1] == i + 8);
	return pairs;
}

START_TEST(sessions_that_are_alike_pair_in_their_order)
{
	tstamp drift = 100 * TSTAMP_MILLISECOND;
	enum aligned_by by;

	ck_assert_uint_eq(align_alike(3, drift, 0, &by), 3);
	ck_assert_int_eq(by, ALIGNED_BY_ORDER);
	ck_assert_uint_eq(align_alike(3, -drift, 0, &by), 3);
	ck_assert_uint_eq(align_alike(3, drift + 1, 0, &by), 0);
	ck_assert_uint_eq(align_alike(3, -drift - 1, 0, &by), 0);
	ck_assert_uint_eq(align_alike(2, 0, 0, &by), 0);
	ck_assert_uint_eq(align_alike(3, 0, 1, &by), 0);
}
END_TEST

/* A capture of sessions that show little; made twice, the captures are identical. */
static void fill(struct made_capture *c)
{
	struct sighting *s = made_session(1), *t = made_session(2), *u = made_session(3), *v = made_session(4);

	made_bare(s, DIR_SERVER, 5, TCP_ACK, 10, 20);
	made_bare(t, DIR_CLIENT, 6, TCP_ACK | TCP_FIN, 20, 11);
	made_bare(u, DIR_CLIENT, 7, TCP_ACK, 500, 600);
	made_line(v, DIR_SERVER, 8, "221 Bye");
	/* Two sessions without a line, one after the other between the same endpoints. */
	place_like(u, t);
	made_capture_add(c, s);
	made_capture_add(c, t);
	made_capture_add(c, u);
	made_capture_add(c, v);
}

START_TEST(identical_captures_pair)
{
	struct made_capture a = { 0 }, b = { 0 };
	uint64_t numbers[MADE_SESSIONS][2];
	enum aligned_by by;

	fill(&a);
	fill(&b);
	ck_assert_uint_eq(align(&a, &b, numbers, &by), 4);
	ck_assert_int_eq(by, ALIGNED_BY_ADDRESSES);
	for (size_t i = 0; i < 4; i++)
		ck_assert(numbers[i][0] == i + 1 && numbers[i][1] == i + 1);
}
END_TEST

START_TEST(user_pairs_what_nothing_else_does)
{
	struct made_capture a = { 0 }, b = { 0 };
	struct alignment l = { 0 };

	ck_assert(alignment_force(&l, &a.sightings, &b.sightings));
	ck_assert_uint_eq(l.count, 0);
	alignment_finish(&l);
	made_capture_add(&a, greeted(1, 0, "220 one"));
	made_capture_add(&b, greeted(2, 0, "220 other"));
	ck_assert(alignment_force(&l, &a.sightings, &b.sightings));
	ck_assert(l.count == 1 && l.list[0].by == ALIGNED_BY_USER && a.list[0]->partner == b.list[0]);
	alignment_finish(&l);
	made_capture_finish(&a);
	made_capture_finish(&b);
}
END_TEST

SUITE("alignment", first_sequence_numbers_pair, lone_syn_pairs_between_the_same_endpoints,
      same_endpoints_and_lines_are_not_enough, identifier_pairs_behind_a_nat,
      lines_found_in_two_sessions_pair_neither, sessions_that_are_alike_pair_in_their_order,
      identical_captures_pair, user_pairs_what_nothing_else_does)
