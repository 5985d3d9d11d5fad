/* SPDX-License-Identifier: BSD-2-Clause */
#include "moment.h"

#include "harness.h"

static tstamp parsed(const char *text)
{
	tstamp time = -7;

	ck_assert_msg(moment_parse(text, &time), "%s", text);
	return time;
}

START_TEST(times_are_read)
{
	ck_assert_int_eq(parsed("1970-01-01"), 0);
	ck_assert_int_eq(parsed("2000-03-01"), INT64_C(951868800) * TSTAMP_SECOND);
	ck_assert_int_eq(parsed("2026-11-28T15:04:05Z"), INT64_C(1795878245) * TSTAMP_SECOND);
	ck_assert_int_eq(parsed("2026-11-28 15:04:05.25"),
			 INT64_C(1795878245) * TSTAMP_SECOND + TSTAMP_SECOND / 4);
	ck_assert_int_eq(parsed("2026-11-28T16:04:05+01:00"), INT64_C(1795878245) * TSTAMP_SECOND);
	ck_assert_int_eq(parsed("2026-11-28T10:34-04:30"), INT64_C(1795878240) * TSTAMP_SECOND);
	ck_assert_int_eq(parsed("@1795878245"), INT64_C(1795878245) * TSTAMP_SECOND);
	ck_assert_int_eq(parsed("@1.000000001"), TSTAMP_SECOND + 1);
	ck_assert_int_eq(parsed("2024-02-29"), parsed("2024-03-01") - 86400 * TSTAMP_SECOND);
}
END_TEST

START_TEST(what_is_no_time_is_refused)
{
	static const char *const bad[] = { "",
					   "now",
					   "15:04",
					   "2026-11",
					   "2026-13-01",
					   "2026-02-29",
					   "2026-11-31",
					   "2026-11-28T",
					   "2026-11-28T24:00",
					   "2026-11-28T15:60",
					   "1969-12-31",
					   "2200-01-01",
					   "@",
					   "@x",
					   "@99999999999",
					   "2026-11-28T15:04:05.",
					   "2026-11-28Zx",
					   "2026-11-28T15:04+1" };

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		tstamp time = -7;

		ck_assert_msg(!moment_parse(bad[i], &time), "%s", bad[i]);
		ck_assert_int_eq(time, -7);
	}
}
END_TEST

SUITE("moment", times_are_read, what_is_no_time_is_refused)
