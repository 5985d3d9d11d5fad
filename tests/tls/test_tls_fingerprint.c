/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "loaded_openssl.h"
#include "tls_fingerprint.h"

enum { SPACE = 4096 };

struct made {
	uint8_t at[SPACE];
	size_t length;
};

static void put16(struct made *m, unsigned value)
{
	m->at[m->length++] = (uint8_t)(value >> 8);
	m->at[m->length++] = (uint8_t)value;
}

/* An extension with a list of two-byte values behind a length of two bytes. */
static void put_list(struct made *m, unsigned type, const uint16_t *values, size_t count)
{
	put16(m, type);
	put16(m, (unsigned)(2 * count + 2));
	put16(m, (unsigned)(2 * count));
	for (size_t i = 0; i < count; i++)
		put16(m, values[i]);
}

static void put_bytes(struct made *m, unsigned type, const char *bytes, size_t length)
{
	put16(m, type);
	put16(m, (unsigned)length);
	memcpy(m->at + m->length, bytes, length);
	m->length += length;
}

static const uint16_t SUITES[] = { 0x0a0a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030,
				   0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035 };
static const uint16_t SIGNATURES[] = { 0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601 };
static const uint16_t GROUPS[] = { 0x2a2a, 0x001d, 0x0017 };

/* The hello of a browser, as in the description of JA4; |alpn| as in the extension. */
static void browser(struct made *m, const char *alpn, size_t alpn_length)
{
	size_t block;

	m->length = 0;
	put16(m, 0x0303);
	m->length += 32;
	m->at[m->length++] = 0;
	put16(m, sizeof SUITES);
	for (size_t i = 0; i < sizeof SUITES / sizeof *SUITES; i++)
		put16(m, SUITES[i]);
	m->at[m->length++] = 1;
	m->at[m->length++] = 0;
	block = m->length;
	put16(m, 0);
	put16(m, 0x3a3a);
	put16(m, 0);
	put_bytes(m, 0x001b, "\2\0\2", 3);
	put_bytes(m, 0x0000, "\0\5\0\0\2mx", 7);
	put_bytes(m, 0x0033, "\0\0", 2);
	put_bytes(m, 0x0010, alpn, alpn_length);
	put_bytes(m, 0x4469, "", 0);
	put_bytes(m, 0x0017, "", 0);
	put_bytes(m, 0x002d, "\1\1", 2);
	put_list(m, 0x000d, SIGNATURES, sizeof SIGNATURES / sizeof *SIGNATURES);
	put_bytes(m, 0x0005, "\1\0\0\0\0", 5);
	put_bytes(m, 0x0023, "", 0);
	put_bytes(m, 0x0012, "", 0);
	put_bytes(m, 0x002b, "\6\x4a\x4a\3\4\3\3", 7);
	put_bytes(m, 0xff01, "\0", 1);
	put_bytes(m, 0x000b, "\1\0", 2);
	put_list(m, 0x000a, GROUPS, sizeof GROUPS / sizeof *GROUPS);
	put_bytes(m, 0x0015, "", 0);
	m->at[block] = (uint8_t)((m->length - block - 2) >> 8);
	m->at[block + 1] = (uint8_t)(m->length - block - 2);
}

START_TEST(test_ja4_of_its_description)
{
	struct tls_fingerprint f;
	struct made m = { 0 };

	browser(&m, "\0\3\2h2", 5);
	tls_fingerprint_compute(loaded_openssl(), &f, span_of(m.at, m.length));
	ck_assert_str_eq(f.ja4, "t13d1516h2_8daaf6152771_e5627efa2ab1");
	/* MD5 of "771,4865-...-53,27-0-51-16-17513-23-45-13-5-35-18-43-65281-11-10-21,29-23,0" */
	ck_assert_str_eq(f.ja3, "c7240d90981bb4a546a859dd3bd5457c");
}
END_TEST

START_TEST(test_protocol_of_odd_bytes)
{
	struct tls_fingerprint f;
	struct made m = { 0 };

	browser(&m, "\0\3\2\xab\xcd", 5);
	tls_fingerprint_compute(loaded_openssl(), &f, span_of(m.at, m.length));
	ck_assert_str_eq(f.ja4, "t13d1516ad_8daaf6152771_e5627efa2ab1");
	browser(&m, "\0\2\1s", 4);
	tls_fingerprint_compute(loaded_openssl(), &f, span_of(m.at, m.length));
	ck_assert_str_eq(f.ja4, "t13d1516ss_8daaf6152771_e5627efa2ab1");
	browser(&m, "\0\0", 2);
	tls_fingerprint_compute(loaded_openssl(), &f, span_of(m.at, m.length));
	ck_assert_str_eq(f.ja4, "t13d151600_8daaf6152771_e5627efa2ab1");
}
END_TEST

START_TEST(test_hello_without_extensions)
{
	struct made m = { 0 };
	struct tls_fingerprint f;

	put16(&m, 0x0301);
	m.length += 32;
	m.at[m.length++] = 0;
	put16(&m, 2);
	put16(&m, 0x0a0a);
	m.at[m.length++] = 1;
	m.at[m.length++] = 0;
	tls_fingerprint_compute(loaded_openssl(), &f, span_of(m.at, m.length));
	ck_assert_str_eq(f.ja4, "t10i000000_000000000000_000000000000");
	ck_assert_uint_eq(strlen(f.ja3), TLS_JA3_SIZE - 1);
	/* Never reads past the end. */
	browser(&m, "\0\3\2h2", 5);
	for (size_t i = 0; i < m.length; i++)
		tls_fingerprint_compute(loaded_openssl(), &f, span_of(m.at, i));
}
END_TEST

SUITE("tls_fingerprint", test_ja4_of_its_description, test_protocol_of_odd_bytes, test_hello_without_extensions)
