/* SPDX-License-Identifier: BSD-2-Clause */
#include "lately.h"

#include "harness.h"

static struct account account;
static struct lately lately;

static struct endpoint endpoint(const char *addr, uint16_t port)
{
	struct endpoint e = { .port = port };

	ck_assert(addr_parse(&e.addr, addr));
	return e;
}

static void start(void)
{
	account = (struct account){ .limit = SIZE_MAX };
	ck_assert(lately_init(&lately, &account));
}

static void finish(void)
{
	lately_finish(&lately);
	ck_assert_uint_eq(account.used, 0);
	account_finish(&account);
}

START_TEST(both_directions_have_one_place)
{
	struct endpoint a = endpoint("192.0.2.1", 40000), b = endpoint("198.51.100.2", 25);
	struct endpoint c = endpoint("2001:db8::1", 40000), d = endpoint("2001:db8::2", 25);

	start();
	ck_assert_ptr_eq(lately_place(&lately, lately_key(&a, &b)), lately_place(&lately, lately_key(&b, &a)));
	ck_assert_ptr_eq(lately_place(&lately, lately_key(&c, &d)), lately_place(&lately, lately_key(&d, &c)));
	ck_assert_ptr_null(*lately_place(&lately, lately_key(&a, &b)));
	finish();
}
END_TEST

/* Clients of one host use consecutive ports: most must have a place of their own, also after the table has grown. */
START_TEST(places_grow_with_the_connections)
{
	struct endpoint client = endpoint("192.0.2.1", 0), server = endpoint("198.51.100.2", 25);
	unsigned own = 0;

	start();
	for (size_t count = 1; count <= 60000; count++) {
		struct connection **place;

		client.port = (uint16_t)(1000 + count);
		lately_grow(&lately, count);
		place = lately_place(&lately, lately_key(&client, &server));
		ck_assert(place >= lately.places);
		ck_assert(place < lately.places + ((size_t)1 << lately.bits));
		own += !*place;
		*place = (struct connection *)(void *)&lately;
	}
	ck_assert_uint_ge((size_t)1 << lately.bits, 60000);
	ck_assert_uint_gt(own, 45000);
	lately_grow(&lately, SIZE_MAX);
	lately_grow(&lately, SIZE_MAX);
	lately_grow(&lately, SIZE_MAX);
	ck_assert_uint_eq(lately.bits, LATELY_MOST);
	ck_assert_ptr_null(*lately_place(&lately, lately_key(&client, &server)));
	ck_assert_uint_ge(account.used, sizeof(*lately.places) << LATELY_MOST);
	finish();
}
END_TEST

SUITE("stream/lately", both_directions_have_one_place, places_grow_with_the_connections)
