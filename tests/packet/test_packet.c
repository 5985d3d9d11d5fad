/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire.h"

#include "harness.h"

START_TEST(every_frame_is_counted_once)
{
	static struct catch c;
	static struct wire w;
	struct packet *p = catch_packets(&c);
	const struct packet_counters *n = packet_counters(p);
	struct frame cut = { .link_type = 1, .wire_length = 100 };

	wire_make(&w, WIRE_ETH "0800 @4");
	cut.bytes = span_of(w.bytes, 20);
	ck_assert_int_eq(catch_push(p, 1, span_of(w.bytes, w.length), 0), PACKET_SEGMENT);
	ck_assert_int_eq(packet_push(p, &cut), PACKET_TRUNCATED);
	ck_assert_int_eq(catch_push(p, 147, span_of(w.bytes, w.length), 0), PACKET_LINK_UNKNOWN);
	wire_make(&w, WIRE_ETH "0806 0001");
	ck_assert_int_eq(catch_push(p, 1, span_of(w.bytes, w.length), 0), PACKET_NO_TCP);
	wire_make(&w, WIRE_ETH "0800 6500");
	ck_assert_int_eq(catch_push(p, 1, span_of(w.bytes, w.length), 0), PACKET_INVALID);
	ck_assert_uint_eq(n->frames, 5);
	ck_assert_uint_eq(n->segments, 1);
	ck_assert_uint_eq(n->outcomes[PACKET_SEGMENT], 1);
	ck_assert_uint_eq(n->outcomes[PACKET_TRUNCATED], 1);
	ck_assert_uint_eq(n->outcomes[PACKET_LINK_UNKNOWN], 1);
	ck_assert_uint_eq(n->outcomes[PACKET_NO_TCP], 1);
	ck_assert_uint_eq(n->outcomes[PACKET_INVALID], 1);
	packet_destroy(p);
}
END_TEST

START_TEST(segment_says_which_frame)
{
	static struct catch c;
	static struct wire w;
	struct packet *p = catch_packets(&c);
	struct frame frame = { .ref = { .number = 77, .file = 3, .digits = 9, .time = 12345 },
			       .link_type = 101 };

	wire_make(&w, "@4");
	frame.bytes = span_of(w.bytes, w.length);
	packet_push(p, &frame);
	ck_assert_uint_eq(c.segment.frame.number, 77);
	ck_assert_uint_eq(c.segment.frame.file, 3);
	ck_assert_uint_eq(c.segment.frame.digits, 9);
	ck_assert_int_eq(c.segment.frame.time, 12345);
	packet_destroy(p);
}
END_TEST

START_TEST(wire_length_below_what_was_captured_is_not_believed)
{
	static struct catch c;
	static struct wire w;
	struct packet *p = catch_packets(&c);
	struct frame frame = { .link_type = 1, .wire_length = 3 };

	wire_make(&w, WIRE_ETH "0800 @4");
	frame.bytes = span_of(w.bytes, w.length);
	ck_assert_int_eq(packet_push(p, &frame), PACKET_SEGMENT);
	catch_expect(&c, 4);
	packet_destroy(p);
}
END_TEST

START_TEST(unknown_link_types_are_named_once)
{
	static struct catch c;
	struct packet *p = catch_packets(&c);
	const struct packet_unknown_link *links;
	size_t count;
	struct frame frame = { .bytes = span_of("x", 1), .wire_length = 1 };

	links = packet_unknown_links(p, &count);
	ck_assert_uint_eq(count, 0);
	for (unsigned round = 0; round < 2; round++) {
		for (int i = 0; i < 40; i++) {
			frame.ref.number++;
			frame.link_type = i == 0 ? 147 : 40000 + i;
			ck_assert_int_eq(packet_push(p, &frame), PACKET_LINK_UNKNOWN);
		}
	}
	frame.link_type = 1 << 20;
	ck_assert_int_eq(packet_push(p, &frame), PACKET_LINK_UNKNOWN);
	frame.link_type = -5;
	ck_assert_int_eq(packet_push(p, &frame), PACKET_LINK_UNKNOWN);
	links = packet_unknown_links(p, &count);
	ck_assert_uint_eq(count, PACKET_UNKNOWN_LINKS + 1);
	ck_assert_int_eq(links[0].link_type, 147);
	ck_assert_uint_eq(links[0].frames, 2);
	ck_assert_uint_eq(links[0].first.number, 1);
	ck_assert_int_eq(links[PACKET_UNKNOWN_LINKS].link_type, -1);
	ck_assert_uint_eq(links[PACKET_UNKNOWN_LINKS].frames, 82 - 2 * PACKET_UNKNOWN_LINKS);
	packet_destroy(p);
}
END_TEST

START_TEST(nesting_bomb_is_refused)
{
	static struct catch c;
	char text[4096] = WIRE_ETH;

	for (int i = 0; i < 200; i++)
		strcat(text, "8100 0001 ");
	strcat(text, "0800 @4");
	ck_assert_int_eq(catch_text(&c, 1, text), PACKET_NESTING_REFUSED);
	strcpy(text, "");
	for (int i = 0; i < 15; i++)
		strcat(text, WIRE_IP4 "04" WIRE_IP4_END);
	strcat(text, "@4");
	ck_assert_int_eq(catch_text(&c, 101, text), PACKET_NESTING_REFUSED);
	ck_assert_uint_eq(c.count, 0);
	strcpy(text, WIRE_ETH "0800");
	for (int i = 0; i < 13; i++)
		strcat(text, WIRE_IP4 "04" WIRE_IP4_END);
	strcat(text, "@4");
	ck_assert_int_eq(catch_text(&c, 1, text), PACKET_SEGMENT);
	catch_expect(&c, 4);
}
END_TEST

START_TEST(destroying_nothing)
{
	packet_destroy(NULL);
}
END_TEST

SUITE("packet", every_frame_is_counted_once, segment_says_which_frame,
      wire_length_below_what_was_captured_is_not_believed, unknown_link_types_are_named_once,
      nesting_bomb_is_refused, destroying_nothing)
