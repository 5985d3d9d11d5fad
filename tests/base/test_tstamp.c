/* SPDX-License-Identifier: BSD-2-Clause */
#include "tstamp.h"

#include <stdio.h>
#include <time.h>

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

/* The dates are those of the C library, on every day of all years that there are. */
START_TEST(agrees_with_the_c_library)
{
	static const int64_t day = 24 * 60 * 60;
	char text[TSTAMP_TEXT_SIZE], expected[64];
	struct tm tm;

	for (time_t at = INT64_MIN / TSTAMP_SECOND; at < INT64_MAX / TSTAMP_SECOND - day; at += day - 7) {
		gmtime_r(&at, &tm);
		strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%SZ", &tm);
		tstamp_format(text, at * TSTAMP_SECOND, 0);
		ck_assert_str_eq(text, expected);
	}
}
END_TEST

/* Seconds around midnight, New Year and the end of February, and the ends of the range. */
START_TEST(boundaries)
{
	static const struct {
		tstamp at;
		const char *text;
	} cases[] = { { INT64_C(951782399) * TSTAMP_SECOND, "2000-02-28T23:59:59Z" },
		      { INT64_C(951782400) * TSTAMP_SECOND, "2000-02-29T00:00:00Z" },
		      { INT64_C(951868800) * TSTAMP_SECOND, "2000-03-01T00:00:00Z" },
		      { INT64_C(4107542400) * TSTAMP_SECOND, "2100-03-01T00:00:00Z" },
		      { INT64_C(4107542399) * TSTAMP_SECOND, "2100-02-28T23:59:59Z" },
		      { INT64_C(1798761599) * TSTAMP_SECOND, "2026-12-31T23:59:59Z" },
		      { INT64_C(1798761600) * TSTAMP_SECOND, "2027-01-01T00:00:00Z" },
		      { INT64_C(-86400) * TSTAMP_SECOND, "1969-12-31T00:00:00Z" },
		      { INT64_C(-86401) * TSTAMP_SECOND, "1969-12-30T23:59:59Z" },
		      { INT64_MIN, "1677-09-21T00:12:43Z" },
		      { INT64_MAX, "2262-04-11T23:47:16Z" } };
	char text[TSTAMP_TEXT_SIZE];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		tstamp_format(text, cases[i].at, 0);
		ck_assert_str_eq(text, cases[i].text);
	}
}
END_TEST

SUITE("tstamp", formats, agrees_with_the_c_library, boundaries)
