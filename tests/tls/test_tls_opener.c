/* SPDX-License-Identifier: BSD-2-Clause */
/* The opener and its search: sequence numbers, losses, damage, keys that change, come late or do not fit. */
#include "connection.h"
#include "harness.h"
#include "tls_opener.h"
#include "tls_search.h"

static struct connection c;
static struct tls_opener *opener;
static char found[8192];
static unsigned secrets_used;

static void note(const char *text)
{
	ck_assert_uint_lt(strlen(found) + strlen(text), sizeof found);
	strcat(found, text);
}

/* "C text|", "S text|", "C gap 5|", "C gap ~9|" if the length is an estimate, "C (21) |" for other types. */
static void on_opened(void *context, const struct tls_opened *o)
{
	char text[200];

	(void)context;
	if (o->gap)
		snprintf(text, sizeof text, "%c gap %s%u|", "CS"[o->direction], o -> inexact ? "~" : "",
			 (unsigned)o->length);
	else if (o->type == TLS_APPLICATION_DATA)
		snprintf(text, sizeof text, "%c %.*s|", "CS"[o->direction], (int)o -> length,
			 (const char *)o -> bytes.at);
	else
		snprintf(text, sizeof text, "%c (%u)|", "CS"[o->direction], o -> type);
	ck_assert(o->gap || o->length == o->bytes.length);
	ck_assert_ptr_nonnull(o->first);
	ck_assert_ptr_nonnull(o->last);
	if (o->gap || o->type == TLS_APPLICATION_DATA || o->type == TLS_ALERT)
		note(text);
}

static void push(enum direction d, const uint8_t *bytes, size_t length)
{
	const struct chunk chunk = connection_chunk(&c, d, bytes, length);

	tls_handshake_push(c.handshake, &chunk);
	tls_opener_push(opener, &chunk);
}

static void gap(enum direction d, size_t length)
{
	push(d, NULL, length);
}

static void shake_hands(void)
{
	struct sealed_handshake h;

	ck_assert(sealed_handshake_make(&h, c.kind));
	for (int i = 0; i < SEALED_HELLOS; i++)
		push(i == 1 ? DIR_SERVER : DIR_CLIENT, h.bytes[i], h.length[i]);
}

static void on_secret(void *context, const uint8_t random[static TLS_RANDOM_SIZE], enum tls_secret_kind kind,
		      const struct tls_secret *secret)
{
	(void)context;
	ck_assert(random[0] == 0x43 && secret->length && kind < TLS_SECRET_KINDS);
	secrets_used++;
}

static void begin(enum sealed_kind kind)
{
	connection_init(&c, kind, false);
	c.workspace->used = on_secret;
	opener = tls_opener_create(c.workspace, c.handshake, on_opened, NULL);
	ck_assert_ptr_nonnull(opener);
	found[0] = 0;
	secrets_used = 0;
}

/* With keys and handshake. */
static void begin_open(enum sealed_kind kind)
{
	begin(kind);
	connection_add_keys(&c);
	shake_hands();
}

static void end(const char *wanted, enum tls_sealed_by sealed)
{
	ck_assert_str_eq(found, wanted);
	ck_assert_int_eq(tls_opener_sealed(opener), sealed);
	tls_opener_destroy(opener);
	connection_finish(&c);
}

static void say(enum direction d, const char *text)
{
	uint8_t record[RECORD_ROOM];

	push(d, record, connection_seal(&c, d, text, record));
}

/* Bytes of a record of |length| bytes of text. */
static size_t record_of(size_t length)
{
	return 5 + length + 16 + (c.kind == SEALED_12 ? 8 : 1);
}

/* The record exists, but is not captured. */
static void lose(enum direction d, const char *text)
{
	uint8_t record[RECORD_ROOM];

	gap(d, connection_seal(&c, d, text, record));
}

static void say_flipped(enum direction d, const char *text, size_t at)
{
	uint8_t record[RECORD_ROOM];
	size_t length = connection_seal(&c, d, text, record);

	record[at < length ? at : length - 1] ^= 1;
	push(d, record, length);
}

static const enum sealed_kind KINDS[] = { SEALED_13, SEALED_12 };
enum { EACH = sizeof KINDS / sizeof *KINDS };

START_TEST(test_dialogue)
{
	for (size_t i = 0; i < EACH; i++) {
		begin_open(KINDS[i]);
		say(DIR_SERVER, "220 mx");
		say(DIR_CLIENT, "EHLO a");
		say(DIR_CLIENT, "");
		say(DIR_SERVER, "250 mx");
		ck_assert_uint_eq(secrets_used, KINDS[i] == SEALED_13 ? 4 : 1);
		ck_assert_uint_eq(tls_keys_claimed(c.keys), 1);
		end("S 220 mx|C EHLO a|C |S 250 mx|", TLS_OPENED);
	}
}
END_TEST

START_TEST(test_records_in_pieces)
{
	for (size_t i = 0; i < EACH; i++) {
		for (size_t piece = 1; piece < 90; piece++) {
			uint8_t bytes[3 * RECORD_ROOM];
			size_t length = 0;

			begin_open(KINDS[i]);
			for (int n = 0; n < 3; n++)
				length += connection_seal(&c, DIR_CLIENT, n == 1 ? "MAIL" : "NOOP x",
							  bytes + length);
			for (size_t at = 0; at < length; at += piece)
				push(DIR_CLIENT, bytes + at, length - at < piece ? length - at : piece);
			end("C NOOP x|C MAIL|C NOOP x|", TLS_OPENED);
		}
	}
}
END_TEST

START_TEST(test_loss_inside_a_record)
{
	uint8_t record[RECORD_ROOM];

	for (size_t i = 0; i < EACH; i++) {
		begin_open(KINDS[i]);
		push(DIR_CLIENT, record, connection_seal(&c, DIR_CLIENT, "0123456789", record) - 20);
		gap(DIR_CLIENT, 20);
		say(DIR_CLIENT, "next");
		/* TLS 1.3 may have padded it. */
		end(KINDS[i] == SEALED_13 ? "C gap ~10|C next|" : "C gap 10|C next|", TLS_OPENED);
	}
}
END_TEST

START_TEST(test_lost_records)
{
	for (size_t i = 0; i < EACH; i++) {
		for (unsigned count = 1; count < 40; count++) {
			begin_open(KINDS[i]);
			say(DIR_CLIENT, "first");
			found[0] = 0;
			gap(DIR_CLIENT, count * record_of(3));
			for (unsigned n = 0; n < count; n++) {
				uint8_t record[RECORD_ROOM];

				connection_seal(&c, DIR_CLIENT, "abc", record);
			}
			ck_assert_ptr_nonnull(strstr(found, "C gap ~"));
			found[0] = 0;
			say(DIR_CLIENT, "next");
			say(DIR_CLIENT, "last");
			end("C next|C last|", TLS_OPENED);
		}
	}
}
END_TEST

START_TEST(test_loss_that_ends_inside_a_record)
{
	uint8_t bytes[2 * RECORD_ROOM];
	size_t length;

	for (size_t i = 0; i < EACH; i++) {
		begin_open(KINDS[i]);
		say(DIR_CLIENT, "first");
		length = connection_seal(&c, DIR_CLIENT, "abc", bytes);
		length += connection_seal(&c, DIR_CLIENT, "defghijklmnop", bytes + length);
		gap(DIR_CLIENT, length - 12);
		push(DIR_CLIENT, bytes + length - 12, 12);
		found[0] = 0;
		say(DIR_CLIENT, "next");
		end("C next|", TLS_OPENED);
	}
}
END_TEST

START_TEST(test_damaged_records)
{
	for (size_t i = 0; i < EACH; i++) {
		/* Each byte behind the length in turn; in TLS 1.3 the type and version are part of what the tag covers. */
		for (size_t at = 5; at < 40; at++) {
			begin_open(KINDS[i]);
			say(DIR_CLIENT, "first");
			say_flipped(DIR_CLIENT, "0123456789", at);
			ck_assert_ptr_nonnull(strstr(found, "C first|C gap "));
			ck_assert_int_eq(tls_opener_sealed(opener), TLS_SEALED_PLACE);
			found[0] = 0;
			say(DIR_CLIENT, "next");
			end("C next|", TLS_OPENED);
		}
	}
}
END_TEST

START_TEST(test_damaged_length)
{
	for (size_t i = 0; i < EACH; i++) {
		for (int shift = 0; shift < 6; shift++) {
			uint8_t bytes[4 * RECORD_ROOM];
			size_t length = 0;

			begin_open(KINDS[i]);
			say(DIR_CLIENT, "first");
			length = connection_seal(&c, DIR_CLIENT, "0123456789 0123456789", bytes);
			bytes[4] ^= (uint8_t)(1 << shift);
			for (int n = 0; n < 3; n++)
				length +=
				    connection_seal(&c, DIR_CLIENT, n == 2 ? "third" : "more", bytes + length);
			push(DIR_CLIENT, bytes, length);
			say(DIR_CLIENT, "next");
			say(DIR_CLIENT, "last");
			/* It takes up the stream again, with proof of the place. */
			ck_assert_ptr_nonnull(strstr(found, "C next|C last|"));
			ck_assert_ptr_nonnull(strstr(found, "C gap "));
			ck_assert_int_eq(tls_opener_sealed(opener), TLS_OPENED);
			tls_opener_destroy(opener);
			connection_finish(&c);
		}
	}
}
END_TEST

/* TCP does not change the order of records: a peer would end the connection, and the session says that the place was lost. */
START_TEST(test_order)
{
	for (size_t i = 0; i < EACH; i++) {
		uint8_t one[RECORD_ROOM], other[RECORD_ROOM];
		size_t first, second;

		begin_open(KINDS[i]);
		say(DIR_CLIENT, "first");
		first = connection_seal(&c, DIR_CLIENT, "one", one);
		second = connection_seal(&c, DIR_CLIENT, "other", other);
		push(DIR_CLIENT, other, second);
		push(DIR_CLIENT, one, first);
		ck_assert_ptr_null(strstr(found, "other"));
		say(DIR_CLIENT, "next");
		/* The other direction is not concerned. */
		say(DIR_SERVER, "250 mx");
		ck_assert_ptr_nonnull(strstr(found, "S 250 mx|"));
		ck_assert_int_eq(tls_opener_sealed(opener), TLS_SEALED_PLACE);
		tls_opener_destroy(opener);
		connection_finish(&c);
	}
}
END_TEST

START_TEST(test_replayed_record)
{
	uint8_t record[RECORD_ROOM];
	size_t length;

	begin_open(SEALED_13);
	length = connection_seal(&c, DIR_CLIENT, "once", record);
	push(DIR_CLIENT, record, length);
	push(DIR_CLIENT, record, length);
	end("C once|C gap ~4|", TLS_SEALED_PLACE);
}
END_TEST

/* New keys for what |d| sends (RFC 8446 7.2). */
static void update_keys(enum direction d)
{
	struct tls_secret secret = { .length = 32 };
	struct tls_suite suite;

	ck_assert(tls_suite_find(0x1301, &suite) && tls_workspace_prepare(c.workspace));
	memset(secret.bytes, d == DIR_CLIENT ? 'c' : 'd', 32);
	ck_assert(tls_next_secret(c.workspace->crypto, suite.hash, &secret));
	ck_assert(tls_traffic_keys(c.workspace->crypto, &suite, &secret, &c.sealers[d].keys));
	c.sealers[d].sequence = 0;
}

static const uint8_t KEY_UPDATE[] = { 24, 0, 0, 1, 0 };

START_TEST(test_key_update)
{
	uint8_t record[RECORD_ROOM];

	begin_open(SEALED_13);
	say(DIR_CLIENT, "before");
	push(DIR_CLIENT, record,
	     sealed_record(&c.sealers[DIR_CLIENT], 22, span_of(KEY_UPDATE, sizeof KEY_UPDATE), record));
	update_keys(DIR_CLIENT);
	say(DIR_CLIENT, "after");
	say(DIR_SERVER, "250");
	end("C before|C after|S 250|", TLS_OPENED);
}
END_TEST

START_TEST(test_key_update_in_a_loss)
{
	uint8_t record[RECORD_ROOM];

	begin_open(SEALED_13);
	say(DIR_CLIENT, "before");
	gap(DIR_CLIENT,
	    sealed_record(&c.sealers[DIR_CLIENT], 22, span_of(KEY_UPDATE, sizeof KEY_UPDATE), record));
	update_keys(DIR_CLIENT);
	lose(DIR_CLIENT, "lost");
	found[0] = 0;
	say(DIR_CLIENT, "after");
	end("C after|", TLS_OPENED);
}
END_TEST

START_TEST(test_session_ticket_is_no_text)
{
	static const uint8_t ticket[] = { 4, 0, 0, 3, 1, 2, 3 };
	uint8_t record[RECORD_ROOM];

	begin_open(SEALED_13);
	push(DIR_SERVER, record,
	     sealed_record(&c.sealers[DIR_SERVER], 22, span_of(ticket, sizeof ticket), record));
	say(DIR_SERVER, "220 mx");
	end("S 220 mx|", TLS_OPENED);
}
END_TEST

START_TEST(test_opened_alert)
{
	static const uint8_t alert[] = { 2, 48 };
	uint8_t record[RECORD_ROOM];

	for (size_t i = 0; i < EACH; i++) {
		begin_open(KINDS[i]);
		push(DIR_CLIENT, record,
		     sealed_record(&c.sealers[DIR_CLIENT], 21, span_of(alert, sizeof alert), record));
		ck_assert(c.handshake->alert.seen && c.handshake->alert.opened);
		ck_assert_uint_eq(c.handshake->alert.description, 48);
		ck_assert_int_eq(c.handshake->alert.sender, DIR_CLIENT);
		end("C (21)|", TLS_OPENED);
	}
}
END_TEST

/* Neither hello was captured: the keys of the store are tried. */
START_TEST(test_midstream)
{
	begin(SEALED_13);
	connection_add_keys(&c);
	for (int i = 0; i < 20; i++)
		lose(DIR_CLIENT, "x");
	c.at[DIR_CLIENT] = 0;
	say(DIR_CLIENT, "found");
	say(DIR_SERVER, "250");
	ck_assert_ptr_nonnull(strstr(found, "C found|"));
	ck_assert_ptr_nonnull(strstr(found, "S 250|"));
	ck_assert_int_eq(tls_opener_sealed(opener), TLS_OPENED);
	tls_opener_destroy(opener);
	connection_finish(&c);
}
END_TEST

START_TEST(test_without_its_keys)
{
	for (size_t i = 0; i < EACH; i++) {
		begin(KINDS[i]);
		shake_hands();
		ck_assert(tls_opener_lacks_keys(opener));
		say(DIR_SERVER, "220 mx");
		end("", TLS_SEALED_NO_KEY);
	}
	begin(SEALED_13);
	say(DIR_SERVER, "220 mx");
	end("", TLS_SEALED_MIDSTREAM);
}
END_TEST

static const char WRONG[] =
    "CLIENT_TRAFFIC_SECRET_0 4343434343434343434343434343434343434343434343434343434343434343 "
    "1111111111111111111111111111111111111111111111111111111111111111\n"
    "SERVER_TRAFFIC_SECRET_0 4343434343434343434343434343434343434343434343434343434343434343 "
    "1111111111111111111111111111111111111111111111111111111111111111\n"
    "CLIENT_HANDSHAKE_TRAFFIC_SECRET 4343434343434343434343434343434343434343434343434343434343434343 "
    "1111111111111111111111111111111111111111111111111111111111111111\n"
    "SERVER_HANDSHAKE_TRAFFIC_SECRET 4343434343434343434343434343434343434343434343434343434343434343 "
    "1111111111111111111111111111111111111111111111111111111111111111\n"
    "CLIENT_RANDOM 4343434343434343434343434343434343434343434343434343434343434343 "
    "111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111\n";

START_TEST(test_wrong_keys)
{
	for (size_t i = 0; i < EACH; i++) {
		begin(KINDS[i]);
		connection_add_log(&c, WRONG);
		shake_hands();
		say(DIR_SERVER, "220 mx");
		ck_assert_uint_eq(secrets_used, 0);
		end("", TLS_SEALED_WRONG_KEY);
	}
}
END_TEST

START_TEST(test_late_keys)
{
	for (size_t i = 0; i < EACH; i++) {
		begin(KINDS[i]);
		shake_hands();
		say(DIR_SERVER, "220 mx");
		say(DIR_CLIENT, "EHLO a");
		connection_add_keys(&c);
		ck_assert(!tls_opener_lacks_keys(opener));
		ck_assert_int_eq(tls_opener_sealed(opener), TLS_SEALED_LATE_KEY);
		/* What comes from now on is opened, and what came before is a loss. */
		say(DIR_SERVER, "250 mx");
		ck_assert_ptr_nonnull(strstr(found, "S 250 mx|"));
		ck_assert_ptr_nonnull(strstr(found, "C gap ~"));
		ck_assert_int_eq(tls_opener_sealed(opener), TLS_SEALED_LATE_KEY);
		say(DIR_CLIENT, "MAIL");
		ck_assert_ptr_nonnull(strstr(found, "C MAIL|"));
		ck_assert_int_eq(tls_opener_sealed(opener), TLS_OPENED);
		tls_opener_destroy(opener);
		connection_finish(&c);
	}
}
END_TEST

/* Attempts are bounded: then the place is lost, until the next loss in another second. */
START_TEST(test_tries_have_a_budget)
{
	begin_open(SEALED_13);
	say(DIR_CLIENT, "first");
	found[0] = 0;
	gap(DIR_CLIENT, 100000000);
	c.sealers[DIR_CLIENT].sequence += TLS_TRIES_GAP + 10;
	say(DIR_CLIENT, "too far");
	ck_assert_ptr_null(strstr(found, "too far"));
	ck_assert_int_eq(tls_opener_sealed(opener), TLS_SEALED_PLACE);
	c.sealers[DIR_CLIENT].sequence -= TLS_TRIES_GAP;
	say(DIR_CLIENT, "given up");
	ck_assert_ptr_null(strstr(found, "given up"));
	/* Another one within reach. */
	found[0] = 0;
	c.now += TSTAMP_SECOND;
	gap(DIR_CLIENT, 1000);
	found[0] = 0;
	say(DIR_CLIENT, "again");
	end("C again|", TLS_OPENED);
}
END_TEST

START_TEST(test_suite_that_is_not_supported)
{
	struct sealed_handshake h;

	begin(SEALED_12);
	connection_add_keys(&c);
	ck_assert(sealed_handshake_make(&h, SEALED_12));
	push(DIR_CLIENT, h.bytes[0], h.length[0]);
	/* TLS_RSA_WITH_3DES_EDE_CBC_SHA, behind header, version, random and session ID. */
	h.bytes[1][44] = 0;
	h.bytes[1][45] = 0x0a;
	push(DIR_SERVER, h.bytes[1], h.length[1]);
	push(DIR_CLIENT, h.bytes[2], h.length[2]);
	say(DIR_SERVER, "220 mx");
	end("", TLS_SEALED_SUITE);
}
END_TEST

SUITE("tls_opener", test_dialogue, test_records_in_pieces, test_loss_inside_a_record, test_lost_records,
      test_loss_that_ends_inside_a_record, test_damaged_records, test_damaged_length, test_order,
      test_replayed_record, test_key_update, test_key_update_in_a_loss, test_session_ticket_is_no_text,
      test_opened_alert, test_midstream, test_without_its_keys, test_wrong_keys, test_late_keys,
      test_tries_have_a_budget, test_suite_that_is_not_supported)
