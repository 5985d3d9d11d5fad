/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "replay.h"
#include "talk.h"

static struct talk parse(const char *text)
{
	char error[TALK_ERROR_SIZE] = "";
	struct talk t;

	ck_assert_msg(talk_parse(&t, text, strlen(text), error), "%s", error);
	return t;
}

static void assert_fails(const char *text, const char *expected)
{
	char error[TALK_ERROR_SIZE] = "";
	struct talk t;

	ck_assert(!talk_parse(&t, text, strlen(text), error));
	ck_assert_str_eq(error, expected);
	ck_assert_ptr_null(t.segments);
}

static void assert_payload(const struct talk *t, size_t at, const char *text)
{
	ck_assert_uint_lt(at, t->count);
	ck_assert_uint_eq(t->segments[at].segment.payload_length, strlen(text));
	ck_assert_mem_eq(t->segments[at].segment.payload.at, text, strlen(text));
}

START_TEST(a_talk_begins_with_a_handshake_and_ends_with_fins)
{
	struct talk t = parse("client-isn: 100\nserver-isn: 500\n\nS: 220 hi\nC: QUIT\nS: 221 bye\n");
	const struct talk_segment *s = t.segments;

	ck_assert_uint_eq(t.count, 9);
	ck_assert_uint_eq(s[0].segment.flags, TCP_SYN);
	ck_assert_uint_eq(s[0].segment.seq, 100);
	ck_assert_uint_eq(s[1].segment.flags, TCP_SYN | TCP_ACK);
	ck_assert_uint_eq(s[1].segment.ack, 101);
	ck_assert_uint_eq(s[2].segment.ack, 501);
	assert_payload(&t, 3, "220 hi\r\n");
	assert_payload(&t, 4, "QUIT\r\n");
	ck_assert_uint_eq(s[4].segment.seq, 101);
	ck_assert_uint_eq(s[4].segment.ack, 509);
	assert_payload(&t, 5, "221 bye\r\n");
	ck_assert_uint_eq(s[5].segment.ack, 107);
	ck_assert_uint_eq(s[6].segment.flags, TCP_FIN | TCP_ACK);
	ck_assert(!s[6].from_client && s[7].from_client && !s[8].from_client);
	ck_assert_uint_eq(s[7].segment.ack, 519);
	ck_assert_uint_eq(s[8].segment.ack, 108);
	ck_assert_uint_eq(s[8].segment.frame.number, 9);
	for (size_t i = 1; i < t.count; i++)
		ck_assert_int_gt(s[i].segment.frame.time, s[i - 1].segment.frame.time);
	talk_finish(&t);
}
END_TEST

START_TEST(crossing_acknowledges_less)
{
	struct talk t = parse("client-isn: 0\nserver-isn: 0\n\nS: 220 hi\nC: NOOP\nS: 250 ok\nC: MAIL\nC: "
			      "RCPT\nS crossing: 221 x\nS: y\n");

	ck_assert_uint_eq(t.segments[8].segment.ack, 13); /* MAIL, not RCPT */
	ck_assert_uint_eq(t.segments[9].segment.ack, 19);
	talk_finish(&t);
	t = parse("client-isn: 0\nserver-isn: 0\n\nS: 220 hi\nC: NOOP\nS: 250 ok\nC: MAIL\nC: RCPT\nS "
		  "crossing 9: 221 x\n");
	ck_assert_uint_eq(t.segments[8].segment.ack, 7); /* never less than before */
	talk_finish(&t);
}
END_TEST

START_TEST(text_has_escapes_and_macros)
{
	struct talk t =
	    parse("\nC: a\\x41\\0\\t\\\\\nC: b\\\nC: ${ab*3}${hex 0d 0A}\\\nrepeat 2 {\nC: n${i}\n}\n"
		  "C: ${base64 \\0a\\0b}\nC: ${body 70}\\\n");

	ck_assert_uint_eq(t.segments[3].segment.payload_length, 7);
	ck_assert_mem_eq(t.segments[3].segment.payload.at, "aA\0\t\\\r\n", 7);
	assert_payload(&t, 4, "b");
	assert_payload(&t, 5, "ababab\r\n");
	assert_payload(&t, 6, "n1\r\n");
	assert_payload(&t, 7, "n2\r\n");
	assert_payload(&t, 8, "AGEAYg==\r\n");
	ck_assert_uint_eq(t.segments[9].segment.payload_length, 70);
	ck_assert_mem_eq(t.segments[9].segment.payload.at + 64, "\r\n", 2);
	ck_assert_mem_eq(t.segments[9].segment.payload.at + 68, "\r\n", 2);
	talk_finish(&t);
}
END_TEST

START_TEST(groups_and_splits_make_segments)
{
	struct talk t =
	    parse("mss: 10\n\nC {\n  one\n\n  two\n}\nC: QU\\|IT\nC bytewise: ab\nC: 123456789012\n");

	assert_payload(&t, 3, "one\r\n\r\ntwo");
	assert_payload(&t, 4, "\r\n");
	assert_payload(&t, 5, "QU");
	assert_payload(&t, 6, "IT\r\n");
	assert_payload(&t, 7, "a");
	assert_payload(&t, 10, "\n");
	assert_payload(&t, 11, "1234567890");
	assert_payload(&t, 12, "12\r\n");
	ck_assert(!t.segments[11].last_of_line && t.segments[12].last_of_line);
	talk_finish(&t);
}
END_TEST

static void count_segment(void *context, const struct segment *s)
{
	size_t *count = context;

	++*count;
	ck_assert_uint_eq(s->frame.number, *count);
}

START_TEST(what_is_lost_or_cut_is_not_captured)
{
	struct talk t = parse("close: none\n\nS: 220 hi\nC lost: NOOP\nsnap 3\nS: 250 ok\nsnap off\ncapture "
			      "client\nS: x\nC: y\n");
	size_t count = 0;

	ck_assert(!t.segments[4].captured);
	ck_assert_uint_eq(t.segments[5].segment.payload.length, 3);
	ck_assert_uint_eq(t.segments[5].segment.payload_length, 8);
	ck_assert_uint_eq(t.segments[5].whole.length, 8);
	ck_assert(!t.segments[6].captured && t.segments[7].captured);
	talk_feed(&t, count_segment, &count);
	ck_assert_uint_eq(count, 6);
	talk_finish(&t);
}
END_TEST

START_TEST(late_twice_and_again)
{
	struct talk t = parse("close: none\n\nC late: a\nC: b\nC twice: c\nC again: d\nC at -3: e\n");

	assert_payload(&t, 3, "b\r\n");
	assert_payload(&t, 4, "a\r\n");
	ck_assert_uint_lt(t.segments[4].segment.seq, t.segments[3].segment.seq);
	ck_assert_uint_eq(t.segments[5].segment.ip_id, t.segments[6].segment.ip_id);
	ck_assert_uint_eq(t.segments[5].segment.seq, t.segments[6].segment.seq);
	ck_assert_uint_eq(t.segments[7].segment.seq, t.segments[8].segment.seq);
	ck_assert_uint_ne(t.segments[7].segment.ip_id, t.segments[8].segment.ip_id);
	assert_payload(&t, 9, "e\r\n");
	ck_assert_uint_eq(t.segments[9].segment.seq, t.segments[8].segment.seq);
	talk_finish(&t);
}
END_TEST

START_TEST(no_handshake_where_it_is_told)
{
	struct talk t = parse("\nC syn\nS rst\n");

	ck_assert_uint_eq(t.count, 2);
	ck_assert_uint_eq(t.segments[1].segment.flags, TCP_RST | TCP_ACK);
	ck_assert_uint_eq(t.segments[1].segment.ack, t.segments[0].segment.seq + 1);
	talk_finish(&t);
	t = parse("\nC syn\nicmp host from 203.0.113.1\n");
	ck_assert_uint_eq(t.count, 2);
	ck_assert_int_eq(t.segments[1].segment.kind, SEGMENT_ICMP_ERROR);
	ck_assert_uint_eq(t.segments[1].segment.seq, t.segments[0].segment.seq);
	ck_assert_uint_eq(t.segments[1].segment.icmp.type, 3);
	ck_assert_uint_eq(t.segments[1].segment.icmp.code, 1);
	talk_finish(&t);
}
END_TEST

START_TEST(a_syn_may_carry_data_and_a_clock_may_step_back)
{
	struct talk t = parse("close: none\n\nC syn: NOOP\nS syn\nwait -5s\nC ack\n");

	ck_assert_uint_eq(t.segments[0].segment.flags, TCP_SYN | TCP_PSH);
	assert_payload(&t, 0, "NOOP\r\n");
	ck_assert_uint_eq(t.segments[0].segment.seq, t.sessions[0].isn[0]);
	ck_assert_uint_eq(t.segments[1].segment.ack, t.sessions[0].isn[0] + 7);
	ck_assert_uint_eq(t.segments[2].segment.seq, t.sessions[0].isn[0] + 7);
	ck_assert_int_lt(t.segments[2].segment.frame.time, t.segments[1].segment.frame.time);
	talk_finish(&t);
}
END_TEST

START_TEST(expectations_know_where_they_stand)
{
	struct talk t = parse("expect: session outcome no-mail\n\nS: 220 hi\nexpect reply 220 answers "
			      "connect\nsession b\nS: 2\n"
			      "repeat 2 {\nexpect x${i}\n}\n");

	ck_assert_uint_eq(t.expect_count, 4);
	ck_assert(t.expects[0].in_header);
	ck_assert_str_eq(t.expects[1].text, "reply 220 answers connect");
	ck_assert_uint_eq(t.expects[1].server_offset, 8);
	ck_assert_uint_eq(t.expects[1].line, 4);
	ck_assert_uint_eq(t.expects[2].session, 1);
	ck_assert_str_eq(t.expects[3].text, "x2");
	talk_finish(&t);
}
END_TEST

START_TEST(bad_talks_are_refused_with_their_line)
{
	assert_fails("titel: x\n\nS: 220\n", "line 1: unknown setting: titel: x");
	assert_fails("\nS: 220\nC: a\\q\n", "line 3: unknown escape: \\q");
	assert_fails("\nC {\nx\n", "line 2: { without }");
	assert_fails("\n}\n", "line 2: } without {");
	assert_fails("\nC sideways: x\n", "line 2: unknown modifier: sideways");
	assert_fails("\nC jump\n", "line 2: unknown action: jump");
	assert_fails("\nwait long\n", "line 2: not a duration (such as 5ms, 300s, 2h): long");
	assert_fails("\nC: ${i}\n", "line 2: a counter outside of repeat");
	assert_fails("\nC: ${nothing}\n", "line 2: unknown placeholder: ${nothing}");
	assert_fails("\nC resend\n", "line 2: nothing to send again");
	assert_fails("\nC {\nC: x\n}\n", "line 3: only text is allowed inside { }, without C: or S:");
	assert_fails("\nhello\n", "line 2: unknown line: hello");
	assert_fails("client: nowhere\n\n", "line 1: not an address: nowhere");
}
END_TEST

/* The stream of one side as a receiver would assemble it; first copies win. */
static size_t stream_of(const struct talk *t, bool client, uint8_t *bytes, size_t size)
{
	size_t end = 0;

	for (size_t i = 0; i < t->count; i++) {
		const struct talk_segment *s = &t->segments[i];
		size_t at = s->segment.seq - t->sessions[0].isn[!client] - 1;
		if (s->from_client != client || !s->segment.payload.length)
			continue;
		ck_assert_uint_le(at + s->segment.payload.length, size);
		memcpy(bytes + at, s->segment.payload.at, s->segment.payload.length);
		if (at + s->segment.payload.length > end)
			end = at + s->segment.payload.length;
	}
	return end;
}

START_TEST(changes_keep_what_was_said)
{
	struct talk t = parse("\nS: 220-a\nS: 220 b\nC: NOOP\nC: QUIT\nS: 250 ok\nS: 221 bye\n");
	struct talk_change change = { 0 };
	uint8_t before[2][256], after[256];
	size_t lengths[2], kinds[TALK_PREFIX + 1] = { 0 };

	for (int side = 0; side < 2; side++)
		lengths[side] = stream_of(&t, side == 0, before[side], sizeof before[side]);
	while (talk_change_next(&t, &change, (struct talk_steps){ 1, 1, 1 })) {
		struct talk changed;
		ck_assert(talk_change(&changed, &t, change));
		kinds[change.kind]++;
		for (int side = 0; side < 2 && change.kind < TALK_LOSE; side++) {
			ck_assert_uint_eq(stream_of(&changed, side == 0, after, sizeof after), lengths[side]);
			ck_assert_mem_eq(after, before[side], lengths[side]);
		}
		ck_assert_uint_eq(changed.count, change.kind == TALK_SWAP     ? t.count
						 : change.kind == TALK_MERGE  ? t.count - 1
						 : change.kind == TALK_PREFIX ? change.at
						 : change.kind >= TALK_LOSE   ? t.count
									      : t.count + 1);
		talk_finish(&changed);
	}
	ck_assert_uint_eq(kinds[TALK_SWAP], 3);
	ck_assert_uint_eq(kinds[TALK_MERGE], 4); /* includes the 221 and the FIN after it */
	ck_assert_uint_eq(kinds[TALK_SPLIT], 6 + 6 + 5 + 5 + 7 + 8);
	ck_assert_uint_eq(kinds[TALK_TWICE], t.count);
	ck_assert_uint_eq(kinds[TALK_AGAIN], 6);
	ck_assert_uint_eq(kinds[TALK_LOSE], t.count);
	ck_assert_uint_eq(kinds[TALK_BURST], t.count - 1 + t.count - 2 + t.count - 3);
	ck_assert_uint_eq(kinds[TALK_SUFFIX], t.count - 1);
	ck_assert_uint_eq(kinds[TALK_PREFIX], t.count + 1);
	talk_finish(&t);
}
END_TEST

START_TEST(what_differs_in_acknowledgement_or_time_stays)
{
	struct talk t =
	    parse("\nS: 220 a\nC: NOOP\nS: 250 a\nC: MAIL\nS crossing: 221 b\nS: 250 c\nwait 5s\nS: 250 d\n");
	struct talk changed;

	ck_assert(!talk_change(&changed, &t, (struct talk_change){ .kind = TALK_SWAP, .at = 6 })); /* C, S */
	ck_assert(!talk_change(&changed, &t, (struct talk_change){ .kind = TALK_SWAP, .at = 7 })); /* acks differ */
	ck_assert(!talk_change(&changed, &t, (struct talk_change){ .kind = TALK_MERGE, .at = 7 }));
	ck_assert(!talk_change(&changed, &t, (struct talk_change){ .kind = TALK_SWAP, .at = 8 })); /* 5 s apart */
	ck_assert(!talk_change(&changed, &t, (struct talk_change){ .kind = TALK_MERGE, .at = 8 }));
	ck_assert(!talk_change(&changed, &t, (struct talk_change){ .kind = TALK_SPLIT, .at = 7, .offset = 7 }));
	ck_assert(!talk_change(&changed, &t, (struct talk_change){ .kind = TALK_SPLIT, .at = 99, .offset = 1 }));
	talk_finish(&t);
}
END_TEST

static unsigned ones_sum(const uint8_t *at, size_t length, unsigned start)
{
	for (size_t i = 0; i < length; i++)
		start += i % 2 ? at[i] : (unsigned)at[i] << 8;
	while (start >> 16)
		start = (start & 0xffff) + (start >> 16);
	return start;
}

START_TEST(packets_have_good_checksums)
{
	static struct talk_packet packets[TALK_PACKETS];
	struct talk t = parse("\nS: 220 hi\n");
	const uint8_t *ip;

	ck_assert_uint_eq(talk_packets(packets, &t.segments[3], talk_layer_find("ethernet")), 1);
	ck_assert_uint_eq(packets[0].length, 14 + 20 + 20 + 8);
	ip = packets[0].bytes + 14;
	ck_assert_uint_eq(ones_sum(ip, 20, 0), 0xffff);
	ck_assert_uint_eq(ones_sum(ip + 20, 28, ones_sum(ip + 12, 8, 6 + 28)), 0xffff);
	ck_assert_uint_eq(talk_packets(packets, &t.segments[0], talk_layer_find("ethernet")), 1);
	ck_assert_uint_eq(packets[0].length, 60); /* padded */
	ck_assert_uint_eq(talk_packets(packets, &t.segments[3], talk_layer_find("ip-fragments")), 2);
	ck_assert_ptr_null(talk_layer_find("carrier-pigeon"));
	talk_finish(&t);
}
END_TEST

START_TEST(every_layer_carries_every_segment)
{
	static struct talk_packet packets[TALK_PACKETS];
	struct talk t = parse("\nS: 220 hello from the other side\n");
	struct talk v6 = parse(
	    "client: [2001:db8::1]:40001\nserver: [2001:db8::2]:25\n\nS: 220 hello from the other side\n");

	for (size_t i = 0; talk_layer_name(i); i++) {
		const struct talk_layer *layer = talk_layer_find(talk_layer_name(i));
		ck_assert_ptr_nonnull(layer);
		for (size_t k = 0; k < t.count; k++) {
			size_t count = talk_packets(packets, &t.segments[k], layer);
			ck_assert_uint_ge(count, 1);
			if (count == 1)
				ck_assert(!t.segments[k].whole.length ||
					  memmem(packets[0].bytes, packets[0].captured, "220 hello", 9));
			ck_assert_uint_ge(talk_packets(packets, &v6.segments[k], layer), 1);
		}
	}
	talk_finish(&v6);
	talk_finish(&t);
}
END_TEST

START_TEST(a_replay_holds_all_variants)
{
	struct talk t = parse("\nS: 220 hi\n");
	struct replay r;
	char *bytes = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&bytes, &size);

	replay_init(&r, talk_layer_find("raw"));
	ck_assert_uint_eq(replay_add(&r, &t), 1);
	ck_assert_uint_eq(replay_add(&r, &t), 2);
	ck_assert(replay_write(&r, out));
	fclose(out);
	/* Per variant: SYN and SYN-ACK 44 bytes, three ACKs and FINs 40, the greeting 48, the last ACK 40. */
	ck_assert_uint_eq(size, 24 + 2 * (7 * 16 + 44 + 44 + 40 + 48 + 40 + 40 + 40));
	ck_assert_mem_eq(bytes + 24 + 16 + 12, "\x0a\0\1\x0a", 4);
	ck_assert_mem_eq(bytes + 24 + 16 + 44 + 16 + 12, "\x0a\0\2\x0a", 4);
	replay_finish(&r);
	talk_finish(&t);
	free(bytes);
}
END_TEST

SUITE("talk", a_talk_begins_with_a_handshake_and_ends_with_fins, crossing_acknowledges_less,
      text_has_escapes_and_macros, groups_and_splits_make_segments, what_is_lost_or_cut_is_not_captured,
      late_twice_and_again, no_handshake_where_it_is_told, a_syn_may_carry_data_and_a_clock_may_step_back,
      expectations_know_where_they_stand, bad_talks_are_refused_with_their_line, changes_keep_what_was_said,
      what_differs_in_acknowledgement_or_time_stays, packets_have_good_checksums,
      every_layer_carries_every_segment, a_replay_holds_all_variants)
