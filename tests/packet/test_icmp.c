/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire.h"

#include "harness.h"

#define FROM4	"4500 L4 0009 0000 3f 01 0000 0a0000fe c0000219 "
#define QUOTED4 "4500 05dc abcd 4000 01 06 0000 c0000219 c6336407 "
#define FROM6	"60000000 l34 3a 3f 20010db80000000000000000000000fe 20010db8000000000000000000000025 "
#define QUOTED6 "60000000 0500 06 01 20010db8000000000000000000000025 20010db8000700000000000000000007 "
#define TCP8	"0019 d431 01020304 "

static void expect_error(const struct catch *c, unsigned version, unsigned type, unsigned code, unsigned mtu)
{
	const struct segment *s = &c->segment;
	struct addr source, target, from;

	ck_assert(addr_parse(&source, version == 4 ? WIRE_SOURCE4 : WIRE_SOURCE6));
	ck_assert(addr_parse(&target, version == 4 ? WIRE_TARGET4 : WIRE_TARGET6));
	ck_assert(addr_parse(&from, version == 4 ? "10.0.0.254" : "2001:db8::fe"));
	ck_assert_uint_eq(c->count, 1);
	ck_assert_int_eq(s->kind, SEGMENT_ICMP_ERROR);
	ck_assert(addr_equal(&s->source.addr, &source) && addr_equal(&s->target.addr, &target));
	ck_assert(addr_equal(&s->icmp.from, &from));
	ck_assert_uint_eq(s->source.port, 25);
	ck_assert_uint_eq(s->target.port, 54321);
	ck_assert_uint_eq(s->seq, 0x01020304);
	ck_assert_uint_eq(s->icmp.version, version);
	ck_assert_uint_eq(s->icmp.type, type);
	ck_assert_uint_eq(s->icmp.code, code);
	ck_assert_uint_eq(s->icmp.mtu, mtu);
	ck_assert_uint_eq(s->ttl, 0x3f);
	ck_assert_uint_eq(s->payload_length, 0);
	ck_assert_uint_eq(s->flags, 0);
}

START_TEST(errors_of_icmp)
{
	static struct catch c;

	ck_assert_int_eq(catch_text(&c, 101, FROM4 "0301 0000 00000000" QUOTED4 TCP8), PACKET_ICMP_ERROR);
	expect_error(&c, 4, 3, 1, 0);
	ck_assert_int_eq(catch_text(&c, 101, FROM4 "0304 0000 00000578" QUOTED4 TCP8 "0a0b0c0d 5018"),
			 PACKET_ICMP_ERROR);
	expect_error(&c, 4, 3, 4, 1400);
	ck_assert_int_eq(catch_text(&c, 101, FROM4 "0b00 0000 00000000" QUOTED4 TCP8), PACKET_ICMP_ERROR);
	expect_error(&c, 4, 11, 0, 0);
	ck_assert_int_eq(catch_text(&c, 101, FROM4 "0c00 0000 01000000" QUOTED4 TCP8), PACKET_ICMP_ERROR);
	expect_error(&c, 4, 12, 0, 0);
}
END_TEST

START_TEST(errors_of_icmpv6)
{
	static struct catch c;

	ck_assert_int_eq(catch_text(&c, 101, FROM6 "0104 0000 00000000" QUOTED6 TCP8), PACKET_ICMP_ERROR);
	expect_error(&c, 6, 1, 4, 0);
	ck_assert_int_eq(catch_text(&c, 101, FROM6 "0200 0000 00000500" QUOTED6 TCP8), PACKET_ICMP_ERROR);
	expect_error(&c, 6, 2, 0, 1280);
	ck_assert_int_eq(
	    catch_text(&c, 101,
		       FROM6 "0300 0000 00000000"
			     "60000000 0500 00 01 20010db8000000000000000000000025 20010db8000700000000000000000007"
			     "2c00 010400000000 0600 0001 00000001" TCP8),
	    PACKET_ICMP_ERROR);
	expect_error(&c, 6, 3, 0, 0);
}
END_TEST

START_TEST(quote_with_options)
{
	static struct catch c;

	ck_assert_int_eq(
	    catch_text(&c, 101,
		       FROM4
		       "0301 0000 00000000 4600 05dc abcd 4000 01 06 0000 c0000219 c6336407 01010101" TCP8),
	    PACKET_ICMP_ERROR);
	expect_error(&c, 4, 3, 1, 0);
}
END_TEST

START_TEST(what_is_no_error_about_tcp)
{
	static struct catch c;

	ck_assert_int_eq(catch_text(&c, 101, FROM4 "0800 0000 00010001 00112233"), PACKET_NO_TCP);
	ck_assert_int_eq(catch_text(&c, 101, FROM4 "0501 0000 0a000001" QUOTED4 TCP8),
			 PACKET_NO_TCP); /* redirect */
	ck_assert_int_eq(
	    catch_text(&c, 101,
		       FROM4 "0303 0000 00000000 4500 0040 abcd 4000 01 11 0000 c0000219 c6336407" TCP8),
	    PACKET_NO_TCP);
	ck_assert_int_eq(
	    catch_text(&c, 101,
		       FROM4 "0301 0000 00000000 4500 05dc abcd 0010 01 06 0000 c0000219 c6336407" TCP8),
	    PACKET_NO_TCP); /* a later fragment has no ports */
	ck_assert_int_eq(catch_text(&c, 101, FROM6 "8700 0000 00000000 20010db8000000000000000000000001"),
			 PACKET_NO_TCP);
	ck_assert_uint_eq(c.count, 0);
}
END_TEST

START_TEST(quote_of_less_than_eight_bytes)
{
	static struct catch c;

	ck_assert_int_eq(catch_text(&c, 101, FROM4 "0301 0000 00000000" QUOTED4 "0019 d431 010203"),
			 PACKET_INVALID);
	ck_assert_int_eq(catch_text(&c, 101, FROM4 "0301 0000 00000000 3500"), PACKET_INVALID);
	ck_assert_uint_eq(c.count, 0);
}
END_TEST

START_TEST(every_cut_is_truncated)
{
	static struct catch c;
	static struct wire w;
	static const char *const texts[] = { FROM4 "0304 0000 00000578" QUOTED4 TCP8,
					     FROM6 "0200 0000 00000500" QUOTED6 TCP8 };

	for (size_t i = 0; i < 2; i++) {
		struct packet *p = catch_packets(&c);

		wire_make(&w, texts[i]);
		for (size_t captured = 0; captured < w.length; captured++) {
			struct frame frame = { .bytes = span_of(w.bytes, captured),
					       .wire_length = (uint32_t)w.length,
					       .link_type = 101 };

			ck_assert_int_eq(packet_push(p, &frame), PACKET_TRUNCATED);
		}
		packet_destroy(p);
	}
}
END_TEST

SUITE("icmp", errors_of_icmp, errors_of_icmpv6, quote_with_options, what_is_no_error_about_tcp,
      quote_of_less_than_eight_bytes, every_cut_is_truncated)
