/* SPDX-License-Identifier: BSD-2-Clause */
/* A packet that was captured twice is not a retransmission. */
#include "harness.h"
#include "tap.h"

static struct tap tap;

static void start(const struct stream_config *config)
{
	tap_init(&tap, config);
	tap_handshake(&tap);
	ck_assert_str_eq(tap_log(&tap), "open syn:C synack:S est");
}

static void expect(const char *log)
{
	ck_assert_str_eq(tap_log(&tap), log);
}

START_TEST(test_captured_twice)
{
	struct segment g;

	start(NULL);
	g = tap_segment(&tap, DIR_SERVER, 0, 0, TCP_ACK, "abc");
	stream_push(tap.stream, &g);
	g.frame.number++;
	g.frame.time += 1000;
	g.ttl--;
	stream_push(tap.stream, &g);
	expect("S@0'abc'^0");
	ck_assert_uint_eq(tap.session[0].flow->side[DIR_SERVER].retransmissions, 0);
	/* The same bytes much later, or with another identification, are a retransmission. */
	g.frame.time += TSTAMP_SECOND;
	stream_push(tap.stream, &g);
	g.frame.time += TSTAMP_SECOND;
	g.ip_id++;
	stream_push(tap.stream, &g);
	ck_assert_uint_eq(tap.session[0].flow->side[DIR_SERVER].retransmissions, 2);
	tap_finish(&tap);
}
END_TEST

/* How many retransmissions count if the same packet is captured again |later|. */
static uint64_t again(tstamp later)
{
	struct segment g;
	uint64_t count;

	start(NULL);
	g = tap_segment(&tap, DIR_SERVER, 0, 0, TCP_ACK, "abc");
	stream_push(tap.stream, &g);
	g.frame.number++;
	g.frame.time += later;
	stream_push(tap.stream, &g);
	count = tap.session[0].flow->side[DIR_SERVER].retransmissions;
	tap_finish(&tap);
	return count;
}

START_TEST(test_half_a_second_is_a_retransmission)
{
	/* Times are kept in 64ths of a second. */
	ck_assert_uint_eq(again(TSTAMP_SECOND / 2 - TSTAMP_SECOND / 64), 0);
	ck_assert_uint_eq(again(TSTAMP_SECOND / 2 + TSTAMP_SECOND / 64), 1);
}
END_TEST

SUITE("stream/duplicate", test_captured_twice, test_half_a_second_is_a_retransmission)
