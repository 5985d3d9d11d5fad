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

START_TEST(reached_from_everywhere)
{
	static const char *const near[] = { "10.1.2.3",	  "127.0.0.1",	   "172.31.255.255", "192.168.0.1",
					    "192.0.2.10", "198.51.100.25", "100.127.0.1",    "198.19.0.1",
					    "::1",	  "fd00::1",	   "fe80::1",	     "2001:db8::1" };
	static const char *const far[] = { "8.8.4.4",	 "172.32.0.1",	"192.0.3.1", "100.128.0.1",
					   "198.20.0.1", "2001:db9::1", "2a00::1" };
	struct addr a = { 0 };

	ck_assert(!addr_is_global(&a));
	for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
		ck_assert(addr_parse(&a, near[i]));
		ck_assert_msg(!addr_is_global(&a), "%s", near[i]);
	}
	for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
		ck_assert(addr_parse(&a, far[i]));
		ck_assert_msg(addr_is_global(&a), "%s", far[i]);
	}
}
END_TEST

SUITE("addr", text_round_trip, no_address, versions_differ, reached_from_everywhere)
