/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "tls_places.h"

START_TEST(test_acknowledgements_are_rounded_down_to_whole_records)
{
	struct tls_places p = { 0 };

	tls_places_add(&p, 100, 100);
	tls_places_add(&p, 150, 128);
	tls_places_add(&p, 250, 206);
	ck_assert_uint_eq(tls_places_text(&p, 100), 100);
	ck_assert_uint_eq(tls_places_text(&p, 149), 100);
	ck_assert_uint_eq(tls_places_text(&p, 150), 128);
	ck_assert_uint_eq(tls_places_text(&p, 249), 128);
	ck_assert_uint_eq(tls_places_text(&p, 250), 206);
	ck_assert_uint_eq(tls_places_text(&p, 9999), 206);
	tls_places_finish(&p);
}
END_TEST

START_TEST(test_old_places_are_forgotten_and_new_ones_stay_exact)
{
	struct tls_places p = { 0 };

	for (uint64_t i = 1; i <= 1000000; i++) {
		tls_places_add(&p, 100 * i, 70 * i);
		/* The acknowledgement is ten records behind. */
		if (i > 10)
			ck_assert_uint_eq(tls_places_text(&p, 100 * (i - 10) + 99), 70 * (i - 10));
	}
	ck_assert_uint_le(p.capacity, 2048);
	tls_places_finish(&p);
}
END_TEST

START_TEST(test_the_bound_holds_without_acknowledgements)
{
	struct tls_places p = { 0 };

	for (uint64_t i = 1; i <= 300000; i++)
		tls_places_add(&p, 100 * i, 70 * i);
	ck_assert_uint_le(p.count, TLS_PLACES_KEPT);
	ck_assert_uint_eq(tls_places_text(&p, 100 * 299999), 70 * 299999);
	tls_places_finish(&p);
}
END_TEST

SUITE("tls_places", test_acknowledgements_are_rounded_down_to_whole_records,
      test_old_places_are_forgotten_and_new_ones_stay_exact, test_the_bound_holds_without_acknowledgements)
