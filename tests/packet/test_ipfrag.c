/* SPDX-License-Identifier: BSD-2-Clause */
#include "ipfrag.h"

#include "wire.h"

#include "harness.h"

static const uint64_t secret[2] = { 5, 6 };
static const struct ipfrag_limits usual = { .datagrams = 16, .memory = 1 << 20, .time = 30 * TSTAMP_SECOND };

/* Letters a, b, c..., one per unit of 8 bytes, so that the position of each byte is visible. */
static void letters(uint8_t *to, size_t length)
{
	for (size_t i = 0; i < length; i++)
		to[i] = (uint8_t)('a' + i / 8 % 26);
}

static struct ipfrag_piece piece(uint32_t id, uint32_t offset, size_t length, bool more, const uint8_t *bytes)
{
	return (struct ipfrag_piece){ .key = { .id = id, .version = 4, .protocol = 6 },
				      .offset = offset,
				      .more = more,
				      .protocol = 6,
				      .wire = length,
				      .bytes = span_of(bytes + offset, length) };
}

static void expect_letters(const struct ipfrag_whole *whole, size_t length)
{
	uint8_t expected[1024];

	letters(expected, length);
	ck_assert_uint_eq(whole->wire, length);
	ck_assert(span_equal(whole->bytes, span_of(expected, length)));
	ck_assert_uint_eq(whole->protocol, 6);
}

START_TEST(all_orders_of_four_fragments)
{
	uint8_t bytes[100];
	static const struct {
		uint32_t offset;
		size_t length;
	} parts[4] = { { 0, 16 }, { 16, 40 }, { 56, 32 }, { 88, 12 } };
	struct ipfrag f;

	letters(bytes, sizeof bytes);
	ck_assert(ipfrag_init(&f, &usual, secret));
	for (unsigned order = 0; order < 256; order++) {
		const unsigned turn[4] = { order & 3, order >> 2 & 3, order >> 4 & 3, order >> 6 & 3 };
		struct ipfrag_whole whole;

		if ((1u << turn[0] | 1u << turn[1] | 1u << turn[2] | 1u << turn[3]) != 15)
			continue;
		for (unsigned i = 0; i < 4; i++) {
			struct ipfrag_piece next =
			    piece(order, parts[turn[i]].offset, parts[turn[i]].length, turn[i] != 3, bytes);

			ck_assert_int_eq(ipfrag_push(&f, &next, &whole),
					 i == 3 ? IPFRAG_COMPLETE : IPFRAG_HELD);
		}
		expect_letters(&whole, sizeof bytes);
		ipfrag_release(&f);
	}
	ck_assert_uint_eq(f.complete_count, 24);
	ck_assert_uint_eq(f.lost_count, 0);
	ck_assert_uint_eq(f.waiting.count, 0);
	ipfrag_finish(&f);
	ck_assert_uint_eq(f.memory, 0);
}
END_TEST

START_TEST(first_copy_wins)
{
	uint8_t bytes[64], other[64];
	struct ipfrag f;
	struct ipfrag_whole whole;
	struct ipfrag_piece next;

	letters(bytes, sizeof bytes);
	memset(other, '!', sizeof other);
	ck_assert(ipfrag_init(&f, &usual, secret));
	next = piece(1, 16, 16, true, bytes);
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_HELD);
	next = piece(1, 16, 16, true, other);
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_HELD);
	next = piece(1, 32, 32, false, bytes);
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_HELD);
	memcpy(other, bytes, 16);
	next = piece(1, 0, 40, true, other); /* new bytes at the front, contradicting bytes after them */
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_COMPLETE);
	expect_letters(&whole, 64);
	ipfrag_finish(&f);
}
END_TEST

START_TEST(impossible_fragments_are_invalid)
{
	static uint8_t bytes[70000];
	struct ipfrag f;
	struct ipfrag_whole whole;
	struct ipfrag_piece next;

	ck_assert(ipfrag_init(&f, &usual, secret));
	next = piece(1, 0, 12, true, bytes); /* not a multiple of 8, although more fragments follow */
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_INVALID);
	next = piece(1, 8, 0, false, bytes);
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_INVALID);
	next = piece(1, 65528, 8, false, bytes); /* ends after 65535 */
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_INVALID);
	ck_assert_uint_eq(f.waiting.count, 0);
	next = piece(1, 16, 16, false, bytes);
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_HELD);
	next = piece(1, 16, 24, false, bytes); /* a different end */
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_INVALID);
	next = piece(1, 32, 8, true, bytes); /* after the end */
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_INVALID);
	next = piece(2, 32, 8, true, bytes);
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_HELD);
	next = piece(2, 0, 16, false, bytes); /* an end before bytes already seen */
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_INVALID);
	ipfrag_finish(&f);
}
END_TEST

START_TEST(largest_datagram)
{
	static uint8_t bytes[65536];
	struct ipfrag f;
	struct ipfrag_whole whole;

	ck_assert(ipfrag_init(&f, &usual, secret));
	for (uint32_t offset = 0; offset < 65528; offset += 8) {
		struct ipfrag_piece next = piece(1, offset, 8, true, bytes);

		ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_HELD);
	}
	{
		struct ipfrag_piece next = piece(1, 65528, 7, false, bytes);

		ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_COMPLETE);
	}
	ck_assert_uint_eq(whole.wire, 65535);
	ck_assert_uint_eq(whole.bytes.length, 65535);
	ipfrag_finish(&f);
}
END_TEST

START_TEST(cut_fragments_go_as_far_as_captured)
{
	uint8_t bytes[96];
	struct ipfrag f;
	struct ipfrag_whole whole;
	struct ipfrag_piece next;

	letters(bytes, sizeof bytes);
	ck_assert(ipfrag_init(&f, &usual, secret));
	next = piece(1, 48, 48, false, bytes);
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_HELD);
	next = piece(1, 0, 48, true, bytes);
	next.bytes.length = 20;
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_COMPLETE);
	ck_assert_uint_eq(whole.wire, 96);
	ck_assert(span_equal(whole.bytes, span_of(bytes, 16)));
	ipfrag_finish(&f);
}
END_TEST

START_TEST(flood_is_bounded)
{
	static uint8_t bytes[65536];
	const struct ipfrag_limits limits = { .datagrams = 100, .memory = 1 << 20, .time = 30 * TSTAMP_SECOND };
	struct ipfrag f;
	struct ipfrag_whole whole;

	ck_assert(ipfrag_init(&f, &limits, secret));
	for (uint32_t id = 0; id < 10000; id++) {
		struct ipfrag_piece next = piece(id, id % 8000 * 8, 8, true, bytes);

		ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_HELD);
		ck_assert_uint_le(f.memory, limits.memory);
		ck_assert_uint_le(f.waiting.count, limits.datagrams);
	}
	ck_assert_uint_eq(f.lost_count + f.waiting.count, 10000);
	ipfrag_clear(&f);
	ck_assert_uint_eq(f.memory, 0);
	ck_assert_uint_eq(f.lost_count, 10000);
	ipfrag_finish(&f);
}
END_TEST

START_TEST(no_room_at_all)
{
	static uint8_t bytes[65536];
	const struct ipfrag_limits limits = { .datagrams = 100, .memory = 8000, .time = 30 * TSTAMP_SECOND };
	struct ipfrag f;
	struct ipfrag_whole whole;
	struct ipfrag_piece next = piece(1, 32000, 8, true, bytes);

	ck_assert(ipfrag_init(&f, &limits, secret));
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_DROPPED);
	ck_assert_uint_le(f.memory, limits.memory);
	ipfrag_finish(&f);
}
END_TEST

START_TEST(too_late_is_lost)
{
	uint8_t bytes[64];
	struct ipfrag f;
	struct ipfrag_whole whole;
	struct ipfrag_piece next;

	letters(bytes, sizeof bytes);
	ck_assert(ipfrag_init(&f, &usual, secret));
	next = piece(1, 0, 32, true, bytes);
	next.time = 100 * TSTAMP_SECOND;
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_HELD);
	ipfrag_expire(&f, 130 * TSTAMP_SECOND);
	ck_assert_uint_eq(f.waiting.count, 1);
	ipfrag_expire(&f, 50 * TSTAMP_SECOND); /* a clock that steps back loses nothing */
	ipfrag_expire(&f, INT64_MIN);
	ck_assert_uint_eq(f.waiting.count, 1);
	next = piece(1, 32, 32, false, bytes);
	next.time = 131 * TSTAMP_SECOND;
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_HELD);
	ck_assert_uint_eq(f.lost_count, 1);
	ipfrag_expire(&f, INT64_MAX);
	ck_assert_uint_eq(f.waiting.count, 0);
	ck_assert_uint_eq(f.lost_count, 2);
	ipfrag_finish(&f);
}
END_TEST

/*
 * Two taps: each fragment arrives twice, and the duplicate of the last one arrives after the datagram is
 * complete.
 */
START_TEST(second_copies_do_not_spoil_the_next_datagram)
{
	uint8_t bytes[64], other[64];
	struct ipfrag f;
	struct ipfrag_whole whole;
	struct ipfrag_piece next;

	letters(bytes, sizeof bytes);
	memset(other, 'x', sizeof other);
	ck_assert(ipfrag_init(&f, &usual, secret));
	next = piece(1, 0, 32, true, bytes);
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_HELD);
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_HELD);
	next = piece(1, 32, 32, false, bytes);
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_COMPLETE);
	ipfrag_release(&f);
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_REPEATED);
	ck_assert_uint_eq(f.waiting.count, 0);
	/*
	 * The identification is reused at once (some tools give all packets the same one): a separate
	 * datagram.
	 */
	next = piece(1, 0, 32, true, other);
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_HELD);
	next = piece(1, 32, 32, false, bytes);
	ck_assert_int_eq(ipfrag_push(&f, &next, &whole), IPFRAG_COMPLETE);
	ck_assert_uint_eq(whole.bytes.at[0], 'x');
	ipfrag_finish(&f);
}
END_TEST

/* From here on, tests through the packet stage. */
#define FRAGMENT4(offset) "4500 L4 abcd " offset " 33 06 0000 c0000219 c6336407 "
#define FRAGMENT6(offset)                                                                                    \
	"60000000 l34 2c 33 20010db8000000000000000000000025 20010db8000700000000000000000007 0600 " offset  \
	" 00001234 "
#define TCP_24	 "0019 d431 01020304 0a0b0c0d 5018 1234 0000 0000 \"220 \" "
#define TCP_REST "\"mail.example ESMTP\r\n\""

static void push_pair(const char *one, const char *two, unsigned version)
{
	static struct catch c;
	static struct wire w;
	struct packet *p = catch_packets(&c);

	wire_make(&w, one);
	ck_assert_int_eq(catch_push(p, 101, span_of(w.bytes, w.length), 0), PACKET_FRAGMENT_HELD);
	wire_make(&w, two);
	ck_assert_int_eq(catch_push(p, 101, span_of(w.bytes, w.length), 0), PACKET_SEGMENT);
	catch_expect(&c, version);
	ck_assert_uint_eq(packet_counters(p)->datagrams_complete, 1);
	packet_destroy(p);
}

START_TEST(fragments_of_both_versions)
{
	push_pair(FRAGMENT4("2000") TCP_24, FRAGMENT4("0003") TCP_REST, 4);
	push_pair(FRAGMENT4("0003") TCP_REST, FRAGMENT4("2000") TCP_24, 4);
	push_pair(FRAGMENT6("0001") TCP_24, FRAGMENT6("0018") TCP_REST, 6);
	push_pair(FRAGMENT6("0018") TCP_REST, FRAGMENT6("0001") TCP_24, 6);
}
END_TEST

START_TEST(fragments_of_a_tunnel_with_fragments_inside)
{
#define OUTER(offset) "4500 L4 0099 " offset " 40 04" WIRE_IP4_END
	static struct catch c;
	static struct wire w;
	struct packet *p = catch_packets(&c);
	/* The inner first fragment (20 + 24 bytes) is itself split after 24 bytes. */
	wire_make(&w, OUTER("2000") "4500 002c abcd 2000 33 06 0000 c0000219 c6336407 0019 d431");
	ck_assert_int_eq(catch_push(p, 101, span_of(w.bytes, w.length), 0), PACKET_FRAGMENT_HELD);
	wire_make(&w, WIRE_IP4 "04" WIRE_IP4_END FRAGMENT4("0003") TCP_REST);
	ck_assert_int_eq(catch_push(p, 101, span_of(w.bytes, w.length), 0), PACKET_FRAGMENT_HELD);
	wire_make(&w, OUTER("0003") "01020304 0a0b0c0d 5018 1234 0000 0000 \"220 \"");
	ck_assert_int_eq(catch_push(p, 101, span_of(w.bytes, w.length), 0), PACKET_SEGMENT);
	catch_expect(&c, 4);
	ck_assert_uint_eq(packet_counters(p)->datagrams_complete, 2);
	packet_destroy(p);
}
END_TEST

START_TEST(what_waits_at_the_end_is_lost)
{
	static struct catch c;
	static struct wire w;
	struct packet *p = catch_packets(&c);

	wire_make(&w, FRAGMENT4("2000") TCP_24);
	ck_assert_int_eq(catch_push(p, 101, span_of(w.bytes, w.length), 10), PACKET_FRAGMENT_HELD);
	packet_flush(p, 39 * TSTAMP_SECOND);
	ck_assert_uint_eq(packet_counters(p)->datagrams_lost, 0);
	packet_flush(p, 41 * TSTAMP_SECOND);
	ck_assert_uint_eq(packet_counters(p)->datagrams_lost, 1);
	ck_assert_int_eq(catch_push(p, 101, span_of(w.bytes, w.length), 50), PACKET_FRAGMENT_HELD);
	packet_finish(p);
	ck_assert_uint_eq(packet_counters(p)->datagrams_lost, 2);
	packet_destroy(p);
}
END_TEST

START_TEST(fragments_of_what_cannot_be_tcp_are_not_held)
{
	static struct catch c;

	ck_assert_int_eq(catch_text(&c, 101, "4500 L4 abcd 2000 33 32 0000 c0000219 c6336407 0001020304050607"),
			 PACKET_NO_TCP);
}
END_TEST

SUITE("ipfrag", all_orders_of_four_fragments, first_copy_wins, impossible_fragments_are_invalid,
      largest_datagram, cut_fragments_go_as_far_as_captured, flood_is_bounded, no_room_at_all,
      too_late_is_lost, second_copies_do_not_spoil_the_next_datagram, fragments_of_both_versions,
      fragments_of_a_tunnel_with_fragments_inside, what_waits_at_the_end_is_lost,
      fragments_of_what_cannot_be_tcp_are_not_held)
