/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "tls_hello.h"

/* A ClientHello with GREASE, SNI "mx" and supported_versions; a ServerHello of TLS 1.3. */
static const uint8_t CLIENT[] = {
	3,  3,	  1,  2,  3,  4,    5,	  6,	7,    8,    9,	  10,	11,   12,   13,
	14, 15,	  16, 17, 18, 19,   20,	  21,	22,   23,   24,	  25,	26,   27,   28,
	29, 30,	  31, 32, 0,  0,    8,	  0x1a, 0x1a, 0x13, 0x01, 0xc0, 0x2f, 0x00, 0xff,
	1,  0,	  0,  26, 0,  0,    0,	  7,	0,    5,    0,	  0,	2,    'm',  'x',
	0,  0x2b, 0,  7,  6,  0x2a, 0x2a, 0x03, 0x04, 0x03, 0x03, 0,	0x17, 0,    0,
};
static const uint8_t SERVER[] = {
	3,  3,	1,  2,	3,  4,	5,  6,	7,  8,	9,  10, 11,   12,   13, 14, 15, 16, 17,	  18, 19, 20, 21,
	22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 0,	0x13, 0x02, 0,	0,  6,	0,  0x2b, 0,  2,  3,  4,
};

START_TEST(test_client_hello)
{
	struct tls_client_hello hello;

	ck_assert(tls_client_hello_read(&hello, span_of(CLIENT, sizeof CLIENT)));
	ck_assert_str_eq(hello.sni, "mx");
	ck_assert_uint_eq(hello.version_count, 2);
	ck_assert_uint_eq(hello.versions[0], 0x0304);
	ck_assert_uint_eq(hello.versions[1], 0x0303);
	ck_assert(!hello.ranged);
	ck_assert_uint_eq(hello.cipher_count, 2);
	ck_assert_uint_eq(hello.size, sizeof CLIENT);
	ck_assert(!hello.early_data);
}
END_TEST

START_TEST(test_client_hello_without_extensions_names_its_highest_version)
{
	struct tls_client_hello hello;

	ck_assert(tls_client_hello_read(&hello, span_of(CLIENT, 47)));
	ck_assert_uint_eq(hello.version_count, 1);
	ck_assert_uint_eq(hello.versions[0], 0x0303);
	ck_assert(hello.ranged);
	ck_assert_str_eq(hello.sni, "");
}
END_TEST

START_TEST(test_hellos_cut_anywhere_are_none)
{
	struct tls_client_hello client;
	struct tls_server_hello server;

	for (size_t length = 0; length < sizeof CLIENT; length++)
		ck_assert_int_eq(tls_client_hello_read(&client, span_of(CLIENT, length)), length == 47);
	for (size_t length = 0; length < sizeof SERVER; length++)
		ck_assert_int_eq(tls_server_hello_read(&server, span_of(SERVER, length)), length == 38);
}
END_TEST

START_TEST(test_server_hello)
{
	struct tls_server_hello hello;

	ck_assert(tls_server_hello_read(&hello, span_of(SERVER, sizeof SERVER)));
	ck_assert_uint_eq(hello.version, 0x0304);
	ck_assert_uint_eq(hello.suite, 0x1302);
	ck_assert(!hello.retry);
	ck_assert(tls_server_hello_read(&hello, span_of(SERVER, 38)));
	ck_assert_uint_eq(hello.version, 0x0303);
}
END_TEST

/* Copies CLIENT up to its extensions to |bytes|, and appends |block|; returns the length. */
static size_t extended(uint8_t *bytes, const uint8_t *block, size_t length)
{
	memcpy(bytes, CLIENT, 47);
	bytes[47] = (uint8_t)(length >> 8);
	bytes[48] = (uint8_t)length;
	memcpy(bytes + 49, block, length);
	return 49 + length;
}

START_TEST(test_offers_of_a_client)
{
	static const uint8_t block[] = {
		0, 10, 0, 8,  0, 6, 0x1a, 0x1a, 0x11, 0xec, 0,	  0x1d,		  /* groups, one random */
		0, 16, 0, 10, 0, 8, 4,	  's',	'm',  't',  'p',  2,	'h', '2', /* ALPN */
		0, 51, 0, 7,  0, 5, 0x11, 0xec, 0,    1,    0xff,		  /* key share */
		0, 35, 0, 1,  7,						  /* ticket */
		0, 41, 0, 1,  0,						  /* pre-shared key */
		0, 42, 0, 0,							  /* early data */
	};
	uint8_t bytes[256];
	size_t length = extended(bytes, block, sizeof block);
	struct tls_client_hello hello;

	ck_assert(tls_client_hello_read(&hello, span_of(bytes, length)));
	ck_assert_uint_eq(hello.group_count, 2);
	ck_assert_uint_eq(hello.groups[0], 0x11ec);
	ck_assert_uint_eq(hello.groups[1], 0x001d);
	ck_assert_uint_eq(hello.suites[0], 0x1301);
	ck_assert_uint_eq(hello.suites[1], 0xc02f);
	ck_assert_str_eq(hello.alpn, "smtp,h2");
	ck_assert(hello.post_quantum && hello.ticket && hello.psk && hello.early_data && !hello.session_id);
	/* Offered, but without a share: the hello stays small. */
	bytes[49 + 12 + 14 + 6] = 0;
	ck_assert(tls_client_hello_read(&hello, span_of(bytes, length)));
	ck_assert(!hello.post_quantum);
}
END_TEST

START_TEST(test_choices_of_a_server)
{
	uint8_t bytes[128];
	static const uint8_t block[] = { 0, 51, 0, 2, 0x11, 0xec, 0, 41,  0,   2,   0,	0,
					 0, 16, 0, 7, 0,    5,	  4, 's', 'm', 't', 'p' };
	struct tls_server_hello hello;
	char alpn[TLS_ALPN_SIZE];

	memcpy(bytes, SERVER, 38);
	bytes[38] = 0;
	bytes[39] = sizeof block;
	memcpy(bytes + 40, block, sizeof block);
	ck_assert(tls_server_hello_read(&hello, span_of(bytes, 40 + sizeof block)));
	ck_assert_uint_eq(hello.group, 0x11ec);
	ck_assert(hello.psk);
	ck_assert_str_eq(hello.alpn, "smtp");
	tls_alpn_read(alpn, span_of(bytes + 38, 2 + sizeof block));
	ck_assert_str_eq(alpn, "smtp");
	tls_alpn_read(alpn, span_of(bytes + 38, 1 + sizeof block));
	ck_assert_str_eq(alpn, "");
}
END_TEST

/* More than is kept: the first ones stay, and the names that fit. */
START_TEST(test_bounds_of_a_hello)
{
	uint8_t block[600] = { 0, 10, 0, 102, 0, 100 }, bytes[1024];
	struct tls_client_hello hello;
	size_t at = 106;

	for (size_t i = 0; i < 50; i++)
		block[6 + 2 * i + 1] = (uint8_t)(i + 1);
	block[at + 1] = 16;
	block[at + 3] = 2 + 5 * 41;
	block[at + 5] = 5 * 41;
	for (size_t i = 0; i < 5; i++) {
		block[at + 6 + 41 * i] = 40;
		memset(block + at + 7 + 41 * i, 'a', 40);
	}
	at += 6 + 5 * 41;
	ck_assert(tls_client_hello_read(&hello, span_of(bytes, extended(bytes, block, at))));
	ck_assert_uint_eq(hello.group_count, TLS_GROUPS_KEPT);
	ck_assert_uint_eq(strlen(hello.alpn), 40);
}
END_TEST

START_TEST(test_name_with_a_nul_is_left_out)
{
	uint8_t bytes[sizeof CLIENT];
	struct tls_client_hello hello;

	memcpy(bytes, CLIENT, sizeof bytes);
	bytes[58] = 0;
	ck_assert(tls_client_hello_read(&hello, span_of(bytes, sizeof bytes)));
	ck_assert_str_eq(hello.sni, "");
}
END_TEST

SUITE("tls_hello", test_client_hello, test_client_hello_without_extensions_names_its_highest_version,
      test_hellos_cut_anywhere_are_none, test_server_hello, test_offers_of_a_client, test_choices_of_a_server,
      test_bounds_of_a_hello, test_name_with_a_nul_is_left_out)
