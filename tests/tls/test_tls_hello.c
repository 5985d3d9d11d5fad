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
      test_hellos_cut_anywhere_are_none, test_server_hello, test_name_with_a_nul_is_left_out)
