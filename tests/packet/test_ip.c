/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire.h"

#include "harness.h"

#include <stdio.h>

#define ADDRESSES4 "c0000219 c6336407"
#define ADDRESSES6 "20010db8000000000000000000000025 20010db8000700000000000000000007"

START_TEST(ipv4_options_are_passed_over)
{
	static struct catch c;

	ck_assert_int_eq(catch_text(&c, 101, "4700 L4 abcd 4000 33 06 0000 " ADDRESSES4 "0101 0101 8303 0400 #"),
			 PACKET_SEGMENT);
	catch_expect(&c, 4);
}
END_TEST

START_TEST(ipv4_bad_lengths_are_invalid)
{
	static struct catch c;

	ck_assert_int_eq(catch_text(&c, 101, "4400 L4 abcd 4000 33 06 0000 " ADDRESSES4 "#"), PACKET_INVALID);
	ck_assert_int_eq(catch_text(&c, 101, "4500 0013 abcd 4000 33 06 0000 " ADDRESSES4 "#"), PACKET_INVALID);
	ck_assert_int_eq(catch_text(&c, 101, "4f00 0020 abcd 4000 33 06 0000 " ADDRESSES4 "#"), PACKET_INVALID);
	ck_assert_int_eq(catch_text(&c, 228, "5500 L4 abcd 4000 33 06 0000 " ADDRESSES4 "#"), PACKET_INVALID);
	/* There is room for the IP header, but not for the TCP header. */
	ck_assert_int_eq(catch_text(&c, 101, "4500 0027 abcd 4000 33 06 0000 " ADDRESSES4 "#"), PACKET_INVALID);
	ck_assert_uint_eq(c.count, 0);
}
END_TEST

START_TEST(length_zero_of_segmentation_offload_is_that_of_the_frame)
{
	static struct catch c;

	ck_assert_int_eq(catch_text(&c, 1, WIRE_ETH "0800 4500 0000 abcd 4000 33 06 0000 " ADDRESSES4 "#"),
			 PACKET_SEGMENT);
	catch_expect(&c, 4);
	ck_assert_int_eq(catch_text(&c, 1, WIRE_ETH "86dd 60000000 0000 06 33 " ADDRESSES6 "#"),
			 PACKET_SEGMENT);
	catch_expect(&c, 6);
}
END_TEST

START_TEST(length_on_the_wire_comes_from_the_ip_header)
{
	static struct catch c;

	/* The file says that the packet had 64 bytes on the wire, the IP header says 1040. */
	ck_assert_int_eq(catch_text(&c, 101, "4500 0410 abcd 4000 33 06 0000 " ADDRESSES4 "#"), PACKET_SEGMENT);
	ck_assert_uint_eq(c.segment.payload_length, 1000);
	ck_assert(span_equal(c.segment.payload, span_text(WIRE_PAYLOAD)));
}
END_TEST

START_TEST(ethernet_padding_is_no_payload)
{
	static struct catch c;

	ck_assert_int_eq(catch_text(&c, 1,
				    WIRE_ETH "0800 4500 0028 abcd 4000 33 06 0000 " ADDRESSES4
					     "0019 d431 01020304 0a0b0c0d 5010 1234 0000 0000 000000000000"),
			 PACKET_SEGMENT);
	ck_assert_uint_eq(c.segment.payload_length, 0);
	ck_assert_uint_eq(c.segment.payload.length, 0);
}
END_TEST

START_TEST(other_protocols_are_no_tcp)
{
	static struct catch c;

	ck_assert_int_eq(catch_text(&c, 1, WIRE_ETH "0806 0001 0800 0604 0001"), PACKET_NO_TCP);
	ck_assert_int_eq(catch_text(&c, 101, "4500 L4 abcd 4000 33 11 0000 " ADDRESSES4 "0035 0035 L6 0000 00"),
			 PACKET_NO_TCP);
	ck_assert_int_eq(catch_text(&c, 101, "60000000 0000 3b 33 " ADDRESSES6), PACKET_NO_TCP);
	ck_assert_int_eq(catch_text(&c, 1, WIRE_ETH "L0 424203 0000000000"), PACKET_NO_TCP);
	ck_assert_uint_eq(c.count, 0);
}
END_TEST

START_TEST(ipv6_extension_headers)
{
	static struct catch c;

	ck_assert_int_eq(catch_text(&c, 101,
				    "60000000 l34 00 33 " ADDRESSES6 "2b00 050200000100" /* hop by hop */
				    "3c00 0000 00000000"		 /* routing, nothing left */
				    "2c01 010c 000000000000000000000000" /* destination options */
				    "0600 0000 12345678"		 /* an atomic fragment */
				    "#"),
			 PACKET_SEGMENT);
	catch_expect(&c, 6);
}
END_TEST

START_TEST(target_is_the_end_of_the_route)
{
	static struct catch c;
	static const char next_stop[] = "20010db8000000000000000000000025 20010db8ffff000000000000ffffffff";
	char text[1024];

	/* Segment routing: the list is in reverse order. */
	snprintf(text, sizeof text,
		 "60000000 l34 2b 33 %s 0604 0401 01000000 20010db8000700000000000000000007 "
		 "20010db8ffff000000000000ffffffff #",
		 next_stop);
	ck_assert_int_eq(catch_text(&c, 101, text), PACKET_SEGMENT);
	catch_expect(&c, 6);
	snprintf(text, sizeof text,
		 "60000000 l34 2b 33 %s 0602 0201 00000000 20010db8000700000000000000000007 #", next_stop);
	ck_assert_int_eq(catch_text(&c, 101, text), PACKET_SEGMENT);
	catch_expect(&c, 6);
}
END_TEST

START_TEST(endless_extension_headers_are_refused)
{
	static struct catch c;
	char text[4096] = "60000000 l34 00 33 " ADDRESSES6;

	for (int i = 0; i < 20; i++)
		strcat(text, "0000 010400000000");
	ck_assert_int_eq(catch_text(&c, 101, text), PACKET_NESTING_REFUSED);
}
END_TEST

START_TEST(inner_packet_cannot_be_longer_than_the_outer_one)
{
	static struct catch c;

	ck_assert_int_eq(
	    catch_text(&c, 101, WIRE_IP4 "04" WIRE_IP4_END "4500 0410 abcd 4000 33 06 0000 " ADDRESSES4 "#"),
	    PACKET_INVALID);
	ck_assert_int_eq(catch_text(&c, 101, WIRE_IP4 "29" WIRE_IP4_END "60000000 0410 06 33 " ADDRESSES6 "#"),
			 PACKET_INVALID);
	/* With segmentation offload, the outer header may not state the length. */
	ck_assert_int_eq(catch_text(&c, 101, "4500 0000 0007 0000 40 04" WIRE_IP4_END "@4"), PACKET_SEGMENT);
	catch_expect(&c, 4);
}
END_TEST

SUITE("ip", ipv4_options_are_passed_over, ipv4_bad_lengths_are_invalid,
      length_zero_of_segmentation_offload_is_that_of_the_frame, length_on_the_wire_comes_from_the_ip_header,
      ethernet_padding_is_no_payload, other_protocols_are_no_tcp, ipv6_extension_headers,
      target_is_the_end_of_the_route, endless_extension_headers_are_refused,
      inner_packet_cannot_be_longer_than_the_outer_one)
