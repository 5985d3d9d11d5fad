/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "tls_keys.h"

static const uint64_t HASH_SECRET[2] = { 1, 2 };

static struct tls_key_id name_of(unsigned number)
{
	uint8_t bytes[TLS_RANDOM_SIZE] = { (uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16) };
	struct tls_key_id id;

	ck_assert(tls_key_id_make(&id, TLS_NAME_RANDOM, span_of(bytes, sizeof bytes)));
	return id;
}

static bool add(struct tls_keys *keys, unsigned number, enum tls_secret_kind kind, size_t length)
{
	struct tls_key_id id = name_of(number);
	uint8_t secret[64] = { (uint8_t)number, (uint8_t)kind };

	return tls_keys_add(keys, &id, kind, span_of(secret, length));
}

static const struct tls_key_entry *find(const struct tls_keys *keys, unsigned number)
{
	struct tls_key_id id = name_of(number);

	return tls_keys_find(keys, &id);
}

START_TEST(test_secrets_of_a_connection_are_found_together)
{
	struct tls_keys *keys = tls_keys_create(0, HASH_SECRET);
	const struct tls_key_entry *entry;

	ck_assert(add(keys, 7, TLS_SECRET_CLIENT_HANDSHAKE, 32));
	ck_assert(add(keys, 7, TLS_SECRET_SERVER_APPLICATION, 48));
	ck_assert(add(keys, 8, TLS_SECRET_MASTER, 48));
	entry = find(keys, 7);
	ck_assert_ptr_nonnull(entry);
	ck_assert_uint_eq(entry->secret[TLS_SECRET_CLIENT_HANDSHAKE].length, 32);
	ck_assert_uint_eq(entry->secret[TLS_SECRET_CLIENT_HANDSHAKE].bytes[0], 7);
	ck_assert_uint_eq(entry->secret[TLS_SECRET_SERVER_APPLICATION].length, 48);
	ck_assert_uint_eq(entry->secret[TLS_SECRET_MASTER].length, 0);
	ck_assert_ptr_null(find(keys, 9));
	ck_assert_uint_eq(tls_keys_added(keys), 3);
	ck_assert_uint_eq(tls_keys_count(keys), 2);
	tls_keys_destroy(keys);
}
END_TEST

START_TEST(test_a_random_and_a_hash_are_different_names)
{
	struct tls_keys *keys = tls_keys_create(0, HASH_SECRET);
	struct tls_key_id random = name_of(7), hash;

	ck_assert(tls_key_id_make(&hash, TLS_NAME_TRANSCRIPT, span_of(random.bytes, 32)));
	ck_assert(tls_keys_add(keys, &hash, TLS_SECRET_HANDSHAKE, span_of(random.bytes, 32)));
	ck_assert_ptr_null(find(keys, 7));
	ck_assert_ptr_nonnull(tls_keys_find(keys, &hash));
	tls_keys_destroy(keys);
}
END_TEST

START_TEST(test_impossible_lengths_are_refused)
{
	struct tls_keys *keys = tls_keys_create(0, HASH_SECRET);
	uint8_t bytes[64] = { 0 };
	struct tls_key_id id;

	ck_assert(!tls_key_id_make(&id, TLS_NAME_RANDOM, span_of(bytes, 31)));
	ck_assert(!tls_key_id_make(&id, TLS_NAME_RANDOM, span_of(bytes, 48)));
	ck_assert(!tls_key_id_make(&id, TLS_NAME_TRANSCRIPT, span_of(bytes, 64)));
	ck_assert(tls_key_id_make(&id, TLS_NAME_TRANSCRIPT, span_of(bytes, 48)));
	ck_assert(!add(keys, 1, TLS_SECRET_MASTER, 32));
	ck_assert(!add(keys, 1, TLS_SECRET_MASTER, 64));
	ck_assert(!add(keys, 1, TLS_SECRET_CLIENT_HANDSHAKE, 47));
	ck_assert(!add(keys, 1, TLS_SECRET_CLIENT_HANDSHAKE, 0));
	ck_assert_uint_eq(tls_keys_count(keys), 0);
	tls_keys_destroy(keys);
}
END_TEST

START_TEST(test_the_oldest_connection_is_dropped)
{
	struct tls_keys *keys = tls_keys_create(1000, HASH_SECRET);

	for (unsigned i = 0; i < 1000; i++)
		ck_assert(add(keys, i, TLS_SECRET_MASTER, 48));
	/* A secret added later makes a connection the newest. */
	ck_assert(add(keys, 0, TLS_SECRET_MASTER, 48));
	ck_assert(add(keys, 1000, TLS_SECRET_MASTER, 48));
	ck_assert_uint_eq(tls_keys_count(keys), 1000);
	ck_assert_ptr_nonnull(find(keys, 0));
	ck_assert_ptr_null(find(keys, 1));
	ck_assert_ptr_nonnull(find(keys, 1000));
	tls_keys_destroy(keys);
}
END_TEST

START_TEST(test_the_bound_is_65536)
{
	struct tls_keys *keys = tls_keys_create(0, HASH_SECRET);

	for (unsigned i = 0; i < TLS_KEYS_KEPT + 3; i++)
		ck_assert(add(keys, i, TLS_SECRET_MASTER, 48));
	ck_assert_uint_eq(tls_keys_count(keys), TLS_KEYS_KEPT);
	ck_assert_ptr_null(find(keys, 2));
	ck_assert_ptr_nonnull(find(keys, 3));
	tls_keys_destroy(keys);
}
END_TEST

START_TEST(test_unclaimed_connections_newest_first)
{
	struct tls_keys *keys = tls_keys_create(0, HASH_SECRET);
	struct tls_key_id second = name_of(2);
	const struct tls_key_entry *at;

	ck_assert_ptr_null(tls_keys_unclaimed(keys, NULL));
	for (unsigned i = 1; i <= 3; i++)
		add(keys, i, TLS_SECRET_MASTER, 48);
	tls_keys_claim(keys, &second);
	tls_keys_claim(keys, &second);
	ck_assert_uint_eq(tls_keys_claimed(keys), 1);
	at = tls_keys_unclaimed(keys, NULL);
	ck_assert_ptr_eq(at, find(keys, 3));
	at = tls_keys_unclaimed(keys, at);
	ck_assert_ptr_eq(at, find(keys, 1));
	ck_assert_ptr_null(tls_keys_unclaimed(keys, at));
	tls_keys_destroy(keys);
}
END_TEST

/* The store is charged with its slabs, stays within an eighth of the limit, and releases everything. */
START_TEST(test_an_account_is_charged)
{
	struct account account = { .limit = 4 << 20 };
	struct tls_keys *keys = tls_keys_create_charged(0, HASH_SECRET, &account);
	size_t empty = account.used;

	ck_assert(add(keys, 1, TLS_SECRET_MASTER, 48));
	ck_assert_uint_gt(account.used, empty + 512 * sizeof(struct tls_key_entry));
	for (unsigned number = 2; number < 5000; number++)
		ck_assert(add(keys, number, TLS_SECRET_MASTER, 48));
	ck_assert_ptr_null(find(keys, 1));
	ck_assert_ptr_nonnull(find(keys, 4999));
	ck_assert_uint_le(account.peak, account.limit / 4);
	tls_keys_destroy(keys);
	ck_assert_uint_eq(account.used, 0);
	account_finish(&account);
}
END_TEST

SUITE("tls_keys", test_an_account_is_charged, test_secrets_of_a_connection_are_found_together,
      test_a_random_and_a_hash_are_different_names, test_impossible_lengths_are_refused,
      test_the_oldest_connection_is_dropped, test_the_bound_is_65536, test_unclaimed_connections_newest_first)
