/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "tls_traffic.h"

/* Positive: bytes of the client's record; negative: of the server's. 0 ends the list. */
static uint64_t guess(const int *records)
{
	struct tls_traffic t = { 0 };

	for (; *records; records++)
		tls_traffic_note(&t, *records > 0 ? DIR_CLIENT : DIR_SERVER,
				 (uint32_t)(*records > 0 ? *records : -*records));
	tls_traffic_end(&t);
	return tls_traffic_message(&t);
}

#define GUESS(...) guess((const int[]){ __VA_ARGS__, 0 })

START_TEST(test_message)
{
	/* EHLO, MAIL, RCPT, DATA, the message in two records, QUIT */
	ck_assert_uint_eq(GUESS(25, -180, 30, -14, 30, -14, 6, -37, 4000, 1000, -40, 6, -15), 5000);
	/* MAIL, RCPT and DATA in a group */
	ck_assert_uint_eq(GUESS(25, -180, 70, -65, 200, -40, 6, -15), 200);
	/* The largest of two */
	ck_assert_uint_eq(GUESS(25, -180, 70, -65, 900, -40, 70, -65, 500, -40), 900);
}
END_TEST

START_TEST(test_nothing_to_tell)
{
	/* Shorter than what commands can be */
	ck_assert_uint_eq(GUESS(25, -180, 70, -65, 199, -40), 0);
	/* Behind a long reply, no message begins. */
	ck_assert_uint_eq(GUESS(25, -180, 30, -121, 5000, -40), 0);
	/* Nothing but EHLO before */
	ck_assert_uint_eq(GUESS(25, -100, 5000, -40), 0);
	/* The reply did not come, or is none. */
	ck_assert_uint_eq(GUESS(25, -180, 70, -65, 5000), 0);
	ck_assert_uint_eq(GUESS(25, -180, 70, -65, 5000, -513), 0);
	ck_assert_uint_eq(GUESS(25), 0);
	/* Tokens of logins: behind an empty challenge, also the second time; behind a long one */
	ck_assert_uint_eq(GUESS(25, -180, 14, -6, 1500, -30, 6, -15), 0);
	ck_assert_uint_eq(GUESS(25, -180, 14, -6, 1500, -30, 2, -40, 14, -6, 1500, -30), 0);
	ck_assert_uint_eq(GUESS(25, -180, 60, -250, 600, -30, 6, -15), 0);
	ck_assert_uint_eq(GUESS(25, -180, 1500, -30, 6, -15), 0);
}
END_TEST

START_TEST(test_overhead)
{
	ck_assert_uint_eq(tls_traffic_overhead(0x0304, "TLS_AES_256_GCM_SHA384"), 17);
	ck_assert_uint_eq(tls_traffic_overhead(0x0304, "TLS_AES_128_CCM_8_SHA256"), 9);
	ck_assert_uint_eq(tls_traffic_overhead(0x0303, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"), 24);
	ck_assert_uint_eq(tls_traffic_overhead(0x0303, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"), 16);
	/* Padding varies. */
	ck_assert_uint_eq(tls_traffic_overhead(0x0303, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"), 0);
	ck_assert_uint_eq(tls_traffic_overhead(0x0303, NULL), 0);
}
END_TEST

SUITE("tls_traffic", test_message, test_nothing_to_tell, test_overhead)
