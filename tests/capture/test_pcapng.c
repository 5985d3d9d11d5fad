/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcapng.h"

#include "capture_bytes.h"
#include "harness.h"

#define A_SECOND UINT64_C(1000000)

/* The results of reading, block by block. */
struct reading {
	struct pcapng pcapng;
	struct frame frames[16];
	size_t count;
	/* PCAPNG_DAMAGED, PCAPNG_MORE (truncated within a block), or PCAPNG_SKIP at the end */
	enum pcapng_result last;
	size_t used; /* bytes of complete blocks */
	struct buf secrets;
};

static void take_secrets(void *context, struct span lines)
{
	buf_append(context, lines);
}

static void read_all(struct reading *r, struct span bytes)
{
	*r = (struct reading){ .last = PCAPNG_SKIP };
	buf_init(&r->secrets, 1000);
	pcapng_init(&r->pcapng, take_secrets, &r->secrets);
	while (bytes.length) {
		size_t count = 0;
		struct frame frame = { 0 };
		r->last = pcapng_read(&r->pcapng, bytes, &count, &frame);
		if (r->last == PCAPNG_DAMAGED || r->last == PCAPNG_MORE)
			return;
		if (r->last == PCAPNG_PACKET && r->count < 16)
			r->frames[r->count++] = frame;
		ck_assert_uint_le(count, bytes.length);
		bytes = span_from(bytes, count);
		r->used += count;
	}
	r->last = PCAPNG_SKIP;
}

static void finish(struct reading *r)
{
	pcapng_finish(&r->pcapng);
	buf_finish(&r->secrets);
}

static void expect_frame(const struct frame *f, uint64_t number, const char *bytes, uint32_t wire,
			 int link_type, tstamp time, uint32_t digits)
{
	ck_assert_uint_eq(f->ref.number, number);
	ck_assert(span_equal(f->bytes, span_text(bytes)));
	ck_assert_uint_eq(f->wire_length, wire);
	ck_assert_int_eq(f->link_type, link_type);
	ck_assert_int_eq(f->ref.time, time);
	ck_assert_uint_eq(f->ref.digits, digits);
}

static void all_blocks(enum order order)
{
	struct buf file = new_bytes(), options = new_bytes();
	struct reading r;

	put_section(&file, order);
	put_block(&file, order, 4, span_text("names, to be skipped"));
	put_interface(&file, order, 1, 0, span_of("", 0));
	put_option(&options, order, 2, span_text("eth1")); /* if_name */
	put_option(&options, order, 9, span_of("\x09", 1));
	put_interface(&file, order, 113, 0, buf_span(&options));
	put_enhanced(&file, order, 0, 5 * A_SECOND + 7, "hello", 100);
	put_block(&file, order, 0x00000bad, span_text("custom"));
	put_enhanced(&file, order, 1, UINT64_C(6000000001), "world!", 6);
	put_old_packet(&file, order, 0, 7 * A_SECOND, "old", 3);
	put_simple(&file, order, "simple", 6);
	put_block(&file, order, 5, span_text("statistics!!"));
	read_all(&r, buf_span(&file));
	ck_assert_int_eq(r.last, PCAPNG_SKIP);
	ck_assert_uint_eq(r.count, 4);
	expect_frame(&r.frames[0], 1, "hello", 100, 1, 5 * TSTAMP_SECOND + 7000, 6);
	expect_frame(&r.frames[1], 2, "world!", 6, 113, 6 * TSTAMP_SECOND + 1, 9);
	expect_frame(&r.frames[2], 3, "old", 3, 1, 7 * TSTAMP_SECOND, 6);
	/* A simple packet has no time; it gets that of the previous one. */
	expect_frame(&r.frames[3], 4, "simple", 6, 1, 7 * TSTAMP_SECOND, 6);
	finish(&r);
	buf_finish(&file);
	buf_finish(&options);
}

START_TEST(every_block_in_both_byte_orders)
{
	all_blocks(LITTLE);
	all_blocks(BIG);
}
END_TEST

START_TEST(sections_start_anew)
{
	struct buf file = new_bytes();
	struct reading r;

	put_section(&file, LITTLE);
	put_interface(&file, LITTLE, 1, 0, span_of("", 0));
	put_enhanced(&file, LITTLE, 0, 1, "one", 3);
	put_section(&file, BIG);
	put_interface(&file, BIG, 101, 0, span_of("", 0));
	put_enhanced(&file, BIG, 0, 2, "two", 3);
	put_section(&file, LITTLE);
	put_enhanced(&file, LITTLE, 0, 3, "no interface in this section", 30);
	read_all(&r, buf_span(&file));
	ck_assert_uint_eq(r.count, 2);
	expect_frame(&r.frames[0], 1, "one", 3, 1, 1000, 6);
	expect_frame(&r.frames[1], 2, "two", 3, 101, 2000, 6);
	ck_assert_int_eq(r.last, PCAPNG_DAMAGED);
	ck_assert_str_eq(r.pcapng.error, "the packet belongs to interface 0, which the file does not describe");
	finish(&r);
	buf_finish(&file);
}
END_TEST

/* The time of |ticks| with if_tsresol |resolution| and if_tsoffset |offset|; -1 if it could not be read. */
static tstamp time_under(uint8_t resolution, int64_t offset, uint64_t ticks, uint32_t *digits)
{
	struct buf file = new_bytes(), options = new_bytes(), seconds = new_bytes();
	struct reading r;
	tstamp time = -1;

	put_option(&options, BIG, 9, span_of(&resolution, 1));
	put_u64(&seconds, BIG, (uint64_t)offset);
	put_option(&options, BIG, 14, buf_span(&seconds));
	put_section(&file, BIG);
	put_interface(&file, BIG, 1, 0, buf_span(&options));
	put_enhanced(&file, BIG, 0, ticks, "x", 1);
	read_all(&r, buf_span(&file));
	if (r.count == 1) {
		time = r.frames[0].ref.time;
		*digits = r.frames[0].ref.digits;
	}
	finish(&r);
	buf_finish(&file);
	buf_finish(&options);
	buf_finish(&seconds);
	return time;
}

START_TEST(resolutions_and_offsets)
{
	static const struct {
		uint8_t resolution;
		int64_t offset;
		uint64_t ticks;
		tstamp time;
		uint32_t digits;
	} cases[] = {
		{ 0, 0, 12, 12 * TSTAMP_SECOND, 6 },
		{ 3, 0, 1500, 1500 * TSTAMP_MILLISECOND, 6 },
		{ 6, 100, 1, 100 * TSTAMP_SECOND + 1000, 6 },
		{ 6, -1, 1500000, 500 * TSTAMP_MILLISECOND, 6 },
		{ 7, 0, 25, 2500, 9 },
		{ 9, 0, 1700000000123456789, 1700000000123456789, 9 },
		{ 12, 0, 3000000001999, 3000000001, 9 },
		{ 19, 0, UINT64_MAX, 1844674407, 9 },
		{ 20, 0, UINT64_MAX, 184467440, 9 },
		{ 28, 0, UINT64_MAX, 1, 9 },
		{ 29, 0, UINT64_MAX, 0, 9 },
		{ 127, 0, UINT64_MAX, 0, 9 },
		{ 0x80, 0, 3, 3 * TSTAMP_SECOND, 6 },
		{ 0x80 | 10, 0, 512, 500 * TSTAMP_MILLISECOND, 6 },
		{ 0x80 | 19, 0, 1, 1907, 6 },
		{ 0x80 | 20, 0, (UINT64_C(7) << 20) + (1 << 19), 7 * TSTAMP_SECOND + 500 * TSTAMP_MILLISECOND,
		  9 },
		{ 0x80 | 32, 0, UINT64_C(3) << 31, TSTAMP_SECOND + 500 * TSTAMP_MILLISECOND, 9 },
		{ 0x80 | 63, 0, UINT64_C(3) << 62, TSTAMP_SECOND + 500 * TSTAMP_MILLISECOND, 9 },
		{ 0x80 | 64, 0, UINT64_C(1) << 63, 500 * TSTAMP_MILLISECOND, 9 },
		{ 0x80 | 127, 0, UINT64_MAX, 0, 9 },
	};
	uint32_t digits = 0;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ck_assert_int_eq(time_under(cases[i].resolution, cases[i].offset, cases[i].ticks, &digits),
				 cases[i].time);
		ck_assert_uint_eq(digits, cases[i].digits);
	}
}
END_TEST

START_TEST(hostile_times_stay_in_bounds)
{
	static const int64_t offsets[] = { INT64_MIN, -1, 0, 1, INT64_MAX };
	uint32_t digits;

	for (unsigned resolution = 0; resolution < 256; resolution++) {
		for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
			tstamp t = time_under((uint8_t)resolution, offsets[i], UINT64_MAX, &digits);
			ck_assert_int_le(t, PCAPNG_TIME_LIMIT);
			ck_assert_int_ge(t, -PCAPNG_TIME_LIMIT);
		}
	}
	ck_assert_int_gt(time_under(0, INT64_MAX, UINT64_MAX, &digits), PCAPNG_TIME_LIMIT / 2);
	ck_assert_int_lt(time_under(0, INT64_MIN, 0, &digits), -PCAPNG_TIME_LIMIT / 2);
}
END_TEST

START_TEST(simple_packets_are_cut_by_snaplen)
{
	struct buf file = new_bytes();
	struct reading r;

	put_section(&file, LITTLE);
	put_interface(&file, LITTLE, 1, 5, span_of("", 0));
	put_simple(&file, LITTLE, "abcde", 1500);
	put_simple(&file, LITTLE, "abc", 3);
	read_all(&r, buf_span(&file));
	ck_assert_uint_eq(r.count, 2);
	expect_frame(&r.frames[0], 1, "abcde", 1500, 1, 0, 6);
	expect_frame(&r.frames[1], 2, "abc", 3, 1, 0, 6);
	finish(&r);
	buf_finish(&file);
}
END_TEST

START_TEST(secrets_are_handed_out)
{
	struct buf file = new_bytes();
	struct reading r;

	put_section(&file, BIG);
	put_secrets(&file, BIG, 0x544c534b, "CLIENT_RANDOM 01 02\n");
	put_secrets(&file, BIG, 0x57474b4c, "of WireGuard, not TLS\n");
	read_all(&r, buf_span(&file));
	ck_assert_int_eq(r.last, PCAPNG_SKIP);
	ck_assert_str_eq(buf_string(&r.secrets), "CLIENT_RANDOM 01 02\n");
	finish(&r);
	buf_finish(&file);
}
END_TEST

START_TEST(wire_length_is_never_below_the_captured)
{
	struct buf file = new_bytes();
	struct reading r;

	put_section(&file, LITTLE);
	put_interface(&file, LITTLE, 1, 0, span_of("", 0));
	put_enhanced(&file, LITTLE, 0, 0, "seven b", 0);
	read_all(&r, buf_span(&file));
	ck_assert_uint_eq(r.count, 1);
	ck_assert_uint_eq(r.frames[0].wire_length, 7);
	finish(&r);
	buf_finish(&file);
}
END_TEST

/* Reads a section, an interface, and |type| with |body|, and expects this error. */
static void expect_damage(uint32_t type, struct span body, const char *error)
{
	struct buf file = new_bytes();
	struct reading r;

	put_section(&file, LITTLE);
	put_interface(&file, LITTLE, 1, 0, span_of("", 0));
	put_block(&file, LITTLE, type, body);
	read_all(&r, buf_span(&file));
	ck_assert_int_eq(r.last, PCAPNG_DAMAGED);
	ck_assert_str_eq(r.pcapng.error, error);
	finish(&r);
	buf_finish(&file);
}

START_TEST(damage_is_named)
{
	expect_damage(6, span_text("short"), "the packet block has only 8 bytes");
	expect_damage(6, span_of("\0\0\0\0\0\0\0\0\0\0\0\0\x09\0\0\0\x09\0\0\0....", 24),
		      "the packet claims 9 captured bytes, but its block has room for 4");
	expect_damage(6, span_of("\1\0\0\0\0\0\0\0\0\0\0\0\x04\0\0\0\x04\0\0\0....", 24),
		      "the packet belongs to interface 1, which the file does not describe");
	expect_damage(3, span_of("\x09\0\0\0....", 8),
		      "the packet claims 9 captured bytes, but its block has room for 4");
	expect_damage(3, span_of("", 0), "the simple packet block has only 0 bytes");
	expect_damage(1, span_of("\1\0\0\0", 4), "the interface description has only 4 bytes");
	expect_damage(1, span_of("\1\0\0\0\0\0\0\0\x09\0\x02\0\6\0\0\0", 16),
		      "option 9 of an interface description has an invalid length of 2 bytes");
	expect_damage(1, span_of("\1\0\0\0\0\0\0\0\x02\0\xff\0\6\0\0\0", 16),
		      "option 2 of an interface description has an invalid length of 255 bytes");
	expect_damage(10, span_of("KSLT\xff\0\0\0...", 12),
		      "the secrets block is shorter than its length field claims");
	expect_damage(0x0a0d0d0a, span_of("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16),
		      "the section header has no valid byte-order magic");
	expect_damage(0x0a0d0d0a, span_of("\x4d\x3c\x2b\x1a\2\0\0\0\0\0\0\0\0\0\0\0", 16),
		      "pcapng version 2 is not supported");
	expect_damage(0x0a0d0d0a, span_of("\x4d\x3c\x2b\x1a\1\0\0\0", 8),
		      "the section header has only 8 bytes");
}
END_TEST

/* Expects this error for |length| at the start of a block and |trailer| at its end. */
static void expect_bad_length(uint32_t length, uint32_t trailer, const char *error)
{
	struct buf file = new_bytes();
	struct reading r;

	put_section(&file, BIG);
	put_u32(&file, BIG, 99);
	put_u32(&file, BIG, length);
	put_u32(&file, BIG, 0);
	put_u32(&file, BIG, trailer);
	read_all(&r, buf_span(&file));
	ck_assert_int_eq(r.last, PCAPNG_DAMAGED);
	ck_assert_uint_eq(r.used, 28);
	ck_assert_str_eq(r.pcapng.error, error);
	finish(&r);
	buf_finish(&file);
}

START_TEST(lengths_are_checked)
{
	expect_bad_length(0, 0, "invalid block length of 0 bytes");
	expect_bad_length(8, 8, "invalid block length of 8 bytes");
	expect_bad_length(15, 15, "invalid block length of 15 bytes");
	expect_bad_length(0x01000004, 0, "the block length of 16777220 bytes exceeds the limit of 16777216");
	expect_bad_length(0xfffffffc, 0, "the block length of 4294967292 bytes exceeds the limit of 16777216");
	expect_bad_length(16, 20, "the block has a length of 16 bytes at its start but 20 at its end");
}
END_TEST

START_TEST(a_first_block_must_be_a_section)
{
	struct buf file = new_bytes();
	struct reading r;

	put_interface(&file, LITTLE, 1, 0, span_of("", 0));
	read_all(&r, buf_span(&file));
	ck_assert_int_eq(r.last, PCAPNG_DAMAGED);
	ck_assert_str_eq(r.pcapng.error, "the section header is missing");
	ck_assert(!pcapng_recognize(buf_span(&file)));
	finish(&r);
	buf_finish(&file);
}
END_TEST

START_TEST(every_prefix_asks_for_more)
{
	struct buf file = new_bytes();
	struct reading whole, r;

	put_section(&file, BIG);
	put_interface(&file, BIG, 1, 0, span_of("", 0));
	put_enhanced(&file, BIG, 0, 1, "one", 3);
	put_simple(&file, BIG, "two!", 4);
	put_secrets(&file, BIG, 0x544c534b, "secret\n");
	read_all(&whole, buf_span(&file));
	for (size_t length = 0; length < file.length; length++) {
		/* A copy of exactly that size, so that a sanitizer detects a read past its end. */
		struct buf part = new_bytes();
		buf_append(&part, span_first(buf_span(&file), length));
		read_all(&r, buf_span(&part));
		ck_assert(r.last == (r.used == length ? PCAPNG_SKIP : PCAPNG_MORE));
		for (size_t i = 0; i < r.count; i++)
			ck_assert(span_equal(r.frames[i].bytes, whole.frames[i].bytes));
		finish(&r);
		buf_finish(&part);
	}
	finish(&whole);
	buf_finish(&file);
}
END_TEST

START_TEST(every_changed_byte_is_survived)
{
	struct buf file = new_bytes();
	struct reading r;

	put_section(&file, LITTLE);
	put_interface(&file, LITTLE, 1, 0, span_of("", 0));
	put_enhanced(&file, LITTLE, 0, 1, "one", 3);
	put_old_packet(&file, LITTLE, 0, 1, "old", 3);
	put_simple(&file, LITTLE, "two!", 4);
	for (size_t i = 0; i < file.length; i++) {
		for (unsigned value = 0; value < 256; value += 15) {
			uint8_t before = file.at[i];
			file.at[i] = (uint8_t)value;
			read_all(&r, buf_span(&file));
			ck_assert_uint_le(r.count, 3);
			finish(&r);
			file.at[i] = before;
		}
	}
	buf_finish(&file);
}
END_TEST

SUITE("pcapng", every_block_in_both_byte_orders, sections_start_anew, resolutions_and_offsets,
      hostile_times_stay_in_bounds, simple_packets_are_cut_by_snaplen, secrets_are_handed_out,
      wire_length_is_never_below_the_captured, damage_is_named, lengths_are_checked,
      a_first_block_must_be_a_section, every_prefix_asks_for_more, every_changed_byte_is_survived)
