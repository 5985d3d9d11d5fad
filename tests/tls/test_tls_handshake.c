/* SPDX-License-Identifier: BSD-2-Clause */
#include "certificate.h"
#include "harness.h"
#include "loaded_openssl.h"
#include "tls_handshake.h"

static void push(struct tls_handshake *h, enum direction direction, const void *bytes, size_t length)
{
	const struct chunk chunk = {
		.direction = direction, .bytes = bytes, .length = length, .frame = { .number = 7 }
	};

	tls_handshake_push(h, &chunk);
}

static void lose(struct tls_handshake *h, enum direction direction, uint64_t length)
{
	const struct chunk chunk = { .direction = direction, .gap = true, .length = length };

	tls_handshake_push(h, &chunk);
}

/* A record of |length| zero bytes. */
static void push_record(struct tls_handshake *h, enum direction direction, uint8_t type, size_t length)
{
	uint8_t bytes[2048] = { type, 3, 3, (uint8_t)(length >> 8), (uint8_t)length };

	/* Zeros would be a message of type 0; encrypted content can have any type. */
	bytes[5] = type == TLS_HANDSHAKE ? 0xff : 1;
	push(h, direction, bytes, length + 5);
}

static void push_client_hello(struct tls_handshake *h, size_t step)
{
	uint8_t bytes[5 + 4 + 41] = { 22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 3 };

	bytes[9 + 34 + 2] = 2;
	bytes[9 + 34 + 3] = 0xc0;
	bytes[9 + 34 + 4] = 0x2f;
	bytes[9 + 34 + 5] = 1;
	for (size_t at = 0; at < sizeof bytes; at += step)
		push(h, DIR_CLIENT, bytes + at, sizeof bytes - at < step ? sizeof bytes - at : step);
}

static void push_server_hello(struct tls_handshake *h, bool tls13)
{
	uint8_t bytes[5 + 4 + 46] = { 22, 3, 3, 0, 50, 2, 0, 0, 46, 3, 3 };
	static const uint8_t tail[] = { 0, 0x13, 0x01, 0, 0, 6, 0, 0x2b, 0, 2, 3, 4 };

	memcpy(bytes + 43, tail, sizeof tail);
	if (!tls13)
		bytes[54] = 3;
	push(h, DIR_SERVER, bytes, sizeof bytes);
}

START_TEST(test_hello_over_segments)
{
	struct tls_handshake *h = tls_handshake_create(loaded_openssl(), NULL);

	push_client_hello(h, 3);
	ck_assert(h->client_hello_seen);
	ck_assert_uint_eq(h->client_hello.cipher_count, 1);
	ck_assert(tls_handshake_broken_off(h));
	tls_handshake_destroy(h);
}
END_TEST

START_TEST(test_tls12_is_complete_with_both_finished)
{
	struct tls_handshake *h = tls_handshake_create(loaded_openssl(), NULL);

	push_client_hello(h, 100);
	push_server_hello(h, false);
	push_record(h, DIR_CLIENT, TLS_CHANGE_CIPHER_SPEC, 1);
	push_record(h, DIR_CLIENT, TLS_HANDSHAKE, 40);
	ck_assert(!tls_handshake_complete(h));
	push_record(h, DIR_SERVER, TLS_CHANGE_CIPHER_SPEC, 1);
	push_record(h, DIR_SERVER, TLS_HANDSHAKE, 40);
	ck_assert(tls_handshake_complete(h));
	ck_assert(!tls_handshake_broken_off(h));
	ck_assert_uint_eq(h->server_hello.version, 0x0303);
	tls_handshake_destroy(h);
}
END_TEST

START_TEST(test_tls13_short_first_record_is_an_alert)
{
	for (unsigned length = 19; length <= 53; length += 34) {
		struct tls_handshake *h = tls_handshake_create(loaded_openssl(), NULL);

		push_client_hello(h, 100);
		push_server_hello(h, true);
		push_record(h, DIR_SERVER, TLS_CHANGE_CIPHER_SPEC, 1);
		push_record(h, DIR_SERVER, TLS_APPLICATION_DATA, 900);
		push_record(h, DIR_CLIENT, TLS_CHANGE_CIPHER_SPEC, 1);
		push_record(h, DIR_CLIENT, TLS_APPLICATION_DATA, length);
		ck_assert_int_eq(tls_handshake_client_alerts(h), length == 19);
		ck_assert_int_eq(tls_handshake_complete(h), length != 19);
		tls_handshake_destroy(h);
	}
}
END_TEST

START_TEST(test_fatal_alert_in_clear)
{
	static const uint8_t warning[] = { 21, 3, 3, 0, 2, 1, 112 }, fatal[] = { 21, 3, 3, 0, 2, 2, 70 };
	struct tls_handshake *h = tls_handshake_create(loaded_openssl(), NULL);

	push_client_hello(h, 100);
	push(h, DIR_SERVER, warning, sizeof warning);
	ck_assert(!h->alert.seen);
	/* The two directions alternate within a record. */
	push(h, DIR_SERVER, fatal, 6);
	push(h, DIR_CLIENT, warning, sizeof warning);
	push(h, DIR_SERVER, fatal + 6, 1);
	ck_assert(h->alert.seen);
	ck_assert_uint_eq(h->alert.description, 70);
	ck_assert_int_eq(h->alert.sender, DIR_SERVER);
	ck_assert_uint_eq(h->alert.frame.number, 7);
	tls_handshake_destroy(h);
}
END_TEST

START_TEST(test_alerts_of_both_sides_are_kept)
{
	static const uint8_t warning[] = { 21, 3, 3, 0, 2, 1, 112 }, fatal[] = { 21, 3, 3, 0, 2, 2, 48 };
	static const struct frame_ref frame = { .number = 9 };
	struct tls_handshake *h = tls_handshake_create(loaded_openssl(), NULL);

	push_client_hello(h, 100);
	push(h, DIR_SERVER, warning, sizeof warning);
	tls_handshake_opened_alert(h, DIR_CLIENT, span_of(fatal + 5, 2), &frame);
	ck_assert_uint_eq(h->alert_count, 2);
	ck_assert(!h->alerts[0].opened && h->alerts[0].level == 1 && h->alerts[0].sender == DIR_SERVER);
	ck_assert(h->alert.seen && h->alert.opened && h->alert.sender == DIR_CLIENT);
	ck_assert_uint_eq(h->alert.description, 48);
	ck_assert_uint_eq(h->alert.frame.number, 9);
	for (int i = 0; i < TLS_ALERTS_KEPT; i++)
		push(h, DIR_SERVER, warning, sizeof warning);
	ck_assert_uint_eq(h->alert_count, TLS_ALERTS_KEPT);
	tls_handshake_destroy(h);
}
END_TEST

START_TEST(test_resumed)
{
	static const uint8_t done[] = { 22, 3, 3, 0, 4, 14, 0, 0, 0 };

	for (int full = 0; full < 2; full++) {
		struct tls_handshake *h = tls_handshake_create(loaded_openssl(), NULL);

		push_client_hello(h, 100);
		push_server_hello(h, false);
		ck_assert(!tls_handshake_resumed(h));
		if (full)
			push(h, DIR_SERVER, done, sizeof done);
		push_record(h, DIR_SERVER, TLS_CHANGE_CIPHER_SPEC, 1);
		ck_assert_int_eq(tls_handshake_resumed(h), !full);
		tls_handshake_destroy(h);
	}
}
END_TEST

/* The group of ServerKeyExchange, for a suite with an ephemeral curve; the certificate before it is read. */
START_TEST(test_group_and_certificate_of_tls12)
{
	const struct made_certificate made = { "mx", "ca", "mx.example.net", 0, 1000 };
	static const uint8_t exchange[] = { 22, 3, 3, 0, 8, 12, 0, 0, 4, 3, 0, 0x17, 1 };
	uint8_t server[5 + 4 + 38] = { 22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3 };
	struct tls_handshake *h = tls_handshake_create(loaded_openssl(), NULL);
	struct buf der;

	server[5 + 4 + 35] = 0xc0;
	server[5 + 4 + 36] = 0x2f;
	buf_init(&der, 4096);
	ck_assert(make_certificate(&der, &made));
	{
		size_t n = der.length;
		uint8_t head[] = { 22,
				   3,
				   3,
				   (uint8_t)((n + 10) >> 8),
				   (uint8_t)(n + 10),
				   11,
				   0,
				   (uint8_t)((n + 6) >> 8),
				   (uint8_t)(n + 6),
				   0,
				   (uint8_t)((n + 3) >> 8),
				   (uint8_t)(n + 3),
				   0,
				   (uint8_t)(n >> 8),
				   (uint8_t)n };

		push_client_hello(h, 100);
		push(h, DIR_SERVER, server, sizeof server);
		push(h, DIR_SERVER, head, sizeof head);
	}
	ck_assert_ptr_null(h->certificate);
	push(h, DIR_SERVER, der.at, der.length);
	ck_assert_ptr_nonnull(h->certificate);
	ck_assert_str_eq(h->certificate->chain[0].subject, "CN=mx");
	push(h, DIR_SERVER, exchange, sizeof exchange);
	ck_assert_uint_eq(tls_handshake_group(h), 0x17);
	/* Nothing is left of the message. */
	ck_assert_ptr_null(h->side[DIR_SERVER].messages.body.at);
	buf_finish(&der);
	tls_handshake_destroy(h);
}
END_TEST

START_TEST(test_hello_tells_its_size_and_place)
{
	struct tls_handshake *h = tls_handshake_create(loaded_openssl(), NULL);

	push_client_hello(h, 25);
	ck_assert_uint_eq(h->client_hello.size, 41);
	ck_assert_uint_eq(h->hello_segments, 2);
	ck_assert_uint_eq(h->hello_frame.number, 7);
	ck_assert_uint_eq(strlen(h->fingerprint.ja3), TLS_JA3_SIZE - 1);
	ck_assert_uint_eq(strlen(h->fingerprint.ja4), TLS_JA4_SIZE - 1);
	tls_handshake_destroy(h);
}
END_TEST

START_TEST(test_close_notify_and_encrypted_alerts_are_no_failure)
{
	static const uint8_t goodbye[] = { 21, 3, 3, 0, 2, 1, 0 };
	struct tls_handshake *h = tls_handshake_create(loaded_openssl(), NULL);

	push_client_hello(h, 100);
	push(h, DIR_CLIENT, goodbye, sizeof goodbye);
	push_record(h, DIR_SERVER, TLS_ALERT, 26);
	ck_assert(!h->alert.seen);
	ck_assert(h->side[DIR_CLIENT].closing && h->side[DIR_SERVER].closing);
	tls_handshake_destroy(h);
}
END_TEST

START_TEST(test_loss_forbids_conclusions)
{
	struct tls_handshake *h = tls_handshake_create(loaded_openssl(), NULL);

	push_client_hello(h, 100);
	lose(h, DIR_SERVER, 500);
	ck_assert(!tls_handshake_broken_off(h));
	push_server_hello(h, true);
	/* After a loss, messages are not read: their boundaries are unknown. */
	ck_assert(!h->server_hello_seen);
	ck_assert(h->side[DIR_SERVER].lost);
	tls_handshake_destroy(h);
}
END_TEST

START_TEST(test_plain_text_is_garbled)
{
	struct tls_handshake *h = tls_handshake_create(loaded_openssl(), NULL);

	push_client_hello(h, 100);
	push(h, DIR_SERVER, "500 what?\r\n", 11);
	ck_assert(h->side[DIR_SERVER].garbled);
	ck_assert(!tls_handshake_broken_off(h));
	tls_handshake_destroy(h);
}
END_TEST

START_TEST(test_huge_message_is_passed_over)
{
	/* A certificate of 100000 bytes, then a ServerHelloDone. */
	static const uint8_t start[] = { 22, 3, 3, 0, 4, 11, 1, 0x86, 0xa0 },
			     done[] = { 22, 3, 3, 0, 4, 14, 0, 0, 0 };
	uint8_t filler[1005] = { 22, 3, 3, 1000 >> 8, 1000 & 255 };
	struct tls_handshake *h = tls_handshake_create(loaded_openssl(), NULL);

	push_server_hello(h, false);
	push(h, DIR_SERVER, start, sizeof start);
	for (int i = 0; i < 100; i++)
		push(h, DIR_SERVER, filler, sizeof filler);
	ck_assert(h->side[DIR_SERVER].certificate);
	push(h, DIR_SERVER, done, sizeof done);
	ck_assert(!h->side[DIR_SERVER].messages.opaque);
	ck_assert_uint_le(h->side[DIR_SERVER].messages.body.capacity, 2 * TLS_HELLO_KEPT);
	tls_handshake_destroy(h);
}
END_TEST

START_TEST(test_old_hello)
{
	static const uint8_t hello[] = { 0x80, 0x0c, 1, 3, 1, 0, 3, 0, 0, 0, 0, 0, 0, 5 };
	struct tls_handshake *h = tls_handshake_create(loaded_openssl(), NULL);

	push(h, DIR_CLIENT, hello, sizeof hello);
	ck_assert(h->client_hello_seen);
	ck_assert_uint_eq(h->client_hello.versions[0], 0x0301);
	ck_assert(!h->side[DIR_CLIENT].garbled);
	tls_handshake_destroy(h);
}
END_TEST

SUITE("tls_handshake", test_hello_over_segments, test_tls12_is_complete_with_both_finished,
      test_tls13_short_first_record_is_an_alert, test_fatal_alert_in_clear, test_alerts_of_both_sides_are_kept,
      test_resumed, test_group_and_certificate_of_tls12, test_hello_tells_its_size_and_place,
      test_close_notify_and_encrypted_alerts_are_no_failure, test_loss_forbids_conclusions,
      test_plain_text_is_garbled, test_huge_message_is_passed_over, test_old_hello)
