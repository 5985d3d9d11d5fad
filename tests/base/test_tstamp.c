/* SPDX-License-Identifier: BSD-2-Clause */
#include "tstamp.h"

#include "harness.h"

START_TEST(formats)
{
	char text[TSTAMP_TEXT_SIZE];

	tstamp_format(text, 0, 6);
	ck_assert_str_eq(text, "1970-01-01T00:00:00.000000Z");
	tstamp_format(text, INT64_C(1795255200123456789), 9);
	ck_assert_str_eq(text, "2026-11-21T10:00:00.123456789Z");
	tstamp_format(text, INT64_C(1795255200123456789), 0);
	ck_assert_str_eq(text, "2026-11-21T10:00:00Z");
	tstamp_format(text, -1, 3);
	ck_assert_str_eq(text, "1969-12-31T23:59:59.999Z");
}
END_TEST

SUITE("tstamp", formats)
