/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What tunnels and framings reject, and what mirrors do to frames. test_samples has all of them in correct
 * form.
 */
#include "wire.h"

#include "harness.h"

#define UDP(port) WIRE_IP4 WIRE_UDP(port)
#define INNER	  WIRE_ETH "0800 @4"
#define SNAP	  "aaaa03 000000 0800 @4"
#define ADDRESSES "020000000001 020000000002 020000000003 "
#define ZERO_32	  "0000000000000000 0000000000000000 0000000000000000 0000000000000000 "

static void expect_no_tcp(int link_type, const char *const *texts, size_t count)
{
	static struct catch c;

	for (size_t i = 0; i < count; i++) {
		enum packet_outcome outcome = catch_text(&c, link_type, texts[i]);

		ck_assert_msg(outcome == PACKET_NO_TCP && c.count == 0, "%s: %d", texts[i], outcome);
	}
}

/* A port alone does not make a tunnel, and content that does not fit the tunnel is not an invalid packet. */
START_TEST(udp_that_only_has_the_port_of_a_tunnel)
{
	static const char *const texts[] = {
		UDP("12b5") "00000000 00006400" INNER, /* VXLAN without its flag */
		UDP("12b5") "18000000 00006400" INNER, /* reserved bits */
		UDP("12b5") "08000000 00006401" INNER, /* reserved byte */
		UDP("12b5") "08000000 00006400" WIRE_ETH "0800 6500" /* no IPv4 inside */,
		UDP("12b5") "08",
		UDP("12b5"),
		UDP("12b6") "3c000003 00006400" INNER,	/* another version of VXLAN-GPE */
		UDP("12b6") "0c000004 00006400" INNER,	/* NSH */
		UDP("17c1") "4000 6558 00006400" INNER, /* another version of Geneve */
		UDP("17c1") "0080 6558 00006400" INNER, /* control */
		UDP("17c1") "0000 0001 00006400" INNER,
		UDP("0868") "3001 0000 00000001",		       /* GTP echo */
		UDP("0868") "50ff l4 00000001 @4",		       /* another version of GTP */
		UDP("0868") "30ff ffff 00000001 @4",		       /* longer than the packet */
		UDP("0868") "34ff l4 00000001 00000085 00 1009 00 @4", /* an extension of length 0 */
		UDP("0868") "30ff l4 00000001 9000",		       /* not IP */
		UDP("0868") "30ff l4 00000001 4500 0fff abcd 4000 33 06 0000 c0000219 c6336407 #", /* too long */
		UDP("06a5") "c002 L4 0001 0002 ff03 0021 @4", /* L2TP control */
		UDP("06a5") "0003 0001 0002 ff03 0021 @4",    /* L2TPv3 */
		UDP("9090") "0104 0001 01" INNER,	      /* TZSP keep-alive */
		UDP("9090") "0100 0001 0a ff" INNER,	      /* tags without an end */
		UDP("19eb") "00010140 \"what?\"",	      /* MPLS with unknown content */
		UDP("0035") "0001",
	};

	expect_no_tcp(101, texts, sizeof texts / sizeof *texts);
}
END_TEST

START_TEST(udp_with_a_bad_length)
{
	static struct catch c;

	ck_assert_int_eq(catch_text(&c, 101,
				    WIRE_IP4
				    "11 0000 0a000001 0a000002 c000 12b5 0007 0000 08000000 00006400" INNER),
			 PACKET_NO_TCP);
	ck_assert_int_eq(catch_text(&c, 101,
				    WIRE_IP4
				    "11 0000 0a000001 0a000002 c000 12b5 0fff 0000 08000000 00006400" INNER),
			 PACKET_NO_TCP);
	/* 0 if the network card fills it in */
	ck_assert_int_eq(catch_text(&c, 101,
				    WIRE_IP4
				    "11 0000 0a000001 0a000002 c000 12b5 0000 0000 08000000 00006400" INNER),
			 PACKET_SEGMENT);
	catch_expect(&c, 4);
}
END_TEST

/* A mirror may cut a frame and encapsulate the rest with correct lengths of its own. */
START_TEST(mirrored_frame_that_was_cut_is_cut)
{
#define CUT_FRAME WIRE_ETH "0800 4500 0410 abcd 4000 33 06 0000 c0000219 c6336407 #"
	static const char *const texts[] = {
		UDP("12b5") "08000000 00006400" CUT_FRAME,
		WIRE_IP4 "2f" WIRE_IP4_END "1000 88be 00000001 1005 0001 00000000" CUT_FRAME,
		WIRE_IP4 "2f" WIRE_IP4_END "0000 6558" CUT_FRAME,
		UDP("9090") "0100 0001 01" CUT_FRAME,
	};
	static struct catch c;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		ck_assert_int_eq(catch_text(&c, 101, texts[i]), PACKET_SEGMENT);
		ck_assert_uint_eq(c.segment.payload_length, 1000);
		ck_assert(span_equal(c.segment.payload, span_text(WIRE_PAYLOAD)));
	}
	/* Without an inner frame there is no mirror: the inner packet contradicts the outer one. */
	ck_assert_int_eq(catch_text(&c, 101,
				    WIRE_IP4 "2f" WIRE_IP4_END
					     "0000 0800 4500 0410 abcd 4000 33 06 0000 c0000219 c6336407 #"),
			 PACKET_INVALID);
}
END_TEST

START_TEST(gre_that_is_not_read)
{
#define GRE WIRE_IP4 "2f" WIRE_IP4_END
	static const char *const texts[] = {
		GRE "0000 0009 @4",				      /* no ethertype */
		GRE "0003 0800 @4",				      /* an unknown version */
		GRE "2081 880b 0000 0001 00000002",		      /* PPTP, only an acknowledgement */
		GRE "3001 880b l6 0001 00000001 ff03 c021 0101 0004", /* LCP */
		GRE "1000 88be 00000001 0005 0001 00000000" INNER,    /* another version of ERSPAN */
		GRE "1000 22eb 00000001 2005 0001 00000000 0000 0400" INNER,
	};
	static struct catch c;

	expect_no_tcp(101, texts, sizeof texts / sizeof *texts);
	ck_assert_int_eq(catch_text(&c, 101, GRE "1001 880b 0001 0001 00000001 21"), PACKET_INVALID);
	ck_assert_int_eq(catch_text(&c, 101, GRE "3001 880b 7fff 0001 00000001 21 @4"), PACKET_INVALID);
}
END_TEST

START_TEST(framings_that_carry_something_else)
{
	static const char *const ethernet[] = {
		WIRE_ETH "8863 1109 0000 0000",		 /* PPPoE discovery */
		WIRE_ETH "8864 11a7 0001 0000",		 /* PPPoE session with a code */
		WIRE_ETH "8864 1100 0001 L0 c021 0101",	 /* LCP */
		WIRE_ETH "88e5 0c 00 00000001 0800 @4",	 /* MACsec, encrypted */
		WIRE_ETH "8847 00010140 10000000" INNER, /* a control channel */
		WIRE_ETH "8847 00010140 020000000001 020000000002 0806",
		WIRE_ETH "L0 aaaa03 00000c 2000 00", /* Cisco discovery */
		WIRE_ETH "L0 e0e003 0000",	     /* Novell */
		WIRE_ETH "8100 0005 0806 0001",
	};
	static const char *const ppp[] = { "ff03 c021 0101 0004", "fd 00", "ff00 0021 @4" };
	static const char *const relay[] = { "1841 03 08", "1841 0003 00" };
	static const char *const nflog[] = { "0200 0000", "0200 0000 0008 0001 08000001",
					     "0201 0000 L2 0009 @4" };
	static const char *const cooked[] = { "0000 0338 0000 0000000000000000 0800 @4",
					      "0000 0001 0006 0200000000010000 000c 00" };
	static const char *const family[] = { "00000007 @4", "12000000 @4" };

	expect_no_tcp(1, ethernet, sizeof ethernet / sizeof *ethernet);
	expect_no_tcp(9, ppp, sizeof ppp / sizeof *ppp);
	expect_no_tcp(107, relay, sizeof relay / sizeof *relay);
	expect_no_tcp(239, nflog, sizeof nflog / sizeof *nflog);
	expect_no_tcp(113, cooked, sizeof cooked / sizeof *cooked);
	expect_no_tcp(0, family, sizeof family / sizeof *family);
}
END_TEST

START_TEST(impossible_headers_are_invalid)
{
	static const struct {
		int link_type;
		const char *text;
	} bad[] = {
		{ 51, "2100 0001 L0 0021 @4" },	     /* PPPoE version */
		{ 107, "18404040 4040 03 cc @4" },   /* an address without an end */
		{ 239, "0200 0000 0003 0001 0800" }, /* an attribute shorter than its header */
		{ 117, "0402 0000 @4" },	     /* pflog */
		{ 127, "0000 0700 00000000" },	     /* radiotap shorter than its header */
		{ 127, "0100 0800 00000000" },
		{ 192, "0000 0800 c0000000 0000 0800" }, /* PPI in PPI */
		{ 163, "80211001 00000004" },
		{ 258, "00000004 00000001 00000001" ZERO_32 ZERO_32 },
		{ 101, "10" },
	};
	static struct catch c;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(catch_text(&c, bad[i].link_type, bad[i].text) == PACKET_INVALID, "%s",
			      bad[i].text);
}
END_TEST

START_TEST(wireless_frames_that_are_not_read)
{
	static const char *const texts[] = {
		"0842 0000" ADDRESSES "1000" SNAP, /* encrypted */
		"8000 0000" ADDRESSES "1000" SNAP, /* beacon */
		"4802 0000" ADDRESSES "1000",	   /* no data */
		"0806 0000" ADDRESSES "1000" SNAP, /* first fragment */
		"0802 0000" ADDRESSES "1100" SNAP, /* second fragment */
		"d400 0000 020000000001",	   /* acknowledgement */
	};
	static const char *const damaged[] = { "0000 0900 02000000 40 0802 0000" ADDRESSES "1000" SNAP };

	expect_no_tcp(105, texts, sizeof texts / sizeof *texts);
	expect_no_tcp(127, damaged, 1);
}
END_TEST

/* Records the ports of segments. */
struct seen {
	unsigned count;
	uint16_t port[8];
};

static void see(void *context, const struct segment *s)
{
	struct seen *seen = context;

	ck_assert_uint_lt(seen->count, 8);
	seen->port[seen->count++] = s->target.port;
}

START_TEST(all_subframes_of_an_aggregate)
{
#define SUBFRAME(port)                                                                                       \
	"020000000001 020000000002 0032 aaaa03 000000 0800 "                                                 \
	"4500 002a abcd 4000 33 06 0000 c0000219 c6336407 0019 " port                                        \
	" 01020304 0a0b0c0d 5018 1234 0000 0000 \"hi\" "
	const struct packet_config config = { .secret = { 1, 2 } };
	static struct wire w;
	struct seen seen = { 0 };
	struct packet *p = packet_create(&config, see, &seen);

	/* 14 + 50 bytes: no padding. An ARP between them is skipped. */
	wire_make(&w, "8801 0000" ADDRESSES "1000 8000" SUBFRAME(
			  "0001") "020000000001 020000000002 0009 aaaa03 000000 0806 00 00" SUBFRAME("0002")
			  SUBFRAME("0003"));
	ck_assert_int_eq(catch_push(p, 105, span_of(w.bytes, w.length), 0), PACKET_SEGMENT);
	ck_assert_uint_eq(seen.count, 3);
	ck_assert(seen.port[0] == 1 && seen.port[1] == 2 && seen.port[2] == 3);
	ck_assert_uint_eq(packet_counters(p)->frames, 1);
	ck_assert_uint_eq(packet_counters(p)->segments, 3);
	packet_destroy(p);
}
END_TEST

START_TEST(user_link_type_that_is_no_pktap_is_unknown)
{
	static struct catch c;
	static struct wire w;
	struct packet *p = catch_packets(&c);
	const struct packet_unknown_link *links;
	size_t count;

	wire_make(&w, "ffffffff ffffffff ffffffff" ZERO_32 ZERO_32);
	ck_assert_int_eq(catch_push(p, 149, span_of(w.bytes, w.length), 0), PACKET_LINK_UNKNOWN);
	links = packet_unknown_links(p, &count);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(links[0].link_type, 149);
	packet_destroy(p);
}
END_TEST

START_TEST(link_type_named_inside_a_header_may_be_unknown)
{
	static struct catch c;
	static struct wire w;
	struct packet *p = catch_packets(&c);
	const struct packet_unknown_link *links;
	size_t count;

	wire_make(&w, "0000 0800 f0000000 00");
	ck_assert_int_eq(catch_push(p, 192, span_of(w.bytes, w.length), 0), PACKET_LINK_UNKNOWN);
	wire_make(&w, "6c000000 01000000 f1000000" ZERO_32 ZERO_32 ZERO_32 "00");
	ck_assert_int_eq(catch_push(p, 258, span_of(w.bytes, w.length), 0), PACKET_LINK_UNKNOWN);
	links = packet_unknown_links(p, &count);
	ck_assert_uint_eq(count, 2);
	ck_assert_int_eq(links[0].link_type, 0xf0);
	ck_assert_int_eq(links[1].link_type, 0xf1);
	packet_destroy(p);
}
END_TEST

SUITE("tunnel", udp_that_only_has_the_port_of_a_tunnel, udp_with_a_bad_length,
      mirrored_frame_that_was_cut_is_cut, gre_that_is_not_read, framings_that_carry_something_else,
      impossible_headers_are_invalid, wireless_frames_that_are_not_read, all_subframes_of_an_aggregate,
      user_link_type_that_is_no_pktap_is_unknown, link_type_named_inside_a_header_may_be_unknown)
