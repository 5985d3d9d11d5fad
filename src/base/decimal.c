/* SPDX-License-Identifier: BSD-2-Clause */
#include "decimal.h"

#include <string.h>

/* The digits of 0 to 99. */
static const char pairs[] = "00010203040506070809101112131415161718192021222324"
			    "25262728293031323334353637383940414243444546474849"
			    "50515253545556575859606162636465666768697071727374"
			    "75767778798081828384858687888990919293949596979899";

/* Number of digits of |value|; 0 for the value 0. */
static unsigned count_digits(uint32_t value)
{
	/* The least number with one digit more than the index; 0 itself has none. */
	static const uint32_t next[] = { 1,	 10,	  100,	    1000,      10000,
					 100000, 1000000, 10000000, 100000000, 1000000000 };
	/* Bits times the logarithm of 2 to the base of 10: the digits, or one less. */
	unsigned least = (32 - (unsigned)__builtin_clz(value | 1)) * 1233 >> 12;

	return least + (value >= next[least]);
}

/* Writes |value| with exactly |digits| digits. Two at a time, because division dominates the cost. */
static char *write_digits(char *to, uint32_t value, unsigned digits)
{
	char *at = to + digits, *end = at;

	for (; digits >= 2; digits -= 2, value /= 100)
		memcpy(at -= 2, pairs + 2 * (value % 100), 2);
	if (digits)
		at[-1] = (char)('0' + value % 10);
	return end;
}

char *decimal_write(char *to, uint64_t value, unsigned width)
{
	static const uint32_t half = 1000000000;
	unsigned digits;

	if (value >= half) {
		to = decimal_write(to, value / half, width > 9 ? width - 9 : 1);
		return write_digits(to, (uint32_t)(value % half), 9);
	}
	if (width > 9) {
		memset(to, '0', width - 9);
		to += width - 9;
		width = 9;
	}
	digits = count_digits((uint32_t)value);
	return write_digits(to, (uint32_t)value, digits < width ? width : digits);
}
