/* SPDX-License-Identifier: BSD-2-Clause */
/* One connection: order, causality and gaps, tested through stream_push as packets arrive. */
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

START_TEST(test_in_order)
{
	start(NULL);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_data(&tap, DIR_CLIENT, 0, 3, "EHLO");
	tap_data(&tap, DIR_SERVER, 3, 4, "250");
	expect("S@0'220'^0 C@0'EHLO'^3 S@3'250'^4");
	ck_assert_int_eq(tap.session[0].flow->rtt, 2 * TSTAMP_MILLISECOND);
	ck_assert_int_eq(tap.session[0].flow->opened, FLOW_HANDSHAKE);
	tap_finish(&tap);
}
END_TEST

START_TEST(test_out_of_order)
{
	start(NULL);
	tap_data(&tap, DIR_SERVER, 3, 0, "def");
	tap_data(&tap, DIR_SERVER, 6, 0, "ghi");
	expect("");
	tap_data(&tap, DIR_SERVER, 0, 0, "abc");
	expect("S@0'abc'^0 S@3'def'^0 S@6'ghi'^0");
	ck_assert_uint_eq(tap.session[0].flow->side[DIR_SERVER].retransmissions, 0);
	tap_finish(&tap);
}
END_TEST

START_TEST(test_retransmission)
{
	start(NULL);
	tap_data(&tap, DIR_SERVER, 0, 0, "abcdef");
	tap_data(&tap, DIR_SERVER, 0, 0, "abcdef");
	tap_data(&tap, DIR_SERVER, 4, 0, "efgh");
	expect("S@0'abcdef'^0 re:S@0+6 S@6'gh'^0");
	tap_data(&tap, DIR_SERVER, 2, 0, "cdefghij");
	expect("S@8'ij'^0");
	ck_assert_uint_eq(tap.session[0].flow->side[DIR_SERVER].retransmissions, 1);
	tap_finish(&tap);
}
END_TEST

START_TEST(test_conflict)
{
	start(NULL);
	tap_data(&tap, DIR_SERVER, 0, 0, "abcdef");
	tap_data(&tap, DIR_SERVER, 2, 0, "cdXf");
	expect("S@0'abcdef'^0 conflict:S@4+2 re:S@2+4");
	tap_data(&tap, DIR_SERVER, 4, 0, "eYghi");
	expect("conflict:S@5+4 S@6'ghi'^0");
	/* Among bytes that are still held. */
	tap_data(&tap, DIR_SERVER, 10, 0, "kl");
	tap_data(&tap, DIR_SERVER, 9, 0, "jkZ");
	expect("conflict:S@11+1 S@9'j'^0 S@10'kl'^0");
	tap_finish(&tap);
}
END_TEST

/* The ring of remembered bytes grows with the stream, up to the last 4,096 bytes. */
static void say_much(int64_t from)
{
	char text[101], other[101];

	for (size_t i = 0; i < 100; i++)
		text[i] = (char)('!' + i % 90);
	text[100] = 0;
	memcpy(other, text, sizeof text);
	other[50] = '~';
	for (int64_t at = from; at < from + 6000; at += 100) {
		tap_data(&tap, DIR_SERVER, at, 0, text);
		tap_log(&tap);
		/* After each step, everything within reach is still remembered, unchanged. */
		for (int64_t back = at < from + 4000 ? from : at - 3900; back <= at; back += 100)
			tap_data(&tap, DIR_SERVER, back, 0, text);
		ck_assert_ptr_null(strstr(tap_log(&tap), "conflict"));
	}
	for (int64_t at = from + 2000; at < from + 6000; at += 100) {
		tap_data(&tap, DIR_SERVER, at, 0, other);
		ck_assert_ptr_nonnull(strstr(tap_log(&tap), "conflict"));
	}
	tap_data(&tap, DIR_SERVER, from + 1700, 0, other);
	ck_assert_ptr_null(strstr(tap_log(&tap), "conflict"));
}

START_TEST(test_conflict_far_back)
{
	struct segment g;

	start(NULL);
	say_much(0);
	tap_finish(&tap);
	/* After a gap, so that the remembered bytes do not begin at the start of the ring. */
	start(NULL);
	g = tap_segment(&tap, DIR_SERVER, 0, 0, TCP_ACK, "220 mx");
	g.payload_length = 240;
	stream_push(tap.stream, &g);
	say_much(240);
	tap_finish(&tap);
}
END_TEST

/*
 * Of large chunks only a fingerprint is kept. It detects differences, also if the chunk is part of a larger
 * segment.
 */
START_TEST(test_conflict_of_large_chunks)
{
	char text[3 * RECENT_LARGE + 1];
	static const char *const again[] = { "re:C", "conflict" };

	for (size_t i = 0; i < sizeof text - 1; i++)
		text[i] = (char)('a' + i % 23);
	text[sizeof text - 1] = 0;
	for (int differs = 0; differs < 2; differs++) {
		char first[RECENT_LARGE + 1] = { 0 }, second[RECENT_LARGE + 1] = { 0 };

		memcpy(first, text, RECENT_LARGE);
		memcpy(second, text + RECENT_LARGE, RECENT_LARGE);
		start(NULL);
		tap_data(&tap, DIR_CLIENT, 0, 0, first);
		tap_data(&tap, DIR_CLIENT, RECENT_LARGE, 0, second);
		tap_log(&tap);
		/* Two bytes change places, which a plain sum would not detect. */
		if (differs) {
			second[100] = text[RECENT_LARGE + 132];
			second[132] = text[RECENT_LARGE + 100];
			ck_assert_int_ne(second[100], second[132]);
		}
		tap_data(&tap, DIR_CLIENT, RECENT_LARGE, 0, second);
		ck_assert_ptr_nonnull(strstr(tap_log(&tap), again[differs]));
		/* Both chunks, and more, in one segment. */
		memcpy(text + RECENT_LARGE, second, RECENT_LARGE);
		tap_data(&tap, DIR_CLIENT, 0, 0, text);
		ck_assert_int_eq(strstr(tap_log(&tap), "conflict") != NULL, differs);
		tap_finish(&tap);
	}
}
END_TEST

START_TEST(test_sequence_wraps)
{
	tap_init(&tap, NULL);
	tap.isn[DIR_SERVER] = UINT32_MAX - 4;
	tap.isn[DIR_CLIENT] = UINT32_MAX;
	tap_handshake(&tap);
	tap_log(&tap);
	tap_data(&tap, DIR_SERVER, 6, 0, "ghi");
	tap_data(&tap, DIR_SERVER, 0, 0, "abcdef");
	tap_data(&tap, DIR_CLIENT, 0, 9, "EHLO");
	tap_data(&tap, DIR_SERVER, 9, 4, "jkl");
	expect("S@0'abcdef'^0 S@6'ghi'^0 C@0'EHLO'^9 S@9'jkl'^4");
	tap_finish(&tap);
}
END_TEST

/* Large segments without captured bytes take the stream past 4 GiB. */
START_TEST(test_beyond_four_gigabytes)
{
	enum { LARGE = 1 << 29, COUNT = 20 };
	struct segment g;

	start(NULL);
	tap.quiet = true;
	for (int64_t i = 0; i < COUNT; i++) {
		g = tap_segment(&tap, DIR_CLIENT, i * LARGE, 0, TCP_ACK, "");
		g.payload_length = LARGE;
		stream_push(tap.stream, &g);
		tap_data(&tap, DIR_SERVER, i, (i + 1) * LARGE, "x");
	}
	tap.quiet = false;
	ck_assert_uint_eq(tap.session[0].delivered[DIR_CLIENT], (uint64_t)COUNT * LARGE);
	tap_data(&tap, DIR_CLIENT, (int64_t)COUNT * LARGE, COUNT, "QUIT");
	tap_data(&tap, DIR_SERVER, COUNT, (int64_t)COUNT * LARGE + 4, "221");
	expect("C@10737418240'QUIT'^20 S@20'221'^10737418244");
	ck_assert(tap.session[0].flow->truncated);
	tap_finish(&tap);
}
END_TEST

START_TEST(test_cut_packets)
{
	struct segment g;

	start(NULL);
	g = tap_segment(&tap, DIR_SERVER, 0, 0, TCP_ACK, "220 mx");
	g.payload_length = 20;
	stream_push(tap.stream, &g);
	tap_data(&tap, DIR_CLIENT, 0, 20, "EHLO");
	expect("S@0'220 mx'^0 S@6[14]cut^0 C@0'EHLO'^20");
	ck_assert(tap.session[0].flow->truncated);
	ck_assert_uint_eq(tap.session[0].flow->side[DIR_SERVER].missing, 14);
	/* Truncated and out of order. */
	g = tap_segment(&tap, DIR_SERVER, 23, 4, TCP_ACK, "ab");
	g.payload_length = 5;
	stream_push(tap.stream, &g);
	tap_data(&tap, DIR_SERVER, 20, 4, "250");
	expect("S@20'250'^4 S@23'ab'^4 S@25[3]cut^4");
	tap_finish(&tap);
}
END_TEST

/* A reply is not delivered before the command that it acknowledges. */
START_TEST(test_causal_order)
{
	start(NULL);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_data(&tap, DIR_SERVER, 3, 4, "250");
	expect("S@0'220'^0");
	tap_data(&tap, DIR_CLIENT, 0, 3, "EHLO");
	expect("C@0'EHLO'^3 S@3'250'^4");
	/* Three in a row, in reverse order. */
	tap_data(&tap, DIR_SERVER, 9, 12, "354");
	tap_data(&tap, DIR_CLIENT, 8, 9, "DATA");
	tap_data(&tap, DIR_SERVER, 6, 8, "251");
	expect("");
	tap_data(&tap, DIR_CLIENT, 4, 6, "RCPT");
	expect("C@4'RCPT'^6 S@6'251'^8 C@8'DATA'^9 S@9'354'^12");
	tap_finish(&tap);
}
END_TEST

/* Every order in which the packets of a small conversation can be captured gives the same conversation. */
START_TEST(test_every_permutation)
{
	static const struct {
		enum direction d;
		int64_t offset, ack;
		const char *text;
	} said[] = {
		{ DIR_SERVER, 0, 0, "220" }, { DIR_CLIENT, 0, 3, "EHLO" }, { DIR_SERVER, 3, 4, "25" },
		{ DIR_SERVER, 5, 4, "0" },   { DIR_CLIENT, 4, 6, "QUIT" }, { DIR_SERVER, 6, 8, "221" },
	};
	enum { COUNT = sizeof said / sizeof *said, ALL = 720 };

	for (int permutation = 0; permutation < ALL; permutation++) {
		int left[COUNT], rest = permutation, count = COUNT;
		char merged[64] = { 0 };

		tap_init(&tap, NULL);
		tap.quiet = true;
		tap_handshake(&tap);
		for (int i = 0; i < COUNT; i++)
			left[i] = i;
		for (; count; rest /= count--) {
			int pick = rest % count, which = left[pick];

			memmove(left + pick, left + pick + 1, (size_t)(count - pick - 1) * sizeof *left);
			tap_data(&tap, said[which].d, said[which].offset, said[which].ack, said[which].text);
		}
		memcpy(merged, tap.session[0].merged.at, tap.session[0].merged.length);
		ck_assert_str_eq(merged, "S2S2S0CECHCLCOS2S5S0CQCUCICTS2S2S1");
		ck_assert_uint_eq(tap.session[0].flow->side[0].retransmissions +
				      tap.session[0].flow->side[1].retransmissions,
				  0);
		tap_finish(&tap);
	}
}
END_TEST

START_TEST(test_gap_when_acknowledged_and_waited_for)
{
	start(NULL);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_data(&tap, DIR_SERVER, 10, 0, "250");
	expect("S@0'220'^0");
	/* The hole is not acknowledged: the server may retransmit it, however late. */
	tap_wait(&tap, 60 * TSTAMP_SECOND);
	expect("");
	tap_send(&tap, DIR_CLIENT, 0, 13, TCP_ACK, "");
	tap_wait(&tap, TSTAMP_SECOND / 100);
	expect("S@3[7]^? S@10'250'^0");
	ck_assert_uint_eq(tap.session[0].flow->side[DIR_SERVER].missing, 7);
	tap_finish(&tap);
}
END_TEST

START_TEST(test_gap_waits_for_late_packets)
{
	start(NULL);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_data(&tap, DIR_SERVER, 4, 0, "250");
	tap_send(&tap, DIR_CLIENT, 0, 7, TCP_ACK, "");
	tap_wait(&tap, TSTAMP_SECOND);
	expect("S@0'220'^0");
	tap_data(&tap, DIR_SERVER, 3, 0, "-");
	expect("S@3'-'^0 S@4'250'^0");
	tap_finish(&tap);
}
END_TEST

/* What the server acknowledges and the capture lacks becomes a gap of known length, before the reply. */
START_TEST(test_gap_known_by_acknowledgement)
{
	start(NULL);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_data(&tap, DIR_SERVER, 3, 6, "250");
	tap_wait(&tap, 3 * TSTAMP_SECOND);
	expect("S@0'220'^0 C@0[6]^? S@3'250'^6");
	tap_finish(&tap);
}
END_TEST

/*
 * A single forged or damaged acknowledgement makes no gap. Two different packets that agree are evidence of a
 * loss.
 */
START_TEST(test_acknowledgement_far_ahead)
{
	enum { FAR = 500 * 1000 * 1000 };

	tap_init(&tap, NULL);
	tap_handshake(&tap);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_data(&tap, DIR_CLIENT, 0, 3, "EHLO");
	tap_log(&tap);
	tap_send(&tap, DIR_SERVER, 3, FAR, TCP_ACK, "");
	tap_data(&tap, DIR_SERVER, 3, 4, "250");
	tap_wait(&tap, 10 * TSTAMP_SECOND);
	tap_data(&tap, DIR_CLIENT, 4, 6, "QUIT");
	tap_send(&tap, DIR_SERVER, 6, FAR, TCP_ACK, "");
	tap_wait(&tap, 10 * TSTAMP_SECOND);
	tap_data(&tap, DIR_SERVER, 6, 8, "221");
	expect("S@3'250'^4 C@4'QUIT'^6 S@6'221'^8");
	tap_send(&tap, DIR_SERVER, 9, FAR, TCP_ACK, "");
	tap_data(&tap, DIR_SERVER, 9, FAR + 5, "250");
	tap_wait(&tap, 10 * TSTAMP_SECOND);
	expect("C@8[499999997]^? S@9'250'^500000005");
	tap_finish(&tap);
}
END_TEST

START_TEST(test_gap_at_the_end)
{
	start(NULL);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_data(&tap, DIR_CLIENT, 0, 3, "QUIT");
	tap_data(&tap, DIR_SERVER, 10, 4, "x");
	tap_send(&tap, DIR_CLIENT, 4, 20, TCP_ACK, "");
	expect("S@0'220'^0 C@0'QUIT'^3");
	stream_finish(tap.stream);
	expect("S@3[7]^? S@10'x'^4 S@11[9]^? end:input");
	tap_finish(&tap);
}
END_TEST

/* An acknowledgement one beyond the last byte is for a FIN that was not captured, not for a lost byte. */
START_TEST(test_uncaptured_fin_is_no_gap)
{
	start(NULL);
	tap_data(&tap, DIR_SERVER, 0, 0, "421");
	tap_send(&tap, DIR_CLIENT, 0, 4, TCP_ACK | TCP_FIN, "");
	tap_wait(&tap, 3 * TSTAMP_SECOND);
	expect("S@0'421'^0 fin:S@3 fin:C@0");
	ck_assert_uint_eq(tap.session[0].flow->side[DIR_SERVER].missing, 0);
	tap_finish(&tap);
}
END_TEST

/*
 * With data, that acknowledgement may be for a FIN or a lost byte. It counts as lost, which raises no alarm.
 */
START_TEST(test_uncaptured_fin_or_byte)
{
	start(NULL);
	tap_data(&tap, DIR_SERVER, 0, 0, "421");
	tap_data(&tap, DIR_CLIENT, 0, 4, "QUIT");
	tap_wait(&tap, 3 * TSTAMP_SECOND);
	expect("S@0'421'^0 S@3[1]^? C@0'QUIT'^4");
	tap_finish(&tap);
}
END_TEST

START_TEST(test_one_sided_server)
{
	start(NULL);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_finish(&tap);

	tap_init(&tap, NULL);
	tap_send(&tap, DIR_SERVER, 0, 0, TCP_SYN | TCP_ACK, "");
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_data(&tap, DIR_SERVER, 3, 6, "250");
	tap_wait(&tap, 3 * TSTAMP_SECOND);
	expect("open synack:S S@0'220'^0 C@0[6]^? S@3'250'^6");
	/* From now on, do not wait for a client that was never captured. */
	tap_data(&tap, DIR_SERVER, 6, 10, "221");
	expect("C@6[4]^? S@6'221'^10");
	ck_assert(!tap.session[0].flow->side[DIR_CLIENT].seen);
	ck_assert_int_eq(tap.session[0].flow->opened, FLOW_HANDSHAKE);
	ck_assert(endpoint_equal(&tap.session[0].flow->server, &tap.server));
	tap_finish(&tap);
}
END_TEST

START_TEST(test_one_sided_client)
{
	tap_init(&tap, NULL);
	tap_send(&tap, DIR_CLIENT, 0, 0, TCP_SYN, "");
	tap_send(&tap, DIR_CLIENT, 0, 0, TCP_ACK, "");
	tap_data(&tap, DIR_CLIENT, 0, 10, "EHLO");
	tap_wait(&tap, 3 * TSTAMP_SECOND);
	expect("open syn:C S@0[10]^? C@0'EHLO'^10");
	tap_data(&tap, DIR_CLIENT, 4, 15, "QUIT");
	expect("S@10[5]^? C@4'QUIT'^15");
	tap_finish(&tap);
}
END_TEST

START_TEST(test_midstream)
{
	tap_init(&tap, NULL);
	tap_data(&tap, DIR_CLIENT, 1000, 500, "RCPT");
	tap_data(&tap, DIR_SERVER, 500, 1004, "250");
	tap_data(&tap, DIR_CLIENT, 1004, 503, "DATA");
	expect("open C@0'RCPT'^0 S@0'250'^4 C@4'DATA'^3");
	ck_assert_int_eq(tap.session[0].flow->opened, FLOW_MIDSTREAM);
	ck_assert(tap.session[0].flow->roles_known);
	tap_finish(&tap);
}
END_TEST

/* The first packet is the server's: the port determines the roles. */
START_TEST(test_midstream_from_server)
{
	tap_init(&tap, NULL);
	tap_data(&tap, DIR_SERVER, 500, 1000, "250");
	tap_data(&tap, DIR_CLIENT, 1000, 503, "DATA");
	expect("open S@0'250'^0 C@0'DATA'^3");
	ck_assert(endpoint_equal(&tap.session[0].flow->client, &tap.client));
	tap_finish(&tap);
}
END_TEST

/* Without the answer to the SYN, it is unknown whether the server had sent something before. */
START_TEST(test_beginning_that_was_lost)
{
	tap_init(&tap, NULL);
	tap_send(&tap, DIR_CLIENT, 0, 0, TCP_SYN, "");
	tap_data(&tap, DIR_CLIENT, 0, 0, "EHLO");
	tap_data(&tap, DIR_SERVER, 0, 4, "250");
	ck_assert(tap.session[0].flow->side[DIR_SERVER].guessed);
	ck_assert(!tap.session[0].flow->side[DIR_CLIENT].guessed);
	ck_assert(!flow_from_start(tap.session[0].flow));
	tap_finish(&tap);

	/* If it arrives late, the start is known after all. */
	tap_init(&tap, NULL);
	tap_send(&tap, DIR_CLIENT, 0, 0, TCP_SYN, "");
	tap_data(&tap, DIR_CLIENT, 0, 0, "");
	tap_send(&tap, DIR_SERVER, 0, 0, TCP_SYN | TCP_ACK, "");
	ck_assert(flow_from_start(tap.session[0].flow));
	tap_finish(&tap);
}
END_TEST

/* TCP Fast Open (RFC 7413): bytes on the SYN are the first of the stream. */
START_TEST(test_data_on_syn)
{
	tap_init(&tap, NULL);
	tap_send(&tap, DIR_CLIENT, 0, 0, TCP_SYN, "EHLO");
	tap_send(&tap, DIR_SERVER, 0, 4, TCP_SYN | TCP_ACK, "");
	tap_data(&tap, DIR_SERVER, 0, 4, "220");
	tap_data(&tap, DIR_CLIENT, 4, 3, "QUIT");
	expect("open syn:C C@0'EHLO'^? synack:S S@0'220'^4 est C@4'QUIT'^3");
	tap_finish(&tap);
}
END_TEST

START_TEST(test_keep_alive)
{
	start(NULL);
	tap_data(&tap, DIR_CLIENT, 0, 0, "NOOP");
	tap_send(&tap, DIR_SERVER, 0, 4, TCP_ACK, "");
	tap_log(&tap);
	/* Without a byte, with the last byte again, and with an arbitrary byte (RFC 9293 3.8.4). */
	tap_send(&tap, DIR_CLIENT, 3, 0, TCP_ACK, "");
	tap_send(&tap, DIR_CLIENT, 3, 0, TCP_ACK, "P");
	tap_send(&tap, DIR_CLIENT, 3, 0, TCP_ACK, "\x01");
	expect("");
	ck_assert_uint_eq(tap.session[0].flow->side[DIR_CLIENT].retransmissions, 0);
	tap_finish(&tap);
}
END_TEST

START_TEST(test_zero_window)
{
	start(NULL);
	tap_data(&tap, DIR_CLIENT, 0, 0, "abc");
	tap.window = 0;
	tap_send(&tap, DIR_SERVER, 0, 3, TCP_ACK, "");
	tap_send(&tap, DIR_SERVER, 0, 3, TCP_ACK, "");
	tap.window = 100;
	tap_send(&tap, DIR_SERVER, 0, 3, TCP_ACK, "");
	expect("C@0'abc'^0 zero:S opened:S");
	tap.window = 0;
	tap_send(&tap, DIR_CLIENT, 3, 0, TCP_RST | TCP_ACK, "");
	expect("rst:C@3");
	tap_finish(&tap);
}
END_TEST

/* Sequence numbers that cannot belong to this connection change nothing. */
START_TEST(test_hostile_numbers)
{
	start(NULL);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_data(&tap, DIR_SERVER, INT64_C(0x50000000), 0, "far ahead");
	tap_data(&tap, DIR_SERVER, -INT64_C(0x50000000), 0, "far behind");
	tap_send(&tap, DIR_CLIENT, 0, INT64_C(0x7fffffff), TCP_ACK, "");
	tap_log(&tap);
	tap_data(&tap, DIR_CLIENT, 0, 3, "EHLO");
	tap_data(&tap, DIR_SERVER, 3, 4, "250");
	expect("C@0'EHLO'^3 S@3'250'^4");
	ck_assert_uint_eq(tap.session[0].flow->side[DIR_SERVER].acked, 3);
	tap_finish(&tap);
}
END_TEST

/*
 * The capture has only the second transmission of a command, sent when the answer to the first had arrived:
 * each seems to follow the other. Both are delivered, once, and nothing hangs.
 */
START_TEST(test_contradicting_acknowledgements)
{
	start(NULL);
	tap_data(&tap, DIR_SERVER, 0, 4, "220");
	tap_data(&tap, DIR_CLIENT, 0, 3, "EHLO");
	expect("");
	tap_wait(&tap, 3 * TSTAMP_SECOND);
	ck_assert_uint_eq(tap.session[0].delivered[DIR_CLIENT], 4);
	ck_assert_uint_eq(tap.session[0].delivered[DIR_SERVER], 3);
	ck_assert_uint_eq(tap.session[0].gaps[DIR_CLIENT] + tap.session[0].gaps[DIR_SERVER], 0);
	tap_finish(&tap);
}
END_TEST

/*
 * An older hole of one side that may still be filled does not block the other side's bytes forever, or
 * without limit.
 */
START_TEST(test_holes_of_both_sides)
{
	start(NULL);
	tap_data(&tap, DIR_CLIENT, 50, 0, "from nowhere");
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_data(&tap, DIR_SERVER, 10, 0, "250");
	tap_send(&tap, DIR_CLIENT, 0, 13, TCP_ACK, "");
	expect("S@0'220'^0");
	tap_wait(&tap, 5 * TSTAMP_SECOND);
	expect("S@3[7]^? S@10'250'^0");
	tap_finish(&tap);
}
END_TEST

START_TEST(test_bound_of_one_direction)
{
	const struct stream_config config = { .max_held = 1000 };
	char text[101];

	memset(text, 'x', 100);
	text[100] = 0;
	start(&config);
	tap.quiet = true;
	/* A hole of the client that never closes is older than those of the server. */
	tap_data(&tap, DIR_CLIENT, 50, 0, "from nowhere");
	for (int64_t i = 0; i < 50; i++)
		tap_data(&tap, DIR_SERVER, 10 + 100 * i, 0, text);
	ck_assert_uint_ge(tap.session[0].delivered[DIR_SERVER], 4000);
	tap_finish(&tap);
}
END_TEST

SUITE("stream/connection", test_in_order, test_out_of_order, test_retransmission, test_conflict,
      test_conflict_far_back, test_conflict_of_large_chunks, test_sequence_wraps, test_beyond_four_gigabytes,
      test_cut_packets, test_causal_order, test_every_permutation, test_gap_when_acknowledged_and_waited_for,
      test_gap_waits_for_late_packets, test_gap_known_by_acknowledgement, test_acknowledgement_far_ahead,
      test_gap_at_the_end, test_uncaptured_fin_is_no_gap, test_uncaptured_fin_or_byte, test_one_sided_server,
      test_one_sided_client, test_midstream, test_midstream_from_server, test_beginning_that_was_lost,
      test_data_on_syn, test_keep_alive, test_zero_window, test_hostile_numbers,
      test_contradicting_acknowledgements, test_holes_of_both_sides, test_bound_of_one_direction)
