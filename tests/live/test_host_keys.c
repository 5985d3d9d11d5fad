/* SPDX-License-Identifier: BSD-2-Clause */
#include "host_keys.h"
#include "key_event.h"

#include "harness.h"

static const uint64_t HASH_SECRET[2] = { 1, 2 };

static struct key_event event_of(enum key_event_kind kind, uint8_t name, size_t name_size, uint8_t secret,
				 size_t secret_size)
{
	struct key_event event = { .kind = (uint8_t)kind,
				   .name_size = (uint8_t)name_size,
				   .secret_size = (uint8_t)secret_size };

	memset(event.name, name, name_size);
	memset(event.secret, secret, secret_size);
	return event;
}

static const struct tls_key_entry *find(const struct tls_keys *keys, enum tls_key_name name, uint8_t byte,
					size_t size)
{
	uint8_t bytes[TLS_HASH_MAX];
	struct tls_key_id id;

	memset(bytes, byte, sizeof bytes);
	ck_assert(tls_key_id_make(&id, name, span_of(bytes, size)));
	return tls_keys_find(keys, &id);
}

static void check_secret(const struct tls_key_entry *entry, enum tls_secret_kind kind, uint8_t byte, size_t size)
{
	ck_assert_ptr_nonnull(entry);
	ck_assert_uint_eq(entry->secret[kind].length, size);
	for (size_t i = 0; i < size; i++)
		ck_assert_uint_eq(entry->secret[kind].bytes[i], byte);
}

START_TEST(stores_each_kind)
{
	struct tls_keys *keys = tls_keys_create(0, HASH_SECRET);
	struct key_event master = event_of(KEY_EVENT_MASTER, 1, 32, 101, 48);
	struct key_event parent = event_of(KEY_EVENT_HANDSHAKE, 2, 48, 102, 48);
	struct key_event parts[] = { event_of(KEY_EVENT_CLIENT_HANDSHAKE, 3, 32, 103, 32),
				     event_of(KEY_EVENT_SERVER_HANDSHAKE, 3, 32, 104, 32),
				     event_of(KEY_EVENT_CLIENT_APPLICATION, 4, 32, 105, 32),
				     event_of(KEY_EVENT_SERVER_APPLICATION, 4, 32, 106, 32) };

	ck_assert(host_keys_store(keys, &master));
	check_secret(find(keys, TLS_NAME_RANDOM, 1, 32), TLS_SECRET_MASTER, 101, 48);
	ck_assert(host_keys_store(keys, &parent));
	check_secret(find(keys, TLS_NAME_TRANSCRIPT, 2, 48), TLS_SECRET_HANDSHAKE, 102, 48);
	/* Nettle reports both directions: one handshake. */
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		ck_assert_int_eq(host_keys_store(keys, &parts[i]), i == 0);
	check_secret(find(keys, TLS_NAME_TRANSCRIPT, 3, 32), TLS_SECRET_CLIENT_HANDSHAKE, 103, 32);
	check_secret(find(keys, TLS_NAME_TRANSCRIPT, 3, 32), TLS_SECRET_SERVER_HANDSHAKE, 104, 32);
	check_secret(find(keys, TLS_NAME_TRANSCRIPT, 4, 32), TLS_SECRET_CLIENT_APPLICATION, 105, 32);
	check_secret(find(keys, TLS_NAME_TRANSCRIPT, 4, 32), TLS_SECRET_SERVER_APPLICATION, 106, 32);
	ck_assert_uint_eq(tls_keys_count(keys), 4);
	tls_keys_destroy(keys);
}
END_TEST

/* Client and server of a connection may both be processes of this host. */
START_TEST(both_sides_count_once)
{
	struct tls_keys *keys = tls_keys_create(0, HASH_SECRET);
	struct key_event event = event_of(KEY_EVENT_HANDSHAKE, 2, 32, 102, 32);

	ck_assert(host_keys_store(keys, &event));
	ck_assert(!host_keys_store(keys, &event));
	ck_assert_uint_eq(tls_keys_count(keys), 1);
	tls_keys_destroy(keys);
}
END_TEST

START_TEST(refuses_what_fits_nothing)
{
	struct tls_keys *keys = tls_keys_create(0, HASH_SECRET);
	struct key_event events[] = { event_of(0, 1, 32, 1, 48),
				      event_of(KEY_EVENT_SERVER_APPLICATION + 1, 1, 32, 1, 48),
				      event_of(KEY_EVENT_MASTER, 1, 31, 1, 48),
				      event_of(KEY_EVENT_MASTER, 1, 32, 1, 47),
				      event_of(KEY_EVENT_HANDSHAKE, 1, 64, 1, 32),
				      event_of(KEY_EVENT_HANDSHAKE, 1, 32, 1, 64),
				      event_of(KEY_EVENT_HANDSHAKE, 1, 0, 1, 0) };

	for (size_t i = 0; i < sizeof events / sizeof *events; i++)
		ck_assert_msg(!host_keys_store(keys, &events[i]), "event %zu", i);
	ck_assert_uint_eq(tls_keys_count(keys), 0);
	tls_keys_destroy(keys);
}
END_TEST

SUITE("host keys", stores_each_kind, both_sides_count_once, refuses_what_fits_nothing)
