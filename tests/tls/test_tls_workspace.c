/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "tls_workspace.h"

static const uint64_t SECRET[2] = { 1, 2 };

START_TEST(test_tries_are_bounded_by_the_second)
{
	struct tls_workspace *w = tls_workspace_create(NULL, false, NULL);
	tstamp second = 1000 * TSTAMP_SECOND;

	for (unsigned i = 0; i < TLS_TRIES_SECOND; i++)
		ck_assert(tls_workspace_try(w, second + i));
	ck_assert(!tls_workspace_try(w, second + TSTAMP_SECOND - 1));
	ck_assert(tls_workspace_try(w, second + TSTAMP_SECOND));
	tls_workspace_destroy(w);
	tls_workspace_destroy(NULL);
}
END_TEST

START_TEST(test_algorithms_come_once)
{
	struct tls_workspace *w = tls_workspace_create(NULL, false, NULL);
	struct tls_crypto *crypto;

	ck_assert(tls_workspace_prepare(w));
	crypto = w->crypto;
	ck_assert(crypto && tls_workspace_prepare(w) && w->crypto == crypto);
	tls_workspace_destroy(w);
}
END_TEST

static void miss(struct tls_workspace *w, unsigned number)
{
	uint8_t random[TLS_RANDOM_SIZE] = { (uint8_t)(number >> 8), (uint8_t)number };

	tls_workspace_missed(w, random);
}

static void add(struct tls_keys *keys, unsigned number)
{
	const uint8_t random[TLS_RANDOM_SIZE] = { (uint8_t)(number >> 8), (uint8_t)number };
	const uint8_t secret[48] = { 1 };
	struct tls_key_id id;

	ck_assert(tls_key_id_make(&id, TLS_NAME_RANDOM, span_of(random, sizeof random)));
	ck_assert(tls_keys_add(keys, &id, TLS_SECRET_MASTER, span_of(secret, sizeof secret)));
}

START_TEST(test_late_secrets_are_counted)
{
	struct tls_keys *keys = tls_keys_create(0, SECRET);
	struct tls_workspace *w = tls_workspace_create(keys, true, NULL);

	ck_assert_uint_eq(tls_workspace_late(w), 0);
	for (unsigned i = 0; i < 10; i++)
		miss(w, i);
	ck_assert_uint_eq(tls_workspace_late(w), 0);
	for (unsigned i = 5; i < 20; i++)
		add(keys, i);
	ck_assert_uint_eq(tls_workspace_late(w), 5);
	/* The oldest are forgotten. */
	for (unsigned i = 0; i < TLS_MISSED_KEPT; i++)
		miss(w, 1000 + i);
	ck_assert_uint_eq(tls_workspace_late(w), 0);
	tls_workspace_destroy(w);
	tls_keys_destroy(keys);
}
END_TEST

SUITE("tls_workspace", test_tries_are_bounded_by_the_second, test_algorithms_come_once,
      test_late_secrets_are_counted)
