/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "tls_key_log.h"

#define RANDOM "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F"
#define S32    "ff01020304050607ff01020304050607ff01020304050607ff01020304050607"
#define S48    S32 "ff01020304050607ff01020304050607"

static const uint64_t HASH_SECRET[2] = { 1, 2 };
static const char LOG[] = "# a comment\n"
			  "\n"
			  "CLIENT_RANDOM " RANDOM " " S48 "\r\n"
			  "CLIENT_HANDSHAKE_TRAFFIC_SECRET " RANDOM " " S32 "\n"
			  "SERVER_HANDSHAKE_TRAFFIC_SECRET\t" RANDOM "  " S48 "\n"
			  "EXPORTER_SECRET " RANDOM " " S32 "\n"
			  "CLIENT_TRAFFIC_SECRET_0 " RANDOM " " S32;

static const struct tls_key_entry *entry_of(const struct tls_keys *keys)
{
	uint8_t bytes[TLS_RANDOM_SIZE];
	struct tls_key_id id;

	for (unsigned i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)i;
	tls_key_id_make(&id, TLS_NAME_RANDOM, span_of(bytes, sizeof bytes));
	return tls_keys_find(keys, &id);
}

START_TEST(test_lines_in_pieces_of_any_size)
{
	for (size_t step = 1; step < sizeof LOG; step++) {
		struct tls_keys *keys = tls_keys_create(0, HASH_SECRET);
		const struct tls_key_entry *entry;
		struct tls_key_log log;

		tls_key_log_begin(&log, keys);
		for (size_t at = 0; at < sizeof LOG - 1; at += step)
			tls_key_log_push(&log, span_first(span_from(span_text(LOG), at), step));
		tls_key_log_end(&log);
		ck_assert_uint_eq(log.lines, 7);
		ck_assert_uint_eq(log.secrets, 4);
		ck_assert_uint_eq(log.unknown, 1);
		ck_assert_uint_eq(log.malformed, 0);
		entry = entry_of(keys);
		ck_assert_ptr_nonnull(entry);
		ck_assert_uint_eq(entry->secret[TLS_SECRET_MASTER].length, 48);
		ck_assert_uint_eq(entry->secret[TLS_SECRET_CLIENT_HANDSHAKE].length, 32);
		ck_assert_uint_eq(entry->secret[TLS_SECRET_SERVER_HANDSHAKE].length, 48);
		ck_assert_uint_eq(entry->secret[TLS_SECRET_CLIENT_APPLICATION].length, 32);
		ck_assert_uint_eq(entry->secret[TLS_SECRET_CLIENT_APPLICATION].bytes[0], 0xff);
		ck_assert_uint_eq(entry->secret[TLS_SECRET_SERVER_APPLICATION].length, 0);
		tls_keys_destroy(keys);
	}
}
END_TEST

START_TEST(test_malformed_lines_are_counted_with_their_place)
{
	static const char *const bad[] = { "CLIENT_RANDOM",
					   "CLIENT_RANDOM " RANDOM,
					   "CLIENT_RANDOM " RANDOM " " S32 "\n",
					   "CLIENT_RANDOM 00 " S48,
					   "CLIENT_RANDOM " RANDOM " " S48 " more",
					   "CLIENT_RANDOM " RANDOM " xx" S48,
					   "220 mail ESMTP ready",
					   "CLIENT_TRAFFIC_SECRET_0 " RANDOM " " S48 S48,
					   "CLIENT_TRAFFIC_SECRET_0 " RANDOM " 0" };

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct tls_keys *keys = tls_keys_create(0, HASH_SECRET);
		struct tls_key_log log;

		tls_key_log_begin(&log, keys);
		tls_key_log_push(&log, span_text("# first\n"));
		tls_key_log_push(&log, span_text(bad[i]));
		tls_key_log_end(&log);
		ck_assert_uint_eq(log.malformed, 1);
		ck_assert_uint_eq(log.first_malformed, 2);
		ck_assert_uint_eq(tls_keys_count(keys), 0);
		tls_keys_destroy(keys);
	}
}
END_TEST

START_TEST(test_an_endless_line_is_one_malformed_line)
{
	struct tls_keys *keys = tls_keys_create(0, HASH_SECRET);
	struct tls_key_log log;

	tls_key_log_begin(&log, keys);
	for (unsigned i = 0; i < 100000; i++)
		tls_key_log_push(&log, span_text("A"));
	tls_key_log_push(&log, span_text("\nCLIENT_RANDOM " RANDOM " " S48 "\n"));
	tls_key_log_end(&log);
	ck_assert_uint_eq(log.malformed, 1);
	ck_assert_uint_eq(log.secrets, 1);
	ck_assert_ptr_nonnull(entry_of(keys));
	tls_keys_destroy(keys);
}
END_TEST

SUITE("tls_key_log", test_lines_in_pieces_of_any_size, test_malformed_lines_are_counted_with_their_place,
      test_an_endless_line_is_one_malformed_line)
