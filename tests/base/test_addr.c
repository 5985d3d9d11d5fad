/* SPDX-License-Identifier: BSD-2-Clause */
#include "addr.h"

#include "harness.h"

START_TEST(text_round_trip)
{
	static const char *const texts[] = { "192.0.2.7", "2001:db8::1", "::", "0.0.0.0" };
	char text[ADDR_TEXT_SIZE];

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct addr a;

		ck_assert(addr_parse(&a, texts[i]));
		addr_format(text, &a);
		ck_assert_str_eq(text, texts[i]);
	}
}
END_TEST

START_TEST(no_address)
{
	struct addr a = { 0 };
	char text[ADDR_TEXT_SIZE];

	ck_assert(!addr_parse(&a, "mail.example.org"));
	addr_format(text, &a);
	ck_assert_str_eq(text, "none");
}
END_TEST

START_TEST(versions_differ)
{
	struct endpoint a = { .port = 25 }, b = { .port = 25 };

	ck_assert(addr_parse(&a.addr, "0.0.0.0"));
	ck_assert(addr_parse(&b.addr, "::"));
	ck_assert(!endpoint_equal(&a, &b));
	b = a;
	ck_assert(endpoint_equal(&a, &b));
	b.port = 587;
	ck_assert(!endpoint_equal(&a, &b));
}
END_TEST

SUITE("addr", text_round_trip, no_address, versions_differ)
