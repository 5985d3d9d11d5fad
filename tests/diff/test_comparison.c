/* SPDX-License-Identifier: BSD-2-Clause */
#include "comparison.h"

#include "harness.h"
#include "made_sighting.h"

/* When the lines of a session pass a point, in milliseconds; -1: they are not captured. */
struct times {
	int client[2], server[2];
};

static struct sighting *make(const struct times *t, uint8_t client_ttl)
{
	static const char *const texts[] = { "EHLO a\r\n", "NOOP\r\n", "220 mx\r\n", "250 Ok\r\n" };
	struct sighting *s = made_session(1);

	for (int i = 0; i < 2; i++) {
		if (t->client[i] >= 0)
			made_segment(s, DIR_CLIENT, t->client[i] * TSTAMP_MILLISECOND, i * 8, texts[i]);
		if (t->server[i] >= 0)
			made_segment(s, DIR_SERVER, t->server[i] * TSTAMP_MILLISECOND, i * 8, texts[2 + i]);
	}
	s->side[DIR_CLIENT].ttl_low = s->side[DIR_CLIENT].ttl_high = client_ttl;
	return s;
}

/* Compares the captures, and frees them. Returns which one is nearer; -1: unknown. */
static int compare(const struct times *a, const struct times *b, uint8_t ttl, struct clock_offset *clock)
{
	struct aligned pair = { make(a, 64), make(b, ttl), ALIGNED_BY_SEQUENCE };
	struct comparison *c = malloc(sizeof *c);
	int nearer;

	ck_assert_ptr_nonnull(c);
	ck_assert(comparison_begin(c, &pair));
	*clock = c->clock;
	nearer = c->nearer;
	comparison_finish(c);
	free(c);
	sighting_destroy(pair.a);
	sighting_destroy(pair.b);
	return nearer;
}

static void assert_offset(const struct clock_offset *o, int low, int high)
{
	ck_assert(o->known);
	ck_assert_int_eq(o->low, low * TSTAMP_MILLISECOND);
	ck_assert_int_eq(o->high, high * TSTAMP_MILLISECOND);
}

START_TEST(delays_limit_the_offset)
{
	/* The second clock is 100 ms ahead; 3 to 5 ms to the server, 2 to 4 ms back. */
	struct times client = { .client = { 10, 30 }, .server = { 20, 40 } },
		     server = { .client = { 113, 135 }, .server = { 118, 136 } };
	struct clock_offset o;

	ck_assert_int_eq(compare(&client, &server, 64, &o), 0);
	assert_offset(&o, 98, 103);
	ck_assert_int_eq(compare(&server, &client, 64, &o), 1);
	assert_offset(&o, -103, -98);
}
END_TEST

START_TEST(pure_shift_is_the_offset_in_either_order)
{
	struct times one = { .client = { 10, 30 }, .server = { 20, 40 } },
		     other = { .client = { 3260, 3280 }, .server = { 3270, 3290 } };
	struct clock_offset o;

	ck_assert_int_eq(compare(&one, &other, 64, &o), -1);
	assert_offset(&o, 3250, 3250);
	ck_assert_int_eq(compare(&other, &one, 64, &o), -1);
	assert_offset(&o, -3250, -3250);
	ck_assert_int_eq(compare(&one, &one, 64, &o), -1);
	assert_offset(&o, 0, 0);
}
END_TEST

START_TEST(delays_that_vary_limit_nothing_without_an_order)
{
	struct times one = { .client = { 10, 30 }, .server = { 20, 40 } },
		     client = { .client = { 110, 131 }, .server = { 120, 140 } },
		     server = { .client = { 110, 130 }, .server = { 120, 141 } };
	struct clock_offset o;

	/* Only one of the orders is possible. That it is the right one is not known. */
	ck_assert_int_eq(compare(&one, &client, 64, &o), -1);
	ck_assert(!o.known);
	ck_assert_int_eq(compare(&one, &server, 64, &o), -1);
	ck_assert(!o.known);
	/* The TTL knows the order. */
	ck_assert_int_eq(compare(&one, &client, 60, &o), 0);
	assert_offset(&o, 100, 100);
	ck_assert_int_eq(compare(&client, &one, 68, &o), 1);
	assert_offset(&o, -100, -100);
}
END_TEST

START_TEST(one_direction_does_not_limit_the_offset)
{
	struct times one = { .client = { 10, 30 }, .server = { -1, -1 } },
		     other = { .client = { 110, 130 }, .server = { 120, 140 } };
	struct clock_offset o;

	ck_assert_int_eq(compare(&one, &other, 64, &o), -1);
	ck_assert(!o.known);
	ck_assert_int_eq(compare(&one, &other, 60, &o), 0);
	ck_assert(!o.known);
}
END_TEST

START_TEST(contradictions_leave_it_unknown)
{
	struct times client = { .client = { 10, 30 }, .server = { 20, 40 } },
		     server = { .client = { 113, 135 }, .server = { 118, 136 } },
		     drifting = { .client = { 110, 140 }, .server = { 120, 150 } };
	struct clock_offset o;

	/* The TTL says that the second capture is nearer to the client, the delays that the first one is. */
	ck_assert_int_eq(compare(&client, &server, 70, &o), -1);
	ck_assert(!o.known);
	/* The TTL says which one is nearer. With any offset, some packets arrive before they were sent. */
	ck_assert_int_eq(compare(&client, &drifting, 60, &o), 0);
	ck_assert(!o.known);
}
END_TEST

SUITE("comparison", delays_limit_the_offset, pure_shift_is_the_offset_in_either_order,
      delays_that_vary_limit_nothing_without_an_order, one_direction_does_not_limit_the_offset,
      contradictions_leave_it_unknown)
