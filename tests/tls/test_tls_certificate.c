/* SPDX-License-Identifier: BSD-2-Clause */
#include "certificate.h"
#include "harness.h"
#include "loaded_openssl.h"
#include "tls_certificate.h"

#include <stdio.h>

enum { DAY = 86400, NOW = 1767607200 };

static struct buf message;
static struct tls_certificate c;

static void put_number(size_t value, unsigned bytes)
{
	uint8_t b[3] = { (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value };

	buf_append(&message, span_of(b + 3 - bytes, bytes));
}

/* Appends one certificate of a list; |tls13|: with empty extensions. */
static void put_certificate(const struct made_certificate *made, bool tls13)
{
	struct buf der;

	buf_init(&der, 65536);
	ck_assert(make_certificate(&der, made));
	put_number(der.length, 3);
	buf_append(&message, buf_span(&der));
	if (tls13)
		put_number(0, 2);
	buf_finish(&der);
}

static void begin(bool tls13)
{
	buf_init(&message, 1 << 20);
	if (tls13)
		put_number(0, 1);
	put_number(0, 3); /* set by finish */
}

/* Sets the length of the list, which is stored at |at|. */
static void set_length(size_t at)
{
	size_t length = message.length - 3 - at;

	message.at[at] = (uint8_t)(length >> 16);
	message.at[at + 1] = (uint8_t)(length >> 8);
	message.at[at + 2] = (uint8_t)length;
}

static bool finish(bool tls13, const char *asked)
{
	bool read;

	set_length(tls13);
	read = tls_certificate_read(loaded_openssl(), &c, NULL, buf_span(&message), tls13, asked);
	buf_finish(&message);
	return read;
}

static const struct made_certificate LEAF = { "mx.example.net", "Example Issuing CA",
					      "mx.example.net,*.mail.example.net", NOW - DAY, NOW + 90 * DAY };
static const struct made_certificate ROOT = { "Example Issuing CA", "Example Issuing CA", NULL, 0,
					      NOW + 900 * DAY };

static void check_chain(bool tls13)
{
	begin(tls13);
	put_certificate(&LEAF, tls13);
	put_certificate(&ROOT, tls13);
	ck_assert(finish(tls13, "mx.example.net"));
	ck_assert_uint_eq(c.count, 2);
	ck_assert_uint_eq(c.read, 2);
	ck_assert_str_eq(c.chain[0].subject, "CN=mx.example.net");
	ck_assert_str_eq(c.chain[0].issuer, "CN=Example Issuing CA");
	ck_assert(c.chain[0].times_known);
	ck_assert_int_eq(c.chain[0].not_before, NOW - DAY);
	ck_assert_int_eq(c.chain[0].not_after, NOW + 90 * DAY);
	ck_assert(!c.chain[0].self_issued && c.chain[1].self_issued);
	ck_assert_uint_eq(c.name_count, 2);
	ck_assert_str_eq(c.names[1], "*.mail.example.net");
	ck_assert_str_eq(c.key, "Ed25519");
	ck_assert_uint_gt(c.key_bits, 250);
	ck_assert_int_eq(c.fit, TLS_NAME_FITS);
	tls_certificate_finish(&c);
	ck_assert_uint_eq(c.read, 0);
}

START_TEST(test_chain)
{
	check_chain(false);
	check_chain(true);
}
END_TEST

START_TEST(test_names_that_fit)
{
	static const struct {
		const char *asked;
		enum tls_name_fit fit;
	} cases[] = {
		{ "mx.example.net", TLS_NAME_FITS },	     { "MX.Example.NET.", TLS_NAME_FITS },
		{ "a.mail.example.net", TLS_NAME_FITS },     { "a.b.mail.example.net", TLS_NAME_DIFFERS },
		{ "mail.example.net", TLS_NAME_DIFFERS },    { "example.net", TLS_NAME_DIFFERS },
		{ "smtp.example.org", TLS_NAME_DIFFERS },    { "", TLS_NAME_UNKNOWN },
		{ "mx.example.net.evil", TLS_NAME_DIFFERS }, { ".", TLS_NAME_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		begin(false);
		put_certificate(&LEAF, false);
		ck_assert(finish(false, cases[i].asked));
		ck_assert_msg(c.fit == cases[i].fit, "%s", cases[i].asked);
		tls_certificate_finish(&c);
	}
	begin(false);
	put_certificate(&LEAF, false);
	ck_assert(finish(false, NULL));
	ck_assert_int_eq(c.fit, TLS_NAME_UNKNOWN);
	tls_certificate_finish(&c);
}
END_TEST

START_TEST(test_bounds)
{
	char names[4000] = "";
	const struct made_certificate many = { "a", "b", names, NOW, NOW };

	for (int i = 0; i < 40; i++)
		sprintf(names + strlen(names), "%s%0*d.example", i ? "," : "", 20, i);
	begin(false);
	put_certificate(&many, false);
	for (int i = 0; i < TLS_CHAIN_KEPT + 3; i++)
		put_certificate(&ROOT, false);
	ck_assert(finish(false, "x"));
	ck_assert_uint_eq(c.name_count, TLS_CERTIFICATE_NAMES_KEPT);
	ck_assert_uint_eq(c.names_omitted, 40 - TLS_CERTIFICATE_NAMES_KEPT);
	ck_assert_uint_eq(c.count, TLS_CHAIN_KEPT + 4);
	ck_assert_uint_eq(c.read, TLS_CHAIN_KEPT);
	tls_certificate_finish(&c);
}
END_TEST

START_TEST(test_long_and_hostile_names)
{
	const struct made_certificate odd = { "a\x1b[31m\n,b=\xc3\xa9", "x", NULL, NOW, NOW };

	begin(false);
	put_certificate(&odd, false);
	ck_assert(finish(false, "x"));
	ck_assert_str_eq(c.chain[0].subject, "CN=a\\1B[31m\\0A\\,b=\xc3\xa9");
	tls_certificate_finish(&c);
}
END_TEST

/* Every prefix, and every byte changed: no crash, and the lengths of the message are believed only if they fit. */
START_TEST(test_damage)
{
	struct buf good;

	buf_init(&good, 65536);
	begin(false);
	put_certificate(&LEAF, false);
	set_length(0);
	buf_append(&good, buf_span(&message));
	buf_finish(&message);
	for (size_t i = 0; i < good.length; i++) {
		ck_assert(!tls_certificate_read(loaded_openssl(), &c, NULL, span_first(buf_span(&good), i),
						false, "mx.example.net"));
		tls_certificate_finish(&c);
		good.at[i] ^= 0x55;
		tls_certificate_read(loaded_openssl(), &c, NULL, buf_span(&good), false, "mx.example.net");
		tls_certificate_finish(&c);
		good.at[i] ^= 0x55;
	}
	ck_assert(tls_certificate_read(loaded_openssl(), &c, NULL, buf_span(&good), false, "mx.example.net"));
	tls_certificate_finish(&c);
	buf_finish(&good);
}
END_TEST

/* What |c| held before does not matter. */
START_TEST(texts_are_charged_to_the_account)
{
	struct account account = { .limit = SIZE_MAX };

	begin(false);
	put_certificate(&LEAF, false);
	set_length(false);
	memset(&c, 0xff, sizeof c);
	ck_assert(tls_certificate_read(loaded_openssl(), &c, &account, buf_span(&message), false, NULL));
	ck_assert_uint_gt(account.used, 0);
	tls_certificate_finish(&c);
	ck_assert_uint_eq(account.used, 0);
	account_finish(&account);
	buf_finish(&message);
}
END_TEST

SUITE("tls_certificate", test_chain, test_names_that_fit, test_bounds, test_long_and_hostile_names,
      test_damage, texts_are_charged_to_the_account)
