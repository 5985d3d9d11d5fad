/* SPDX-License-Identifier: BSD-2-Clause */
#include "packet_filter.h"

#include "harness.h"

/* A TCP segment from port 40000 to port 25, behind an Ethernet header. */
static const uint8_t PACKET[54] = {
	[0] = 2,
	[5] = 1,
	[6] = 2,
	[11] = 2,
	[12] = 0x08,
	[14] = 0x45,
	[17] = 40,
	[22] = 64,
	[23] = 6,
	/* 192.0.2.1 to 198.51.100.1 */
	[26] = 192,
	0,
	2,
	1,
	198,
	51,
	100,
	1,
	0x9c,
	0x40,
	0,
	25,
	[46] = 0x50,
};

static struct frame frame_of(size_t from, int link_type)
{
	return (struct frame){ .bytes = span_of(PACKET + from, sizeof PACKET - from),
			       .wire_length = (uint32_t)(sizeof PACKET - from),
			       .link_type = link_type };
}

static bool matches(const char *expression, size_t from, int link_type)
{
	struct frame frame = frame_of(from, link_type);
	struct packet_filter *f;
	struct buf error;
	bool result;

	buf_init(&error, 8192);
	f = packet_filter_create(expression, &error);
	ck_assert_msg(f, "%s", buf_string(&error));
	result = packet_filter_matches(f, &frame);
	ck_assert(result == packet_filter_matches(f, &frame));
	packet_filter_destroy(f);
	buf_finish(&error);
	return result;
}

START_TEST(the_expression_is_compiled_for_the_link_type)
{
	ck_assert(matches("tcp port 25", 0, 1));
	ck_assert(!matches("tcp port 26", 0, 1));
	/* LINKTYPE_RAW, whose DLT_ number is another one */
	ck_assert(matches("src host 192.0.2.1 and tcp port 25", 14, 101));
	ck_assert(!matches("dst host 192.0.2.1", 14, 101));
	ck_assert(matches("", 0, 1));
}
END_TEST

START_TEST(link_types_without_what_it_asks_for_are_named)
{
	struct frame ethernet = frame_of(0, 1), raw = frame_of(14, 101);
	struct buf error;
	struct packet_filter *f;

	buf_init(&error, 8192);
	f = packet_filter_create("ether src 02:00:00:00:00:02", &error);
	ck_assert_ptr_nonnull(f);
	ck_assert(packet_filter_matches(f, &ethernet));
	ck_assert_ptr_null(packet_filter_error(f, 0));
	ck_assert(!packet_filter_matches(f, &raw));
	ck_assert(!packet_filter_matches(f, &raw));
	ck_assert(packet_filter_matches(f, &ethernet));
	ck_assert_ptr_nonnull(strstr(packet_filter_error(f, 0), "link type 101: 'ether src"));
	ck_assert_ptr_null(packet_filter_error(f, 1));
	packet_filter_destroy(f);
	buf_finish(&error);
}
END_TEST

START_TEST(errors_name_the_expression_and_the_place)
{
	static const struct {
		const char *expression, *error;
	} wrong[] = {
		{ "tcp prot 25", "'tcp prot 25': syntax error at 'prot' (character 5)" },
		{ "tcp port 25 and and port 26",
		  "'tcp port 25 and and port 26': syntax error at 'and' (character 17)" },
		{ "(tcp port 25", "'(tcp port 25': syntax error at its end" },
		{ "host", "'host': syntax error at its end" },
		{ "tcp port smpt", "'tcp port smpt': unknown port 'smpt' (character 10)" },
	};
	struct buf error;

	buf_init(&error, 8192);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		buf_clear(&error);
		ck_assert_ptr_null(packet_filter_create(wrong[i].expression, &error));
		ck_assert_str_eq(buf_string(&error), wrong[i].error);
	}
	buf_finish(&error);
}
END_TEST

SUITE("packet_filter", the_expression_is_compiled_for_the_link_type,
      link_types_without_what_it_asks_for_are_named, errors_name_the_expression_and_the_place)
