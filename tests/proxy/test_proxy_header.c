/* SPDX-License-Identifier: BSD-2-Clause */
#include "proxy_header.h"

#include "harness.h"

static const uint8_t V2[] = { 0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49,
			      0x54, 0x0a, 0x21, 0x11, 0x00, 0x0c, 203,	0,    113,  7,
			      198,  51,	  100,	25,   0xc7, 0x38, 0x00, 0x19 };

static struct proxy_header header;

static enum proxy_header_found read_text(const char *text)
{
	return proxy_header_read(span_text(text), &header);
}

START_TEST(version_1_names_both_ends)
{
	char text[ADDR_TEXT_SIZE];

	ck_assert_int_eq(read_text("PROXY TCP4 203.0.113.7 198.51.100.25 51000 25\r\nEHLO x\r\n"),
			 PROXY_HEADER_WHOLE);
	ck_assert_uint_eq(header.version, 1);
	ck_assert_uint_eq(header.length, 47);
	ck_assert(header.has_addresses);
	addr_format(text, &header.source.addr);
	ck_assert_str_eq(text, "203.0.113.7");
	ck_assert_uint_eq(header.source.port, 51000);
	addr_format(text, &header.target.addr);
	ck_assert_str_eq(text, "198.51.100.25");
	ck_assert_uint_eq(header.target.port, 25);
	ck_assert_int_eq(read_text("PROXY TCP6 2001:db8::7 ::1 1 65535\r\n"), PROXY_HEADER_WHOLE);
	ck_assert_uint_eq(header.source.addr.version, 6);
	ck_assert_int_eq(read_text("PROXY UNKNOWN and whatever else\r\n"), PROXY_HEADER_WHOLE);
	ck_assert(!header.has_addresses);
	/* Servers take a line that ends with LF alone, as health checks send it. */
	ck_assert_int_eq(read_text("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\nEHLO x\n"), PROXY_HEADER_WHOLE);
	ck_assert_uint_eq(header.length, 31);
}
END_TEST

START_TEST(what_is_near_version_1_is_none)
{
	static const char *const lines[] = { "PROXYTEST TCP4 1.2.3.4 1.2.3.4 1 2\r\n",
					     "PROXY me\r\n",
					     "PROXY \r\n",
					     "PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n",
					     "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n",
					     "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n",
					     "PROXY TCP4 ::1 ::1 1 2\r\n",
					     "proxy TCP4 1.2.3.4 1.2.3.4 1 2\r\n",
					     "EHLO x\r\n" };

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		ck_assert_msg(read_text(lines[i]) == PROXY_HEADER_NONE, "%s", lines[i]);
	ck_assert_int_eq(
	    read_text("PROXY TCP4 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
	    PROXY_HEADER_NONE);
}
END_TEST

START_TEST(version_2_names_both_ends)
{
	ck_assert_int_eq(proxy_header_read(span_of(V2, sizeof V2), &header), PROXY_HEADER_WHOLE);
	ck_assert_uint_eq(header.version, 2);
	ck_assert_uint_eq(header.length, sizeof V2);
	ck_assert_uint_eq(header.source.port, 51000);
	ck_assert_uint_eq(header.target.port, 25);
	ck_assert_uint_eq(header.source.addr.bytes[0], 203);
}
END_TEST

START_TEST(version_2_has_other_forms)
{
	uint8_t bytes[64] = { 0 };

	memcpy(bytes, V2, sizeof V2);
	bytes[12] = 0x20; /* LOCAL */
	ck_assert_int_eq(proxy_header_read(span_of(bytes, sizeof V2), &header), PROXY_HEADER_WHOLE);
	ck_assert(!header.has_addresses);
	bytes[12] = 0x22; /* no such command */
	ck_assert_int_eq(proxy_header_read(span_of(bytes, sizeof V2), &header), PROXY_HEADER_NONE);
	bytes[12] = 0x11; /* no such version */
	ck_assert_int_eq(proxy_header_read(span_of(bytes, sizeof V2), &header), PROXY_HEADER_NONE);
	bytes[12] = 0x21;
	bytes[13] = 0x31; /* UNIX sockets */
	ck_assert_int_eq(proxy_header_read(span_of(bytes, sizeof V2), &header), PROXY_HEADER_WHOLE);
	ck_assert(!header.has_addresses);
	bytes[13] = 0x21; /* IPv6, too short for it */
	ck_assert_int_eq(proxy_header_read(span_of(bytes, sizeof V2), &header), PROXY_HEADER_NONE);
	bytes[15] = 36;
	ck_assert_int_eq(proxy_header_read(span_of(bytes, 52), &header), PROXY_HEADER_WHOLE);
	ck_assert_uint_eq(header.source.addr.version, 6);
	bytes[14] = 0xff; /* longer than anybody's */
	ck_assert_int_eq(proxy_header_read(span_of(bytes, 52), &header), PROXY_HEADER_NONE);
}
END_TEST

START_TEST(every_prefix_is_a_beginning)
{
	const char *line = "PROXY TCP4 203.0.113.7 198.51.100.25 51000 25\r\n";

	for (size_t length = 0; length < strlen(line); length++)
		ck_assert_int_eq(proxy_header_read(span_of(line, length), &header), PROXY_HEADER_BEGUN);
	for (size_t length = 0; length < sizeof V2; length++)
		ck_assert_int_eq(proxy_header_read(span_of(V2, length), &header), PROXY_HEADER_BEGUN);
}
END_TEST

SUITE("proxy_header", version_1_names_both_ends, what_is_near_version_1_is_none, version_2_names_both_ends,
      version_2_has_other_forms, every_prefix_is_a_beginning)
