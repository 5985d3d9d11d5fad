/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "tls_record.h"

struct seen {
	unsigned ends;
	uint8_t types[8];
	uint32_t lengths[8];
	size_t bytes;
	bool cut;
};

static void on_piece(void *context, const struct tls_record *record, uint32_t at, struct span bytes, bool last)
{
	struct seen *seen = context;

	ck_assert_uint_le(at + bytes.length, record->length);
	seen->bytes += bytes.length;
	if (!last)
		return;
	seen->types[seen->ends] = record->type;
	seen->lengths[seen->ends++] = record->length;
	seen->cut |= record->cut;
}

static struct tls_reader reader_of(struct seen *seen)
{
	return (struct tls_reader){ .sink = { .context = seen, .piece = on_piece } };
}

static const uint8_t TWO[] = { 22, 3, 1, 0, 4, 1, 2, 3, 4, 20, 3, 3, 0, 1, 1, 23, 3, 3, 0, 0 };

START_TEST(test_records_in_one_piece)
{
	struct seen seen = { 0 };
	struct tls_reader r = reader_of(&seen);

	tls_reader_push(&r, span_of(TWO, sizeof TWO));
	ck_assert_uint_eq(seen.ends, 3);
	ck_assert_uint_eq(seen.types[0], TLS_HANDSHAKE);
	ck_assert_uint_eq(seen.lengths[0], 4);
	ck_assert_uint_eq(seen.types[1], TLS_CHANGE_CIPHER_SPEC);
	ck_assert_uint_eq(seen.types[2], TLS_APPLICATION_DATA);
	ck_assert_uint_eq(seen.bytes, 5);
	ck_assert_uint_eq(r.records, 3);
}
END_TEST

START_TEST(test_records_byte_by_byte)
{
	struct seen seen = { 0 };
	struct tls_reader r = reader_of(&seen);

	for (size_t i = 0; i < sizeof TWO; i++)
		tls_reader_push(&r, span_of(TWO + i, 1));
	ck_assert_uint_eq(seen.ends, 3);
	ck_assert_uint_eq(seen.bytes, 5);
	ck_assert(!r.garbled);
}
END_TEST

START_TEST(test_text_is_no_record)
{
	struct seen seen = { 0 };
	struct tls_reader r = reader_of(&seen);

	tls_reader_push(&r, span_text("500 what?\r\n"));
	ck_assert(r.garbled);
	ck_assert_uint_eq(seen.ends, 0);
	ck_assert(!tls_record_begins(span_text("EHLO")));
	ck_assert(tls_record_begins(span_of(TWO, 2)));
	ck_assert(tls_record_begins((struct span){ 0 }));
	ck_assert(!tls_record_begins(span_of("\x16\x03\x03\x50\x00", 5)));
}
END_TEST

START_TEST(test_gap_within_a_record_is_skipped)
{
	static const uint8_t bytes[] = { 22, 3, 1, 0, 6, 1, 2 }, rest[] = { 6, 21, 3, 3, 0, 2, 2, 40 };
	struct seen seen = { 0 };
	struct tls_reader r = reader_of(&seen);

	tls_reader_push(&r, span_of(bytes, sizeof bytes));
	tls_reader_gap(&r, 3);
	tls_reader_push(&r, span_of(rest, sizeof rest));
	ck_assert_uint_eq(seen.ends, 2);
	ck_assert(seen.cut);
	ck_assert_uint_eq(seen.types[1], TLS_ALERT);
}
END_TEST

START_TEST(test_gap_beyond_a_record_waits_for_a_new_one)
{
	static const uint8_t middle[] = { 9, 9, 9, 9, 9, 9, 9 };
	struct seen seen = { 0 };
	struct tls_reader r = reader_of(&seen);

	tls_reader_push(&r, span_of(TWO, 7));
	tls_reader_gap(&r, 100);
	tls_reader_push(&r, span_of(middle, sizeof middle));
	ck_assert_uint_eq(seen.ends, 0);
	tls_reader_push(&r, span_of(TWO, sizeof TWO));
	ck_assert_uint_eq(seen.ends, 3);
	ck_assert(!seen.cut);
}
END_TEST

SUITE("tls_record", test_records_in_one_piece, test_records_byte_by_byte, test_text_is_no_record,
      test_gap_within_a_record_is_skipped, test_gap_beyond_a_record_waits_for_a_new_one)
