/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire.h"

#include "harness.h"

#define SYN "4500 L4 0007 0000 40 06 0000 0a000001 0a000002 c001 0019 00000001 00000000 "

START_TEST(options_of_a_syn)
{
	static struct catch c;
	const struct segment_options *o = &c.segment.options;

	ck_assert_int_eq(
	    catch_text(&c, 101, SYN "a002 faf0 0000 0000 0204 05b4 0402 080a 11223344 00000000 01 030307"),
	    PACKET_SEGMENT);
	ck_assert_uint_eq(c.segment.flags, TCP_SYN);
	ck_assert(o->has_mss && o->mss == 1460);
	ck_assert(o->sack_permitted);
	ck_assert(o->has_timestamp && o->timestamp_value == 0x11223344 && o->timestamp_echo == 0);
	ck_assert(o->has_window_scale && o->window_scale == 7);
	ck_assert_uint_eq(o->sack_count, 0);
	ck_assert_uint_eq(c.segment.payload_length, 0);
}
END_TEST

START_TEST(usual_timestamp)
{
	static struct catch c;
	const struct segment_options *o = &c.segment.options;

	ck_assert_int_eq(catch_text(&c, 101, SYN "8010 faf0 0000 0000 0101 080a 11223344 55667788 \"hi\""),
			 PACKET_SEGMENT);
	ck_assert(o->has_timestamp && o->timestamp_value == 0x11223344 && o->timestamp_echo == 0x55667788);
	ck_assert(!o->has_mss && !o->has_window_scale && !o->sack_permitted);
	ck_assert(span_equal(c.segment.payload, span_text("hi")));
}
END_TEST

START_TEST(sack_blocks)
{
	static struct catch c;
	const struct segment_options *o = &c.segment.options;

	ck_assert_int_eq(
	    catch_text(&c, 101,
		       SYN "b010 faf0 0000 0000 0101 0512 00000010 00000020 00000030 00000040 0000 0000"),
	    PACKET_SEGMENT);
	ck_assert_uint_eq(o->sack_count, 2);
	ck_assert(o->sack[0].left == 0x10 && o->sack[0].right == 0x20);
	ck_assert(o->sack[1].left == 0x30 && o->sack[1].right == 0x40);
}
END_TEST

START_TEST(malformed_options_are_none_and_harm_nobody)
{
	static struct catch c;
	const struct segment_options *o = &c.segment.options;

	/* MSS with length 3; the timestamp after it still counts. */
	ck_assert_int_eq(catch_text(&c, 101, SYN "9010 faf0 0000 0000 020305 080a 00000001 00000002 010101"),
			 PACKET_SEGMENT);
	ck_assert(!o->has_mss && o->has_timestamp);
	/* Lengths of 0, 1 and beyond the header end the parsing. */
	ck_assert_int_eq(catch_text(&c, 101, SYN "7010 faf0 0000 0000 0200 05b4 03030701"), PACKET_SEGMENT);
	ck_assert(!o->has_mss && !o->has_window_scale);
	ck_assert_int_eq(catch_text(&c, 101, SYN "6010 faf0 0000 0000 01 fe01 01"), PACKET_SEGMENT);
	ck_assert_int_eq(catch_text(&c, 101, SYN "6010 faf0 0000 0000 01 080a 00 \"payload\""), PACKET_SEGMENT);
	ck_assert(!o->has_timestamp);
	ck_assert_uint_eq(c.segment.payload_length, 7);
	/* RFC 7323 2.3: treat values above 14 as 14. */
	ck_assert_int_eq(catch_text(&c, 101, SYN "6010 faf0 0000 0000 03 03 ff 00"), PACKET_SEGMENT);
	ck_assert(o->has_window_scale && o->window_scale == 14);
	/* Bytes after the end of options are not options. */
	ck_assert_int_eq(catch_text(&c, 101, SYN "7010 faf0 0000 0000 00 0204 05b4 010101"), PACKET_SEGMENT);
	ck_assert(!o->has_mss);
}
END_TEST

START_TEST(options_do_not_leak_into_the_next_segment)
{
	static struct catch c;
	static struct wire w;
	struct packet *p = catch_packets(&c);

	wire_make(&w, SYN "6002 faf0 0000 0000 0204 05b4");
	catch_push(p, 101, span_of(w.bytes, w.length), 0);
	ck_assert(c.segment.options.has_mss);
	wire_make(&w, SYN "5010 faf0 0000 0000");
	catch_push(p, 101, span_of(w.bytes, w.length), 0);
	ck_assert(!c.segment.options.has_mss && c.segment.options.mss == 0);
	packet_destroy(p);
}
END_TEST

START_TEST(header_length_out_of_bounds_is_invalid)
{
	static struct catch c;

	ck_assert_int_eq(catch_text(&c, 101, SYN "4010 faf0 0000 0000 \"data\""), PACKET_INVALID);
	ck_assert_int_eq(catch_text(&c, 101, SYN "f010 faf0 0000 0000 \"data\""), PACKET_INVALID);
	ck_assert_uint_eq(c.count, 0);
}
END_TEST

START_TEST(header_cut_in_its_options_still_tells_the_lengths)
{
	static struct catch c;
	static struct wire w;
	struct packet *p = catch_packets(&c);
	struct frame frame = { .link_type = 101 };

	wire_make(&w, SYN "8010 faf0 0000 0000 0101 080a 11223344 55667788 \"hello\"");
	frame.bytes = span_of(w.bytes, w.length - 5 - 8);
	frame.wire_length = (uint32_t)w.length;
	ck_assert_int_eq(packet_push(p, &frame), PACKET_SEGMENT);
	ck_assert_uint_eq(c.segment.payload.length, 0);
	ck_assert_uint_eq(c.segment.payload_length, 5);
	ck_assert(!c.segment.options.has_timestamp);
	packet_destroy(p);
}
END_TEST

SUITE("tcp", options_of_a_syn, usual_timestamp, sack_blocks, malformed_options_are_none_and_harm_nobody,
      options_do_not_leak_into_the_next_segment, header_length_out_of_bounds_is_invalid,
      header_cut_in_its_options_still_tells_the_lengths)
