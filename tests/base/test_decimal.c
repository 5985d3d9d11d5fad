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
	for (uint64_t value = 0; value < 20000; value++)
		expect(value, 1);
}
END_TEST

SUITE("base/decimal", test_widths, test_every_small_number)
