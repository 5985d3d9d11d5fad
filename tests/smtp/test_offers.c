/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "offers.h"

static struct offers read_lines(const char *const *lines, size_t count, unsigned flags)
{
	struct span spans[16];
	struct reply reply = {
		.code = 250, .lines = spans, .line_count = count, .lines_seen = count, .flags = flags, .end = 99
	};
	struct offers o = { 0 };

	for (size_t i = 0; i < count; i++)
		spans[i] = span_text(lines[i]);
	offers_read(&o, &reply);
	return o;
}

START_TEST(lookups_by_keyword)
{
	static const char *const lines[] = { "mx.example.net",	 "pipelining",	  "SIZE 10240000",
					     "AUTH PLAIN login", "AUTH=CRAM-MD5", "" };
	struct offers o = read_lines(lines, 6, 0);

	ck_assert_int_eq(o.state, OFFERS_SEEN);
	ck_assert_uint_eq(o.count, 4);
	ck_assert_uint_eq(o.end, 99);
	ck_assert_ptr_nonnull(offers_find(&o, "PIPELINING"));
	ck_assert_ptr_null(offers_find(&o, "MX.EXAMPLE.NET"));
	ck_assert_str_eq(offers_find(&o, "SIZE")->arguments, "10240000");
	ck_assert_uint_eq(offers_size_limit(&o), 10240000);
	ck_assert(offers_argument(&o, "AUTH", "LOGIN"));
	ck_assert(offers_argument(&o, "AUTH", "cram-md5"));
	ck_assert(!offers_argument(&o, "AUTH", "CRAM"));
	ck_assert(!offers_argument(&o, "SIZE", ""));
	ck_assert(offers_argument(&o, "SIZE", "10240000"));
	ck_assert_str_eq(o.lines[0], "pipelining");
	offers_finish(&o);
	ck_assert_int_eq(o.state, OFFERS_UNKNOWN);
}
END_TEST

/* The first keyword counts like the others; a reply of one line offers nothing, and that is known. */
START_TEST(the_first_and_none)
{
	static const char *const lines[] = { "mx.example.net", "AUTH PLAIN" };
	struct offers o = read_lines(lines, 2, 0);

	ck_assert(offers_argument(&o, "AUTH", "PLAIN"));
	offers_finish(&o);
	o = read_lines(lines, 1, 0);
	ck_assert_int_eq(o.state, OFFERS_SEEN);
	ck_assert_uint_eq(o.count, 0);
	offers_finish(&o);
}
END_TEST

START_TEST(a_reply_that_is_not_whole_offers_nothing_for_sure)
{
	static const char *const lines[] = { "mx.example.net", "SIZE" };
	struct offers o = read_lines(lines, 2, REPLY_TRUNCATED);

	ck_assert_int_eq(o.state, OFFERS_UNKNOWN);
	ck_assert_uint_eq(o.count, 1);
	ck_assert_uint_eq(offers_size_limit(&o), 0);
	offers_finish(&o);
}
END_TEST

START_TEST(numbers_do_not_wrap_around)
{
	static const struct {
		const char *digits;
		uint64_t value;
	} cases[] = {
		{ NULL, 0 },
		{ "", 0 },
		{ "x1", 0 },
		{ "12x3", 12 },
		{ "0009", 9 },
		{ "18446744073709551614", UINT64_MAX - 1 },
		{ "18446744073709551615", UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX },
		{ "99999999999999999999999", UINT64_MAX },
		{ "18446744073709551620", UINT64_MAX },
		{ "1234567890123456789", 1234567890123456789 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_uint_eq(offers_number(cases[i].digits), cases[i].value);
}
END_TEST

START_TEST(helo_offers_nothing)
{
	static const char *const lines[] = { "mx.example.net" };
	struct reply reply = { .code = 250 };
	struct offers o = read_lines(lines, 1, 0);

	ck_assert_int_eq(o.state, OFFERS_SEEN);
	offers_none(&o, &reply);
	ck_assert_int_eq(o.state, OFFERS_NONE);
	offers_finish(&o);
}
END_TEST

SUITE("offers", lookups_by_keyword, the_first_and_none, a_reply_that_is_not_whole_offers_nothing_for_sure,
      numbers_do_not_wrap_around, helo_offers_nothing)
