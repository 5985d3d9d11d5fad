/* SPDX-License-Identifier: BSD-2-Clause */
#include "editor.h"

#include <string.h>

#include "harness.h"

enum { SIZE = 200 };

/* The Internet checksum of |length| bytes from |from|, and |more| of another sum; 0 if it is right. */
static uint16_t sum_of(const uint8_t *at, size_t length, uint32_t more)
{
	uint32_t sum = more;

	for (size_t i = 0; i < length; i++)
		sum += i & 1 ? at[i] : (uint32_t)at[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void set(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static uint32_t plain_sum(const uint8_t *at, size_t length)
{
	return (uint16_t)~sum_of(at, length, 0);
}

/* An inner checksum with a pseudo header, behind an odd number of bytes of an outer one that covers both. */
static void make(struct editor *e, uint8_t bytes[static SIZE])
{
	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (uint8_t)(i * 37 + 11);
	set(bytes + 51, 0);
	set(bytes + 51, sum_of(bytes + 41, SIZE - 41, plain_sum(bytes + 20, 8)));
	set(bytes + 4, 0);
	set(bytes + 4, sum_of(bytes, SIZE, 0));
	editor_init(e, bytes, SIZE);
	ck_assert(
	    editor_add(e, &(struct editor_sum){ .at = 4, .from = 0, .to = SIZE, .addresses = EDITOR_NONE }));
	ck_assert(editor_add(e, &(struct editor_sum){
				    .at = 51, .from = 41, .to = SIZE, .addresses = 20, .addresses_length = 8 }));
}

static void check(const uint8_t bytes[static SIZE])
{
	ck_assert_uint_eq(sum_of(bytes + 41, SIZE - 41, plain_sum(bytes + 20, 8)), 0);
	ck_assert_uint_eq(sum_of(bytes, SIZE, 0), 0);
}

START_TEST(nested_checksums_stay_right)
{
	uint8_t bytes[SIZE], with[60];
	struct editor e;
	uint32_t random = 1;

	make(&e, bytes);
	check(bytes);
	for (unsigned round = 0; round < 2000; round++) {
		size_t at, length;

		random = random * 1664525 + 1013904223;
		at = random >> 8 & 127;
		length = 1 + (random >> 16) % sizeof with;
		for (size_t i = 0; i < length; i++)
			with[i] = (uint8_t)((random = random * 1664525 + 1013904223) >> 24);
		/* Not the checksums themselves. */
		if ((at < 6 && at + length > 4) || (at < 53 && at + length > 51))
			continue;
		editor_put(&e, at, with, length);
		ck_assert_int_eq(memcmp(bytes + at, with, length < SIZE - at ? length : SIZE - at), 0);
		check(bytes);
	}
}
END_TEST

START_TEST(wrong_checksums_stay_wrong_by_as_much)
{
	uint8_t bytes[SIZE], before[SIZE];
	struct editor e;

	make(&e, bytes);
	bytes[51] ^= 0x5a;
	memcpy(before, bytes, SIZE);
	editor_put(&e, 100, (const uint8_t *)"credential", 10);
	ck_assert_uint_ne(sum_of(bytes + 41, SIZE - 41, plain_sum(bytes + 20, 8)), 0);
	editor_put(&e, 100, before + 100, 10);
	ck_assert_int_eq(memcmp(bytes, before, SIZE), 0);
}
END_TEST

START_TEST(a_udp_checksum_of_zero_is_none)
{
	uint8_t bytes[SIZE] = { 0 };
	struct editor e;

	editor_init(&e, bytes, SIZE);
	editor_add(&e, &(struct editor_sum){
			   .at = 6, .from = 0, .to = SIZE, .addresses = EDITOR_NONE, .optional = true });
	editor_put(&e, 20, (const uint8_t *)"x", 1);
	ck_assert_uint_eq(bytes[6] | bytes[7], 0);
}
END_TEST

START_TEST(a_pseudo_header_may_be_elsewhere)
{
	uint8_t bytes[SIZE] = { 1, 2, 3, 4 };
	static const uint8_t before[8] = { 192, 0, 2, 1, 198, 51, 100, 1 },
			     after[8] = { 10, 9, 8, 7, 6, 5, 4, 3 };
	struct editor e;

	set(bytes + 16, sum_of(bytes, SIZE, plain_sum(before, 8)));
	editor_init(&e, bytes, SIZE);
	editor_add(&e, &(struct editor_sum){
			   .at = 16, .from = 0, .to = SIZE, .addresses = EDITOR_NONE, .outside = true });
	editor_pseudo(&e, before, after, 8);
	ck_assert_uint_eq(sum_of(bytes, SIZE, plain_sum(after, 8)), 0);
}
END_TEST

START_TEST(nothing_is_written_past_the_end)
{
	uint8_t bytes[SIZE] = { 0 };
	struct editor e;

	editor_init(&e, bytes, 10);
	editor_add(&e, &(struct editor_sum){ .at = 9, .from = 0, .to = SIZE, .addresses = EDITOR_NONE });
	editor_put(&e, 8, (const uint8_t *)"12345", 5);
	editor_put(&e, 50, (const uint8_t *)"12345", 5);
	ck_assert_int_eq(memcmp(bytes + 8, "12\0\0\0", 5), 0);
	ck_assert_uint_eq(bytes[50], 0);
	ck_assert_uint_eq(e.count, 0);
}
END_TEST

SUITE("editor", nested_checksums_stay_right, wrong_checksums_stay_wrong_by_as_much,
      a_udp_checksum_of_zero_is_none, a_pseudo_header_may_be_elsewhere, nothing_is_written_past_the_end)
