/* SPDX-License-Identifier: BSD-2-Clause */
/* The messages are those of RFC 8448 5, a handshake with HelloRetryRequest. */
#include "harness.h"
#include "hex.h"
#include "loaded_openssl.h"
#include "tls_handshake.h"
#include "tls_transcript.h"

enum { CLIENT_HELLO = 1, SERVER_HELLO = 2, PADDING = 175 };

static const char FIRST_HELLO[] =
    "0303b0b1c5a5aa37c5919f2ed1d5c6fff7fcb7849716945a2b8cee9258a346677b6f000006130113031302010000810000000b00090000"
    "06736572766572ff01000100000a00080006001d00170018003300260024001d0020e8e8e3f3b93a25ed97a14a7dcacb8a272c6288e585"
    "c6484d05262fcad062ad1f002b0003020304000d0020001e04030503060302030804080508060401050106010201040205020602020200"
    "2d00020101001c00024001";
static const char RETRY[] =
    "0303cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c001301000084003300020017002c0074007271dcd0"
    "4bb88bc3189119398a00000000eefafc76c146b823b096f8aacad365dd0030953f4edf625636e5f21bb2e23fcc654b1b5b40318d10d137"
    "abcbb87574e36e8a1f025f7dfa5d6e50781b5eda4aa15b0c8be778257d16aa3030e9e7841dd9e4c0342267e8ca0caf571fb2b7cff0f934"
    "b0002b00020304";
/* Without the zeros of its padding, which end it. */
static const char SECOND_HELLO[] =
    "0303b0b1c5a5aa37c5919f2ed1d5c6fff7fcb7849716945a2b8cee9258a346677b6f000006130113031302010001cd0000000b00090000"
    "06736572766572ff01000100000a00080006001d001700180033004700450017004104a6da7392ec591e17abfd535964b99894d13befb2"
    "21b3def2ebe3830eac8f0151812677c4d6d2237e85cf01d6910cfb83954e76ba7352830534159897e8065780002b0003020304000d0020"
    "001e040305030603020308040805080604010501060102010402050206020202002c0074007271dcd04bb88bc3189119398a00000000ee"
    "fafc76c146b823b096f8aacad365dd0030953f4edf625636e5f21bb2e23fcc654b1b5b40318d10d137abcbb87574e36e8a1f025f7dfa5d"
    "6e50781b5eda4aa15b0c8be778257d16aa3030e9e7841dd9e4c0342267e8ca0caf571fb2b7cff0f934b0002d00020101001c0002400100"
    "1500af";
static const char ANSWER[] =
    "0303bb341d847fd789c47c387172dc0c9bf147fccacb5043d86ca4c598d3ff571b9800130100004f003300450017004104583e054b7a66"
    "672ae020ad9d2686fcc85b5ad41a134a0f03ee72b893052bd85b4c8de6776f5b04ac07d83540eab3e3d9c547bc6528c4317d294686093a"
    "6cad7d002b00020304";

static const char HASH[] = "8aa8e828ec2f8a884fec95a3139de01c15a3daa7ff5bfc3f4bfcc21b438d7bf8";

static void add(struct tls_transcript *t, uint8_t type, const char *hex, bool retry)
{
	uint8_t bytes[600] = { 0 };
	size_t length = hex_read(hex, bytes, sizeof bytes);

	tls_transcript_hello(t, type, span_of(bytes, length + (hex == SECOND_HELLO ? PADDING : 0)), retry);
}

START_TEST(test_retry)
{
	struct tls_crypto *crypto = tls_crypto_create(loaded_openssl());
	struct tls_transcript t;

	tls_transcript_init(&t, NULL);
	add(&t, CLIENT_HELLO, FIRST_HELLO, false);
	add(&t, SERVER_HELLO, RETRY, true);
	add(&t, CLIENT_HELLO, SECOND_HELLO, true);
	ck_assert(!tls_transcript_begin(&t, crypto, TLS_SHA256));
	add(&t, SERVER_HELLO, ANSWER, false);
	ck_assert(tls_transcript_begin(&t, crypto, TLS_SHA256));
	hex_assert(t.to_server_hello, HASH);
	/* What comes later changes nothing. */
	add(&t, CLIENT_HELLO, FIRST_HELLO, false);
	ck_assert(tls_transcript_begin(&t, crypto, TLS_SHA256));
	hex_assert(t.to_server_hello, HASH);
	tls_transcript_finish(&t);
	tls_crypto_destroy(crypto);
}
END_TEST

static void on_hello(void *transcript, uint8_t type, struct span body)
{
	/* As the opener does: the handshake has read the hello. */
	struct tls_handshake *h = ((void **)transcript)[1];

	tls_transcript_hello(((void **)transcript)[0], type, body,
			     h->server_hello_seen && h->server_hello.retry);
}

/* The same messages as records, in pieces of |piece| bytes. */
static void push(struct tls_handshake *h, enum direction d, uint8_t type, const char *hex, size_t piece)
{
	uint8_t bytes[700] = { 22, 3, 3 };
	size_t length = hex_read(hex, bytes + 9, sizeof bytes - 9) + (hex == SECOND_HELLO ? PADDING : 0);
	struct chunk chunk = { .direction = d };

	bytes[3] = (uint8_t)((length + 4) >> 8);
	bytes[4] = (uint8_t)(length + 4);
	bytes[5] = type;
	bytes[7] = (uint8_t)(length >> 8);
	bytes[8] = (uint8_t)length;
	for (size_t at = 0; at < length + 9; at += piece) {
		chunk.bytes = bytes + at;
		chunk.length = length + 9 - at < piece ? length + 9 - at : piece;
		tls_handshake_push(h, &chunk);
	}
}

START_TEST(test_retry_on_the_wire)
{
	struct tls_crypto *crypto = tls_crypto_create(loaded_openssl());

	for (size_t piece = 1; piece < 700; piece += 13) {
		struct tls_handshake *h = tls_handshake_create(loaded_openssl(), NULL);
		struct tls_transcript t;
		void *context[] = { &t, h };

		tls_transcript_init(&t, NULL);
		h->hello_sink = on_hello;
		h->hello_context = context;
		push(h, DIR_CLIENT, CLIENT_HELLO, FIRST_HELLO, piece);
		push(h, DIR_SERVER, SERVER_HELLO, RETRY, piece);
		ck_assert(h->server_hello.retry);
		push(h, DIR_CLIENT, CLIENT_HELLO, SECOND_HELLO, piece);
		push(h, DIR_SERVER, SERVER_HELLO, ANSWER, piece);
		ck_assert(h->retried && !h->server_hello.retry);
		ck_assert(tls_transcript_begin(&t, crypto, TLS_SHA256));
		hex_assert(t.to_server_hello, HASH);
		tls_transcript_finish(&t);
		tls_handshake_destroy(h);
	}
	tls_crypto_destroy(crypto);
}
END_TEST

START_TEST(test_missing_hello)
{
	struct tls_crypto *crypto = tls_crypto_create(loaded_openssl());
	struct tls_transcript t;

	tls_transcript_init(&t, NULL);
	add(&t, CLIENT_HELLO, FIRST_HELLO, false);
	ck_assert(!tls_transcript_begin(&t, crypto, TLS_SHA256));
	tls_transcript_finish(&t);
	/* Hellos beyond the limit. */
	tls_transcript_init(&t, NULL);
	for (size_t i = 0; i <= TLS_TRANSCRIPT_KEPT / 0xb0; i++)
		add(&t, CLIENT_HELLO, FIRST_HELLO, false);
	add(&t, SERVER_HELLO, ANSWER, false);
	ck_assert(t.broken && !tls_transcript_begin(&t, crypto, TLS_SHA256));
	tls_transcript_finish(&t);
	tls_crypto_destroy(crypto);
}
END_TEST

/* What libcrypto takes for a hash is charged, too. */
START_TEST(test_an_account_is_charged)
{
	struct account account = { .limit = SIZE_MAX };
	struct tls_crypto *crypto = tls_crypto_create(loaded_openssl());
	struct tls_hash *hash;

	tls_crypto_charge(crypto, &account);
	hash = tls_hash_create(crypto, TLS_SHA384);
	ck_assert_uint_gt(account.used, 600);
	tls_hash_destroy(hash);
	ck_assert_uint_eq(account.used, 0);
	tls_crypto_destroy(crypto);
	account_finish(&account);
}
END_TEST

SUITE("tls_transcript", test_an_account_is_charged, test_retry, test_retry_on_the_wire, test_missing_hello)
