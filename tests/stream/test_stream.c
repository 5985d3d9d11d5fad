/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of connections: roles, reuse, limits and expiry; and randomly shuffled conversations. */
#include "harness.h"
#include "tap.h"

static struct tap tap;

static void expect(const char *log)
{
	ck_assert_str_eq(tap_log(&tap), log);
}

START_TEST(test_ports)
{
	tap_init(&tap, NULL);
	tap.server.port = 80;
	tap_handshake(&tap);
	expect("");
	tap.server.port = 587;
	tap_handshake(&tap);
	expect("open syn:C synack:S est");
	ck_assert_uint_eq(stream_counters(tap.stream).ignored, 3);
	ck_assert_uint_eq(stream_counters(tap.stream).segments, 6);
	ck_assert_uint_eq(stream_counters(tap.stream).flows, 1);
	tap_finish(&tap);
}
END_TEST

START_TEST(test_any_port)
{
	const struct stream_config config = { .any_port = true };

	tap_init(&tap, &config);
	tap.server.port = 8025;
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	expect("open S@0'220'^0");
	ck_assert(!tap.session[0].flow->roles_known);
	ck_assert_uint_eq(tap.session[0].flow->server.port, 8025);
	tap_finish(&tap);
}
END_TEST

/* Both ports are mail ports: the SYN determines the roles. */
START_TEST(test_both_ports_listed)
{
	tap_init(&tap, NULL);
	tap.client.port = 25;
	tap_handshake(&tap);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	expect("open syn:C synack:S est S@0'220'^0");
	ck_assert(tap.session[0].flow->roles_known);
	ck_assert(endpoint_equal(&tap.session[0].flow->client, &tap.client));
	tap_finish(&tap);
	/* Without it, and with equal ports, the side that is seen first counts as the client, but nothing is sure. */
	tap_init(&tap, NULL);
	tap.client.port = 25;
	tap_data(&tap, DIR_CLIENT, 0, 0, "QUIT");
	ck_assert(!tap.session[0].flow->roles_known);
	ck_assert(endpoint_equal(&tap.session[0].flow->client, &tap.client));
	tap_finish(&tap);
}
END_TEST

/* The event of a FIN comes at the end of what was delivered, even if acknowledgements say that more was sent. */
START_TEST(test_fin_behind_the_end)
{
	tap_init(&tap, NULL);
	tap.any_order = true;
	tap_handshake(&tap);
	tap_data(&tap, DIR_CLIENT, 0, 0, "NOOP");
	tap_log(&tap);
	tap_send(&tap, DIR_SERVER, 0, 104, TCP_ACK, "");
	tap_data(&tap, DIR_SERVER, 0, 104, "250");
	tap_wait(&tap, 10 * TSTAMP_SECOND);
	tap_send(&tap, DIR_CLIENT, 4, 3, TCP_ACK | TCP_FIN, "");
	ck_assert_ptr_nonnull(strstr(tap_log(&tap), "fin:C@104"));
	tap_finish(&tap);
}
END_TEST

/* The ports of both connections give the same place in the table of the latest ones; each keeps its own bytes. */
START_TEST(test_shared_place)
{
	uint16_t client;

	tap_init(&tap, NULL);
	client = tap.client.port;
	for (int i = 0; i < 2; i++) {
		tap.client.port = (uint16_t)(i ? client ^ 25 ^ 587 : client);
		tap.server.port = i ? 587 : 25;
		tap_handshake(&tap);
	}
	for (int i = 0; i < 6; i++) {
		tap.client.port = (uint16_t)(i % 2 ? client ^ 25 ^ 587 : client);
		tap.server.port = i % 2 ? 587 : 25;
		tap_data(&tap, DIR_CLIENT, i / 2 * 3, 0, i % 2 ? "abc" : "123");
	}
	ck_assert_uint_eq(tap.sessions, 2);
	ck_assert_str_eq(buf_string(&tap.session[0].bytes[DIR_CLIENT]), "123123123");
	ck_assert_str_eq(buf_string(&tap.session[1].bytes[DIR_CLIENT]), "abcabcabc");
	tap_finish(&tap);
}
END_TEST

START_TEST(test_reuse_after_close)
{
	tap_init(&tap, NULL);
	tap_handshake(&tap);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_send(&tap, DIR_CLIENT, 0, 3, TCP_ACK | TCP_FIN, "");
	tap_send(&tap, DIR_SERVER, 3, 1, TCP_ACK | TCP_FIN, "");
	tap_log(&tap);
	tap.isn[DIR_CLIENT] += 100000;
	tap.isn[DIR_SERVER] += 200000;
	tap_handshake(&tap);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	expect("end:closed open syn:C synack:S est S@0'220'^0");
	tap_finish(&tap);
}
END_TEST

START_TEST(test_reuse_without_close)
{
	tap_init(&tap, NULL);
	tap_handshake(&tap);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_log(&tap);
	tap.isn[DIR_CLIENT] += 100000;
	tap_handshake(&tap);
	expect("end:reused open syn:C synack:S est");
	tap_finish(&tap);
}
END_TEST

/* A retransmitted SYN belongs to the same connection; after its end it opens a new one. */
START_TEST(test_same_sequence_number_again)
{
	tap_init(&tap, NULL);
	tap_handshake(&tap);
	tap_send(&tap, DIR_CLIENT, 0, 0, TCP_SYN, "");
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	expect("open syn:C synack:S est syn:C S@0'220'^0");
	tap_send(&tap, DIR_SERVER, 3, 0, TCP_RST, "");
	tap_send(&tap, DIR_CLIENT, 0, 0, TCP_SYN, "");
	expect("rst:S@3 end:closed open syn:C");
	tap_finish(&tap);
}
END_TEST

/* Only the server was captured: its SYN-ACK shows that the endpoints are reused. */
START_TEST(test_reuse_seen_from_server_only)
{
	tap_init(&tap, NULL);
	tap_send(&tap, DIR_SERVER, 0, 0, TCP_SYN | TCP_ACK, "");
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_send(&tap, DIR_SERVER, 3, 0, TCP_RST | TCP_ACK, "");
	tap_wait(&tap, 10 * TSTAMP_SECOND);
	expect("open synack:S S@0'220'^0 rst:S@3 end:closed");
	/* The same answer once more belongs to the connection that has ended. */
	tap_send(&tap, DIR_SERVER, 0, 0, TCP_SYN | TCP_ACK, "");
	expect("");
	tap.isn[DIR_CLIENT] += 5000;
	tap.isn[DIR_SERVER] += 90000;
	tap_send(&tap, DIR_SERVER, 0, 0, TCP_SYN | TCP_ACK, "");
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	expect("open synack:S S@0'220'^0");
	tap_finish(&tap);
}
END_TEST

START_TEST(test_late_packets_after_the_end)
{
	tap_init(&tap, NULL);
	tap_handshake(&tap);
	tap_send(&tap, DIR_CLIENT, 0, 0, TCP_ACK | TCP_FIN, "");
	tap_send(&tap, DIR_SERVER, 0, 1, TCP_ACK | TCP_FIN, "");
	tap_wait(&tap, 10 * TSTAMP_SECOND);
	expect("open syn:C synack:S est fin:C@0 fin:S@0 end:closed");
	tap_send(&tap, DIR_CLIENT, 1, 1, TCP_ACK, "");
	tap_send(&tap, DIR_SERVER, 0, 1, TCP_ACK | TCP_FIN, "");
	tap_send(&tap, DIR_CLIENT, 1, 0, TCP_RST, "");
	expect("");
	/* Forgotten eventually. */
	tap_wait(&tap, 200 * TSTAMP_SECOND);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	expect("open S@0'220'^0");
	tap_finish(&tap);
}
END_TEST

START_TEST(test_late_data_of_a_closed_flow)
{
	tap_init(&tap, NULL);
	tap_handshake(&tap);
	tap_log(&tap);
	tap_send(&tap, DIR_SERVER, 0, 0, TCP_RST, "");
	/* Captured late but sent before: delivered while the flow settles. */
	tap_data(&tap, DIR_SERVER, 0, 0, "421");
	expect("rst:S@0 S@0'421'^0");
	tap_wait(&tap, 3 * TSTAMP_SECOND);
	expect("end:closed");
	tap_finish(&tap);
}
END_TEST

START_TEST(test_idle)
{
	const struct stream_config config = { .idle = 100 * TSTAMP_SECOND };

	tap_init(&tap, &config);
	tap_handshake(&tap);
	tap_data(&tap, DIR_SERVER, 5, 0, "x");
	tap_log(&tap);
	tap_wait(&tap, 99 * TSTAMP_SECOND);
	expect("");
	tap_wait(&tap, 2 * TSTAMP_SECOND);
	expect("S@0[5]^? S@5'x'^0 end:idle");
	tap_finish(&tap);
}
END_TEST

START_TEST(test_eviction)
{
	const struct stream_config config = { .max_flows = 3 };

	tap_init(&tap, &config);
	for (unsigned i = 0; i < 5; i++) {
		tap.client.port = (uint16_t)(40000 + i);
		tap_handshake(&tap);
		tap_data(&tap, DIR_SERVER, 0, 0, "220");
		/* The first one is used again each time. */
		tap.client.port = 40000;
		tap_send(&tap, DIR_CLIENT, 0, 3, TCP_ACK, "");
	}
	expect("open syn:C synack:S est S@0'220'^0 open syn:C synack:S est S@0'220'^0 "
	       "open syn:C synack:S est S@0'220'^0 "
	       "end:evicted open syn:C synack:S est S@0'220'^0 end:evicted open syn:C synack:S est S@0'220'^0");
	ck_assert_uint_eq(tap.session[0].ends, 0);
	ck_assert_uint_eq(tap.session[1].ends, 1);
	ck_assert_uint_eq(tap.session[2].ends, 1);
	ck_assert_uint_eq(stream_counters(tap.stream).evicted, 2);
	tap_finish(&tap);
}
END_TEST

/* A flood of connections that never carry data evicts its own, whatever was used last. */
START_TEST(test_silent_ones_go_first)
{
	const struct stream_config config = { .max_flows = 10 };

	tap_init(&tap, &config);
	tap_handshake(&tap);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap.quiet = true;
	for (unsigned i = 1; i < TAP_SESSIONS; i++) {
		tap.client.port = (uint16_t)(40000 + i);
		if (i % 2)
			tap_handshake(&tap);
		else
			tap_send(&tap, DIR_CLIENT, 0, 0, TCP_SYN, "");
	}
	ck_assert_uint_eq(stream_counters(tap.stream).evicted, TAP_SESSIONS - 10);
	tap.quiet = false;
	tap_log(&tap);
	tap.client.port = 40000;
	tap_data(&tap, DIR_CLIENT, 0, 3, "QUIT");
	expect("C@0'QUIT'^3");
	tap_finish(&tap);
}
END_TEST

/* A connection that has just begun is not the first to go. */
START_TEST(test_new_ones_stay)
{
	const struct stream_config config = { .max_flows = 10 };

	tap_init(&tap, &config);
	tap.quiet = true;
	for (unsigned i = 0; i < 40; i++) {
		tap.client.port = (uint16_t)(40000 + i);
		tap_handshake(&tap);
		tap_data(&tap, DIR_SERVER, 0, 0, "220");
	}
	ck_assert_uint_eq(stream_counters(tap.stream).evicted, 30);
	ck_assert_uint_eq(stream_counters(tap.stream).flows, 40);
	ck_assert_uint_eq(tap.session[29].ends, 1);
	ck_assert_uint_eq(tap.session[30].ends, 0);
	/* One that has carried no data for three seconds is. */
	tap.client.port = 41000;
	tap_handshake(&tap);
	tap.now += 3 * TSTAMP_SECOND;
	tap.client.port = 41001;
	tap_handshake(&tap);
	ck_assert_uint_eq(tap.session[40].ends, 1);
	ck_assert_uint_eq(tap.session[32].ends, 0);
	tap_finish(&tap);
}
END_TEST

/* The next packet of an evicted connection opens a flow that continues it; a new SYN opens one that does not. */
START_TEST(test_continues)
{
	const struct stream_config config = { .max_flows = 1 };

	tap_init(&tap, &config);
	tap_handshake(&tap);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap.client.port = 40001;
	tap_handshake(&tap);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap.client.port = 40000;
	tap_log(&tap);
	tap_data(&tap, DIR_CLIENT, 0, 3, "QUIT");
	expect("end:evicted open C@0'QUIT'^0");
	ck_assert_uint_eq(tap.session[2].flow->continues, 1);
	ck_assert_uint_eq(tap.session[2].flow->opened, FLOW_MIDSTREAM);
	/* It went on itself, and does not continue a second time. */
	tap.client.port = 40001;
	tap_data(&tap, DIR_CLIENT, 0, 3, "QUIT");
	ck_assert_uint_eq(tap.session[3].flow->continues, 2);
	tap.client.port = 40000;
	tap_data(&tap, DIR_SERVER, 3, 4, "221");
	ck_assert_uint_eq(tap.session[4].flow->continues, 3);
	tap.client.port = 40001;
	tap.isn[DIR_CLIENT] += 100000;
	tap_handshake(&tap);
	ck_assert_uint_eq(tap.session[5].flow->continues, 0);
	tap_finish(&tap);
}
END_TEST

#if defined(__has_feature) && !defined(__SANITIZE_ADDRESS__)
#if __has_feature(address_sanitizer) /* clang */
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
enum { ACCOUNT_LIMIT = 250000 };
#else
enum { ACCOUNT_LIMIT = 500000 };
#endif

/* All memory of the table is charged, and released; the account decides when connections give way. */
START_TEST(test_account)
{
	/* With a sanitizer, blocks come from malloc, so connections need less than the slabs that they share. */
	struct account account = { .limit = ACCOUNT_LIMIT };
	const struct stream_config config = { .account = &account };
	char held[16000];

	memset(held, 'x', sizeof held - 1);
	held[sizeof held - 1] = 0;
	tap_init(&tap, &config);
	tap.quiet = true;
	for (unsigned i = 0; i < TAP_SESSIONS; i++) {
		tap.client.port = (uint16_t)(40000 + i);
		tap_handshake(&tap);
		tap_data(&tap, DIR_SERVER, 0, 0, "220 ready");
		tap_data(&tap, DIR_CLIENT, 4, 9, held); /* beyond a hole */
		while (account_is_full(&account))
			ck_assert(stream_evict(tap.stream, tap.now));
	}
	ck_assert_uint_gt(stream_counters(tap.stream).evicted, TAP_SESSIONS / 8);
	/* Room is made behind each connection. */
	ck_assert_uint_le(account.peak, ACCOUNT_LIMIT + sizeof held + 4096);
	tap_finish(&tap);
	ck_assert_uint_eq(account.used, 0);
}
END_TEST

/* A closed connection is removed before one that is alive, and does not count as evicted. */
START_TEST(test_closed_ones_go_first)
{
	const struct stream_config config = { .max_flows = 2 };

	tap_init(&tap, &config);
	tap_handshake(&tap);
	tap.client.port = 40001;
	tap_handshake(&tap);
	tap_send(&tap, DIR_CLIENT, 0, 0, TCP_RST, "");
	tap_log(&tap);
	tap.client.port = 40002;
	tap_handshake(&tap);
	expect("end:closed open syn:C synack:S est");
	ck_assert_uint_eq(stream_counters(tap.stream).evicted, 0);
	ck_assert_uint_eq(tap.session[0].ends, 0);
	tap_finish(&tap);
}
END_TEST

START_TEST(test_bound_of_all)
{
	const struct stream_config config = { .max_held_total = 10000 };
	uint64_t delivered = 0;
	char text[101];

	memset(text, 'x', 100);
	text[100] = 0;
	tap_init(&tap, &config);
	tap.quiet = true;
	for (unsigned flow = 0; flow < 20; flow++) {
		tap.client.port = (uint16_t)(40000 + flow);
		tap_handshake(&tap);
		for (int64_t i = 0; i < 10; i++)
			tap_data(&tap, DIR_SERVER, 10 + 200 * i, 0, text);
	}
	tap_wait(&tap, TSTAMP_SECOND / 5);
	for (unsigned flow = 0; flow < 20; flow++)
		delivered += tap.session[flow].delivered[DIR_SERVER] - tap.session[flow].gaps[DIR_SERVER];
	/* 20,000 bytes wait behind holes; no more than the limit may be held. */
	ck_assert_uint_ge(delivered, 10000);
	tap_finish(&tap);
}
END_TEST

START_TEST(test_pieces_are_bounded)
{
	tap_init(&tap, NULL);
	tap.quiet = true;
	tap.step = 1000;
	tap_handshake(&tap);
	for (int64_t i = 0; i < 6000; i++)
		tap_data(&tap, DIR_SERVER, 10 + 2 * i, 0, "x");
	ck_assert_uint_ge(tap.session[0].delivered[DIR_SERVER], 2000);
	tap_finish(&tap);
}
END_TEST

START_TEST(test_icmp)
{
	struct segment g;

	tap_init(&tap, NULL);
	g = tap_segment(&tap, DIR_CLIENT, 0, 0, 0, "");
	g.kind = SEGMENT_ICMP_ERROR;
	stream_push(tap.stream, &g);
	expect("open icmp:C");
	ck_assert_int_eq(tap.session[0].flow->opened, FLOW_UNANSWERED);
	stream_finish(tap.stream);
	expect("end:input");
	tap_finish(&tap);
}
END_TEST

/* An ICMP error about an established connection does not change how it was opened. */
START_TEST(test_icmp_then_midstream)
{
	struct segment g;

	tap_init(&tap, NULL);
	g = tap_segment(&tap, DIR_SERVER, 0, 0, 0, "");
	g.kind = SEGMENT_ICMP_ERROR;
	stream_push(tap.stream, &g);
	tap_data(&tap, DIR_SERVER, 500, 700, "250");
	expect("open icmp:S S@0'250'^0");
	ck_assert_int_eq(tap.session[0].flow->opened, FLOW_MIDSTREAM);
	tap_finish(&tap);
}
END_TEST

/* One packet with a time far in the future does not stop the clock permanently. */
START_TEST(test_clock_jumps)
{
	tap_init(&tap, NULL);
	tap_handshake(&tap);
	tap_data(&tap, DIR_SERVER, 0, 0, "220");
	tap_log(&tap);
	tap.client.port = 40001;
	tap.now += 1000 * 86400 * TSTAMP_SECOND;
	tap_handshake(&tap);
	tap.now -= 1000 * 86400 * TSTAMP_SECOND;
	tap.client.port = 40002;
	tap_handshake(&tap);
	tap_send(&tap, DIR_CLIENT, 0, 0, TCP_RST, "");
	tap_log(&tap);
	tap.client.port = 40003;
	for (int i = 0; i < 40; i++) {
		tap.now += TSTAMP_SECOND / 10;
		tap_send(&tap, DIR_CLIENT, 0, 0, TCP_SYN, "");
	}
	ck_assert_uint_eq(tap.session[2].ends, 1);
	tap_finish(&tap);
}
END_TEST

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

enum { SAID_MAX = 200, STREAM_MAX = 4000 };

struct said {
	enum direction d;
	uint32_t offset, ack, length;
	bool fin;
	uint16_t ip_id;
};

struct conversation {
	struct said said[SAID_MAX];
	size_t count;
	uint32_t length[2];
	bool fin[2];
	char text[2][STREAM_MAX];
	char merged[4 * STREAM_MAX];
	size_t merged_length;
};

static void say(struct conversation *k, enum direction d, uint32_t length, bool fin, uint32_t *seed)
{
	struct said *s = &k->said[k->count++];

	*s = (struct said){ .d = d,
			    .offset = k->length[d],
			    .ack = k->length[direction_other(d)] + k->fin[direction_other(d)],
			    .length = length,
			    .fin = fin,
			    .ip_id = (uint16_t)(1000 + k->count) };
	k->fin[d] = fin;
	for (uint32_t i = 0; i < length; i++) {
		char c = (char)('a' + next_random(seed) % 26);

		k->text[d][k->length[d]++] = c;
		k->merged[k->merged_length++] = d == DIR_CLIENT ? 'C' : 'S';
		k->merged[k->merged_length++] = c;
	}
}

static void make_conversation(struct conversation *k, uint32_t *seed)
{
	unsigned turns = 2 + next_random(seed) % 12;

	*k = (struct conversation){ 0 };
	for (unsigned turn = 0; turn < turns; turn++)
		for (unsigned part = next_random(seed) % 4; part; part--)
			say(k, turn % 2 ? DIR_CLIENT : DIR_SERVER, 1 + next_random(seed) % 40, false, seed);
	if (next_random(seed) % 2)
		say(k, DIR_CLIENT, next_random(seed) % 3, true, seed);
	if (next_random(seed) % 2)
		say(k, DIR_SERVER, next_random(seed) % 3, true, seed);
}

/*
 * Splits segments, retransmits some (alone or several as one), captures some twice, then shuffles all of
 * them.
 */
static void change_conversation(struct conversation *k, uint32_t *seed)
{
	size_t count = k->count;

	for (size_t i = 0; i < count && k->count < SAID_MAX; i++) {
		struct said *s = &k->said[i], copy = *s;
		unsigned what = next_random(seed) % 6;

		if (what == 0 && s->length > 1) {
			s->length = 1 + next_random(seed) % (s->length - 1);
			s->fin = false;
			copy.offset += s->length;
			copy.length -= s->length;
			copy.ip_id = (uint16_t)(2000 + i);
			k->said[k->count++] = copy;
		} else if (what == 1) {
			k->said[k->count++] = copy;
		} else if (what == 2) {
			copy.ip_id = (uint16_t)(3000 + i);
			k->said[k->count++] = copy;
		} else if (what == 3 && i > 0 && k->said[i - 1].d == s->d && !copy.fin &&
			   k->said[i - 1].offset + k->said[i - 1].length == s->offset) {
			copy.offset = k->said[i - 1].offset;
			copy.length += k->said[i - 1].length;
			copy.ip_id = (uint16_t)(4000 + i);
			k->said[k->count++] = copy;
		}
	}
	for (size_t i = k->count; i > 1; i--) {
		size_t j = next_random(seed) % i;
		struct said swap = k->said[i - 1];

		k->said[i - 1] = k->said[j];
		k->said[j] = swap;
	}
}

/*
 * Any order, repetition and splitting of a conversation's packets gives its bytes, without gaps or conflicts,
 * and each side's bytes come after what it had acknowledged.
 */
START_TEST(test_any_order)
{
	static struct conversation k;

	for (uint32_t round = 0; round < 250; round++) {
		uint32_t seed = round + 1;

		make_conversation(&k, &seed);
		change_conversation(&k, &seed);
		tap_init(&tap, NULL);
		tap.isn[0] = next_random(&seed) % 2 ? UINT32_MAX - next_random(&seed) % 50 : next_random(&seed);
		tap.isn[1] = next_random(&seed) % 2 ? UINT32_MAX - next_random(&seed) % 50 : next_random(&seed);
		tap.step = 1000;
		tap_handshake(&tap);
		tap_log(&tap);
		for (size_t i = 0; i < k.count; i++) {
			const struct said *s = &k.said[i];
			struct segment g =
			    tap_segment(&tap, s->d, s->offset, s->ack, TCP_ACK | (s->fin ? TCP_FIN : 0), "");

			g.payload = span_of(k.text[s->d] + s->offset, s->length);
			g.payload_length = s->length;
			g.ip_id = s->ip_id;
			stream_push(tap.stream, &g);
		}
		for (int d = 0; d < 2; d++) {
			ck_assert_msg(tap.session[0].delivered[d] == k.length[d] && tap.session[0].gaps[d] == 0,
				      "round %u: side %d was not delivered completely", round, d);
			ck_assert(
			    span_equal(buf_span(&tap.session[0].bytes[d]), span_of(k.text[d], k.length[d])));
		}
		ck_assert_msg(span_equal(buf_span(&tap.session[0].merged), span_of(k.merged, k.merged_length)),
			      "round %u: not in the order it was said", round);
		ck_assert_ptr_null(strstr(tap_log(&tap), "conflict"));
		tap_finish(&tap);
	}
}
END_TEST

/* With packets missing from the capture, the other bytes keep their positions. */
START_TEST(test_any_loss)
{
	static struct conversation k;

	for (uint32_t round = 0; round < 250; round++) {
		uint32_t seed = round + 77;

		make_conversation(&k, &seed);
		change_conversation(&k, &seed);
		tap_init(&tap, NULL);
		tap.quiet = true;
		tap.step = 1000;
		tap_handshake(&tap);
		for (size_t i = 0; i < k.count; i++) {
			const struct said *s = &k.said[i];
			struct segment g =
			    tap_segment(&tap, s->d, s->offset, s->ack, TCP_ACK | (s->fin ? TCP_FIN : 0), "");

			g.payload = span_of(k.text[s->d] + s->offset, s->length);
			g.payload_length = s->length;
			if (next_random(&seed) % 4 == 0)
				continue;
			if (s->length && next_random(&seed) % 8 == 0)
				g.payload.length = next_random(&seed) % s->length;
			if (next_random(&seed) % 4 == 0)
				tap.now += TSTAMP_SECOND;
			stream_push(tap.stream, &g);
		}
		stream_finish(tap.stream);
		for (int d = 0; d < 2; d++) {
			struct span came = buf_span(&tap.session[0].bytes[d]);

			ck_assert_uint_le(came.length, k.length[d] + 1);
			for (size_t i = 0; i < came.length; i++)
				ck_assert(came.at[i] == 0 || (char)came.at[i] == k.text[d][i]);
		}
		tap_finish(&tap);
	}
}
END_TEST

/* An ignored connection ends at once, and its later packets open no new one, however long it lasts. */
START_TEST(test_ignored)
{
	tap_init(&tap, NULL);
	tap.ignore = true;
	tap_data(&tap, DIR_SERVER, 0, 0, "HTTP");
	expect("open S@0'HTTP'^0 end:closed");
	for (int i = 0; i < 10; i++) {
		tap_wait(&tap, 60 * TSTAMP_SECOND);
		tap_data(&tap, DIR_SERVER, 4 + i, 0, "x");
	}
	expect("");
	ck_assert_uint_eq(stream_counters(tap.stream).flows, 1);
	ck_assert_uint_eq(stream_counters(tap.stream).evicted, 0);
	tap_finish(&tap);
}
END_TEST

SUITE("stream/stream", test_ports, test_ignored, test_any_port, test_both_ports_listed,
      test_fin_behind_the_end, test_shared_place, test_reuse_after_close, test_reuse_without_close,
      test_same_sequence_number_again, test_reuse_seen_from_server_only, test_late_packets_after_the_end,
      test_late_data_of_a_closed_flow, test_idle, test_eviction, test_silent_ones_go_first, test_new_ones_stay,
      test_continues, test_account, test_closed_ones_go_first, test_bound_of_all, test_pieces_are_bounded,
      test_icmp, test_icmp_then_midstream, test_clock_jumps, test_any_order, test_any_loss)
