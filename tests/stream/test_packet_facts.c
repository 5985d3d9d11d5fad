/* SPDX-License-Identifier: BSD-2-Clause */
/* What a flow records of the headers of its packets: options of the opening, TTLs, IP identifications. */
#include "connection.h"
#include "harness.h"
#include "tap.h"

static struct tap tap;

static void start(void)
{
	tap_init(&tap, NULL);
	tap_handshake(&tap);
}

/* Options of a SYN are recorded for the side that sent it. */
START_TEST(test_facts_of_the_opening)
{
	struct segment g;

	tap_init(&tap, NULL);
	g = tap_segment(&tap, DIR_CLIENT, 0, 0, TCP_SYN, "");
	g.options.has_mss = g.options.has_window_scale = true;
	g.options.mss = 1460;
	g.options.window_scale = 7;
	g.ttl = 57;
	stream_push(tap.stream, &g);
	ck_assert_uint_eq(tap.session[0].flow->side[DIR_CLIENT].mss, 1460);
	ck_assert_uint_eq(tap.session[0].flow->side[DIR_CLIENT].window_scale, 7);
	ck_assert(tap.session[0].flow->side[DIR_CLIENT].syn);
	tap_finish(&tap);
}
END_TEST

/* The lowest and the highest TTL of all packets of a side but its resets. */
START_TEST(test_hop_counts)
{
	static const uint8_t ttl[] = { 60, 57, 64, 58 };
	const struct flow_side *side;
	struct segment g;

	start();
	for (size_t i = 0; i < sizeof ttl; i++) {
		g = tap_segment(&tap, DIR_SERVER, (int64_t)i, 0, TCP_ACK, "a");
		g.ttl = ttl[i];
		stream_push(tap.stream, &g);
	}
	side = &tap.session[0].flow->side[DIR_SERVER];
	g = tap_segment(&tap, DIR_SERVER, 4, 0, TCP_RST, "");
	g.ttl = 200;
	stream_push(tap.stream, &g);
	ck_assert_uint_eq(side->ttl_low, 57);
	ck_assert_uint_eq(side->ttl_high, 64);
	ck_assert_uint_eq(side->reset_ttl, 200);
	tap_finish(&tap);
}
END_TEST

/* Sends packets with the identifications |ids|, up to 0xffff, each captured once or |twice|. Returns whether the host seems not to count them. */
static bool varies(const uint16_t *ids, unsigned rises, bool twice)
{
	const struct flow_side *side;
	bool found;

	start();
	side = &tap.session[0].flow->side[DIR_SERVER];
	for (int64_t i = 0; ids[i] != 0xffff; i++) {
		struct segment g = tap_segment(&tap, DIR_SERVER, i, 0, TCP_ACK, "a");

		g.ip_id = ids[i];
		stream_push(tap.stream, &g);
		if (twice)
			stream_push(tap.stream, &g);
	}
	found = side->ip_id_varies;
	if (!found)
		ck_assert_uint_eq(side->ip_id_rises, rises);
	tap_finish(&tap);
	return found;
}

/* A host counts its packets: each identification is above the one before, by 256 at most. */
START_TEST(test_identifications)
{
	ck_assert(!varies((const uint16_t[]){ 7, 8, 9, 0xffff }, 2, false));
	ck_assert(!varies((const uint16_t[]){ 7, 263, 0xffff }, 1, false));
	ck_assert(varies((const uint16_t[]){ 7, 264, 0xffff }, 0, false));
	ck_assert(varies((const uint16_t[]){ 7, 7, 0xffff }, 0, false));
	ck_assert(varies((const uint16_t[]){ 7, 6, 0xffff }, 0, false));
	ck_assert(varies((const uint16_t[]){ 7, 0, 8, 0xffff }, 0, false));
	ck_assert(!varies((const uint16_t[]){ 0xfffe, 1, 2, 0xffff }, 2, false));
	ck_assert(!varies((const uint16_t[]){ 7, 8, 9, 0xffff }, 2, true));
}
END_TEST

SUITE("stream/packet_facts", test_facts_of_the_opening, test_hop_counts, test_identifications)
