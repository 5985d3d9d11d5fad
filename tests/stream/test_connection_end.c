/* SPDX-License-Identifier: BSD-2-Clause */
/* How one connection ends: FIN, reset, refusal, silence; tested through stream_push as packets arrive. */
#include "connection.h"
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

START_TEST(test_fin_before_late_data)
{
	start(NULL);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_send(&tap, DIR_SERVER, 6, 0, TCP_ACK | TCP_FIN, "");
	tap_send(&tap, DIR_CLIENT, 0, 3, TCP_ACK | TCP_FIN, "");
	expect("S@0'220'^0 fin:C@0");
	tap_data(&tap, DIR_SERVER, 3, 0, "221");
	expect("S@3'221'^0 fin:S@6");
	ck_assert_int_eq(tap.session[0].flow->closed, FLOW_CLIENT_FIN);
	tap_finish(&tap);
}
END_TEST

START_TEST(test_fin_with_data_and_again)
{
	start(NULL);
	tap_send(&tap, DIR_SERVER, 0, 0, TCP_ACK | TCP_FIN, "221");
	tap_send(&tap, DIR_SERVER, 0, 0, TCP_ACK | TCP_FIN, "221");
	tap_send(&tap, DIR_SERVER, 3, 0, TCP_ACK | TCP_FIN, "");
	tap_send(&tap, DIR_CLIENT, 0, 4, TCP_ACK, "");
	tap_send(&tap, DIR_CLIENT, 0, 4, TCP_ACK | TCP_FIN, "");
	expect("S@0'221'^0 fin:S@3 re:S@0+3 fin:C@0");
	ck_assert_int_eq(tap.session[0].flow->closed, FLOW_SERVER_FIN);
	tap_wait(&tap, 3 * TSTAMP_SECOND);
	expect("end:closed");
	tap_finish(&tap);
}
END_TEST

START_TEST(test_simultaneous_close)
{
	start(NULL);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_send(&tap, DIR_CLIENT, 0, 3, TCP_ACK | TCP_FIN, "");
	tap_send(&tap, DIR_SERVER, 3, 0, TCP_ACK | TCP_FIN, "");
	tap_send(&tap, DIR_CLIENT, 1, 4, TCP_ACK, "");
	tap_send(&tap, DIR_SERVER, 4, 1, TCP_ACK, "");
	expect("S@0'220'^0 fin:C@0 fin:S@3");
	tap_wait(&tap, 3 * TSTAMP_SECOND);
	expect("end:closed");
	ck_assert_uint_eq(tap.session[0].last.side[0].missing + tap.session[0].last.side[1].missing, 0);
	tap_finish(&tap);
}
END_TEST

START_TEST(test_reset)
{
	start(NULL);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_send(&tap, DIR_CLIENT, 0, 3, TCP_RST, "");
	expect("S@0'220'^0 rst:C@0");
	ck_assert_int_eq(tap.session[0].flow->closed, FLOW_CLIENT_RST);
	tap_wait(&tap, 3 * TSTAMP_SECOND);
	expect("end:closed");
	tap_finish(&tap);

	/* Bytes on a reset belong to the stream: some stacks close this way. */
	start(NULL);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_send(&tap, DIR_SERVER, 3, 0, TCP_RST | TCP_ACK, "221");
	expect("S@0'220'^0 S@3'221'^0 rst:S@6");
	ck_assert_int_eq(tap.session[0].flow->closed, FLOW_SERVER_RST);
	tap_finish(&tap);
}
END_TEST

/* The numbers of a reset tell what was sent and received before it, if they are plausible. */
START_TEST(test_reset_behind_what_is_missing)
{
	start(NULL);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_send(&tap, DIR_SERVER, 6, 4, TCP_RST | TCP_ACK, "");
	expect("S@0'220'^0");
	tap_data(&tap, DIR_CLIENT, 0, 3, "QUIT");
	tap_data(&tap, DIR_SERVER, 3, 4, "221");
	expect("C@0'QUIT'^3 S@3'221'^4 rst:S@6");
	tap_finish(&tap);

	start(NULL);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_send(&tap, DIR_SERVER, 6, 4, TCP_RST | TCP_ACK, "");
	expect("S@0'220'^0");
	tap_wait(&tap, 3 * TSTAMP_SECOND);
	expect("S@3[3]^? C@0[4]^? rst:S@6");
	tap_finish(&tap);

	start(NULL);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_send(&tap, DIR_SERVER, 0x20000000, 4, TCP_RST | TCP_ACK, "");
	expect("S@0'220'^0 rst:S@3");
	tap_finish(&tap);
}
END_TEST

/* The acknowledgement of a FIN proves that it was sent. */
START_TEST(test_lost_fin)
{
	start(NULL);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_send(&tap, DIR_SERVER, 3, 1, TCP_FIN | TCP_ACK, "");
	tap_wait(&tap, 3 * TSTAMP_SECOND);
	expect("S@0'220'^0 fin:C@0 fin:S@3");
	ck_assert_int_eq(tap.session[0].flow->closed, FLOW_CLIENT_FIN);
	tap_finish(&tap);
}
END_TEST

START_TEST(test_refused)
{
	tap_init(&tap, NULL);
	tap_send(&tap, DIR_CLIENT, 0, 0, TCP_SYN, "");
	tap_send(&tap, DIR_SERVER, -1, 0, TCP_RST | TCP_ACK, "");
	expect("open syn:C rst:S@0");
	ck_assert_int_eq(tap.session[0].flow->opened, FLOW_REFUSED);
	tap_wait(&tap, 3 * TSTAMP_SECOND);
	expect("end:closed");
	tap_finish(&tap);

	/* It had received more than the SYN: everything else was lost. */
	tap_init(&tap, NULL);
	tap_send(&tap, DIR_CLIENT, 0, 0, TCP_SYN, "");
	tap_send(&tap, DIR_SERVER, 50, 20, TCP_RST | TCP_ACK, "");
	ck_assert_int_eq(tap.session[0].flow->opened, FLOW_HANDSHAKE);
	ck_assert(!flow_from_start(tap.session[0].flow));
	tap_finish(&tap);
}
END_TEST

/* All that was captured is a reset: it ends what nobody saw, at an unknown place. */
START_TEST(test_reset_alone)
{
	for (enum direction d = DIR_CLIENT; d <= DIR_SERVER; d++) {
		tap_init(&tap, NULL);
		tap_send(&tap, d, 5000, 70, TCP_RST, "");
		expect(d == DIR_CLIENT ? "open rst:C@0" : "open rst:S@0");
		tap_wait(&tap, 3 * TSTAMP_SECOND);
		expect("end:closed");
		tap_finish(&tap);
	}
}
END_TEST

START_TEST(test_unanswered)
{
	tap_init(&tap, NULL);
	for (int i = 0; i < 3; i++) {
		tap_send(&tap, DIR_CLIENT, 0, 0, TCP_SYN, "");
		tap_wait(&tap, TSTAMP_SECOND);
	}
	expect("open syn:C syn:C syn:C");
	ck_assert_int_eq(tap.session[0].flow->opened, FLOW_UNANSWERED);
	ck_assert_uint_eq(tap.session[0].flow->syn_count, 3);
	stream_finish(tap.stream);
	expect("end:input");
	tap_finish(&tap);
}
END_TEST

SUITE("stream/connection_end", test_fin_before_late_data, test_fin_with_data_and_again,
      test_simultaneous_close, test_reset, test_reset_behind_what_is_missing, test_lost_fin, test_refused,
      test_reset_alone, test_unanswered)
