/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "offers.h"

static struct offers read_shared(const char *const *lines, size_t count, unsigned flags,
				 struct offer_store *store)
{
	struct span spans[16];
	struct reply reply = {
		.code = 250, .lines = spans, .line_count = count, .lines_seen = count, .flags = flags, .end = 99
	};
	struct offers o = { 0 };

	for (size_t i = 0; i < count; i++)
		spans[i] = span_text(lines[i]);
	offers_read(&o, &reply, store, NULL);
	return o;
}

static struct offers read_lines(const char *const *lines, size_t count, unsigned flags)
{
	return read_shared(lines, count, flags, NULL);
}

/* Equal offers are kept once, as long as one of the sessions or the store needs them. */
START_TEST(equal_offers_are_shared)
{
	static const char *const lines[] = { "mx.example.net greets a", "SIZE 1", "PIPELINING" };
	static const char *const others[] = { "mx.example.net greets b", "SIZE 1", "PIPELINING" };
	static const char *const longer[] = { "mx.example.net greets b", "SIZE 12", "PIPELINING" };
	static const char *const parted[] = { "mx.example.net greets b", "SIZE 1P", "IPELINING" };
	struct offer_store store = { 0 };
	struct offers a = read_shared(lines, 3, 0, &store), b = read_shared(others, 3, 0, &store);
	struct offers c = read_shared(longer, 3, 0, &store), d = read_shared(parted, 3, 0, &store);
	struct offers e = read_shared(lines, 2, 0, &store);

	ck_assert_ptr_eq(a.lines, b.lines);
	ck_assert_ptr_ne(a.lines, c.lines);
	ck_assert_str_eq(c.lines[0], "SIZE 12");
	ck_assert_str_eq(d.lines[0], "SIZE 1P");
	ck_assert_uint_eq(e.count, 1);
	offers_finish(&a, NULL);
	offer_store_finish(&store, NULL);
	ck_assert_str_eq(b.lines[1], "PIPELINING");
	ck_assert_uint_eq(offers_size_limit(&b), 1);
	offers_finish(&b, NULL);
	offers_finish(&c, NULL);
	offers_finish(&d, NULL);
	offers_finish(&e, NULL);
}
END_TEST

/* An empty line is no offer, and a NUL byte stands for '?': neither makes two replies equal. */
START_TEST(odd_offers_are_not_mixed_up)
{
	static const char *const empty[] = { "mx", "SIZE", "" };
	static const char *const whole[] = { "mx", "SIZE" };
	static const char nul[] = "A\0B";
	struct span odd[] = { span_text("mx"), span_of((const uint8_t *)nul, 3) };
	struct reply reply = { .code = 250, .lines = odd, .line_count = 2, .lines_seen = 2 };
	struct offer_store store = { 0 };
	struct offers a = read_shared(empty, 3, 0, &store), b = read_shared(whole, 2, 0, &store), c = { 0 };

	offers_read(&c, &reply, &store, NULL);
	ck_assert_uint_eq(a.count, 1);
	ck_assert_uint_eq(b.count, 1);
	ck_assert_str_eq(c.lines[0], "A?B");
	offers_read(&c, &reply, &store, NULL);
	ck_assert_str_eq(c.lines[0], "A?B");
	offers_finish(&a, NULL);
	offers_finish(&b, NULL);
	offers_finish(&c, NULL);
	offer_store_finish(&store, NULL);
}
END_TEST

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
	offers_finish(&o, NULL);
	ck_assert_int_eq(o.state, OFFERS_UNKNOWN);
}
END_TEST

/* The first keyword counts like the others; a reply of one line offers nothing, and that is known. */
START_TEST(the_first_and_none)
{
	static const char *const lines[] = { "mx.example.net", "AUTH PLAIN" };
	struct offers o = read_lines(lines, 2, 0);

	ck_assert(offers_argument(&o, "AUTH", "PLAIN"));
	offers_finish(&o, NULL);
	o = read_lines(lines, 1, 0);
	ck_assert_int_eq(o.state, OFFERS_SEEN);
	ck_assert_uint_eq(o.count, 0);
	offers_finish(&o, NULL);
}
END_TEST

START_TEST(a_reply_that_is_not_whole_offers_nothing_for_sure)
{
	static const char *const lines[] = { "mx.example.net", "SIZE" };
	struct offers o = read_lines(lines, 2, REPLY_TRUNCATED);

	ck_assert_int_eq(o.state, OFFERS_UNKNOWN);
	ck_assert_uint_eq(o.count, 1);
	ck_assert_uint_eq(offers_size_limit(&o), 0);
	offers_finish(&o, NULL);
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
	offers_none(&o, &reply, NULL);
	ck_assert_int_eq(o.state, OFFERS_NONE);
	offers_finish(&o, NULL);
}
END_TEST

SUITE("offers", equal_offers_are_shared, odd_offers_are_not_mixed_up, lookups_by_keyword, the_first_and_none,
      a_reply_that_is_not_whole_offers_nothing_for_sure, numbers_do_not_wrap_around, helo_offers_nothing)
