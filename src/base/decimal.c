/* SPDX-License-Identifier: BSD-2-Clause */
#include "decimal.h"

#include <string.h>

/* Number of digits of |value|; 0 for the value 0. */
static unsigned count_digits(uint64_t value)
{
	unsigned digits = 0;

	for (; value >= 10000; value /= 10000)
		digits += 4;
	return digits + (value >= 1000 ? 4 : value >= 100 ? 3 : value >= 10 ? 2 : value ? 1 : 0);
}

/* Writes two digits at a time, because division dominates the cost, and most numbers are small. */
char *decimal_write(char *to, uint64_t value, unsigned width)
{
	static const char pairs[] = "000102030405060708091011121314151617181920212223242526272829303132333435"
				    "3637383940414243444546474849"
				    "505152535455565758596061626364656667686970717273747576777879808182838485"
				    "8687888990919293949596979899";
	unsigned digits = count_digits(value);
	char *at, *end;

	if (digits < width)
		digits = width;
	at = end = to + digits;
	for (; value > UINT32_MAX; value /= 100)
		memcpy(at -= 2, pairs + 2 * (value % 100), 2);
	for (uint32_t rest = (uint32_t)value; at - to >= 2; rest /= 100, value = rest)
		memcpy(at -= 2, pairs + 2 * (rest % 100), 2);
	if (at > to)
		*--at = (char)('0' + value % 10);
	return end;
}
