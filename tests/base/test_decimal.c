/* SPDX-License-Identifier: BSD-2-Clause */
#include "decimal.h"
#include "harness.h"

#include <inttypes.h>
#include <stdio.h>

static void expect(uint64_t value, unsigned width)
{
	char text[DECIMAL_SIZE + 1], wanted[DECIMAL_SIZE + 1];

	*decimal_write(text, value, width) = 0;
	if (value || width)
		snprintf(wanted, sizeof wanted, "%0*" PRIu64, (int)width, value);
	else
		wanted[0] = 0; /* no digits requested */
	ck_assert_str_eq(text, wanted);
}

START_TEST(test_widths)
{
	static const uint64_t values[] = { 0,	1,   9,	   10,	  42,	   99,	       100,
					   101, 999, 1000, 65535, 1234567, 4294967295, UINT64_MAX };

	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		for (unsigned width = 0; width <= DECIMAL_SIZE; width++)
			expect(values[i], width);
}
END_TEST

START_TEST(test_every_small_number)
{
	for (uint64_t value = 0; value < 120000; value++)
		expect(value, 1);
}
END_TEST

START_TEST(test_fixed_lengths)
{
	char text[7] = "", wanted[7];

	for (uint32_t value = 0; value < 1000; value++) {
		*decimal_three(text, value) = 0;
		snprintf(wanted, sizeof wanted, "%03u", value);
		ck_assert_str_eq(text, wanted);
	}
	for (uint32_t value = 0; value < 1000000; value += 99) {
		*decimal_six(text, value) = 0;
		snprintf(wanted, sizeof wanted, "%06u", value);
		ck_assert_str_eq(text, wanted);
	}
}
END_TEST

SUITE("base/decimal", test_widths, test_every_small_number, test_fixed_lengths)
