/* SPDX-License-Identifier: BSD-2-Clause */
#include "span.h"

#include "harness.h"

START_TEST(getters_stop_at_the_end)
{
	static const uint8_t bytes[] = { 1, 2, 3, 4, 5 };
	struct span s = span_of(bytes, sizeof bytes);
	uint8_t one = 9;
	uint16_t two = 9;
	uint32_t four = 9;

	ck_assert(span_get_u8(s, 4, &one) && one == 5);
	ck_assert(!span_get_u8(s, 5, &one));
	ck_assert(span_get_be16(s, 3, &two) && two == 0x0405);
	ck_assert(!span_get_be16(s, 4, &two));
	ck_assert(span_get_le16(s, 0, &two) && two == 0x0201);
	ck_assert(span_get_be32(s, 1, &four) && four == 0x02030405);
	ck_assert(!span_get_be32(s, 2, &four));
	ck_assert(span_get_le32(s, 0, &four) && four == 0x04030201);
	ck_assert(!span_get_u8(s, SIZE_MAX, &one));
	ck_assert(!span_has(s, 1, SIZE_MAX));
}
END_TEST

START_TEST(parts_are_clamped)
{
	struct span s = span_text("abc");

	ck_assert_uint_eq(span_from(s, 4).length, 0);
	ck_assert(span_equal(span_from(s, 1), span_text("bc")));
	ck_assert(span_equal(span_first(s, 9), s));
	ck_assert(!span_equal(s, span_text("abd")));
}
END_TEST

SUITE("span", getters_stop_at_the_end, parts_are_clamped)
