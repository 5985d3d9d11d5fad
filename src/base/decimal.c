/* SPDX-License-Identifier: BSD-2-Clause */
#include "decimal.h"

const char decimal_pairs[] = "00010203040506070809101112131415161718192021222324"
			     "25262728293031323334353637383940414243444546474849"
			     "50515253545556575859606162636465666768697071727374"
			     "75767778798081828384858687888990919293949596979899";

enum { BLOCK = 9 }; /* digits of the largest number that write_block takes */

static const uint32_t BLOCKS = 1000000000;

/* Number of digits of |value|; 0 for the value 0. */
static unsigned count_digits(uint32_t value)
{
	/* The least number with one digit more than the index. */
	static const uint32_t next[] = { 1,	 10,	  100,	    1000,      10000,
					 100000, 1000000, 10000000, 100000000, 1000000000 };
	/* Bits times the logarithm of 2 to the base of 10: the digits, or one less. */
	unsigned least = (32 - (unsigned)__builtin_clz(value | 1)) * 1233 >> 12;

	return least + (value >= next[least]);
}

/* Writes |value| with at least |width| digits, at most BLOCK. */
static char *write_block(char *to, uint32_t value, unsigned width)
{
	unsigned digits = count_digits(value);
	char *end, *at;

	for (; digits < width; width--)
		*to++ = '0';
	end = at = to + digits;
	/* Two at a time, because division dominates the cost. */
	for (; value >= 10; value /= 100)
		decimal_pair(at -= 2, value % 100);
	if (at > to)
		*to = (char)('0' + value);
	return end;
}

static __attribute__((noinline)) char *write_long(char *to, uint64_t value, unsigned width)
{
	if (value >= BLOCKS) {
		to = write_long(to, value / BLOCKS, width > BLOCK ? width - BLOCK : 1);
		return write_block(to, (uint32_t)(value % BLOCKS), BLOCK);
	}
	for (; width > BLOCK; width--)
		*to++ = '0';
	return write_block(to, (uint32_t)value, width);
}

/* Writes |value|, which is below 10,000, without zeros before it. */
static inline char *write_short(char *to, uint32_t value)
{
	if (value < 10) {
		*to = (char)('0' + value);
		return to + 1;
	}
	if (value < 100) {
		decimal_pair(to, value);
		return to + 2;
	}
	if (value < 1000)
		return decimal_three(to, value);
	decimal_pair(to, value / 100);
	decimal_pair(to + 2, value % 100);
	return to + 4;
}

char *decimal_write(char *to, uint64_t value, unsigned width)
{
	/* The usual case: the number of a packet, a count, a code. */
	if (value < 100000000 && width == 1) {
		uint32_t small = (uint32_t)value, low;

		if (small < 10000)
			return write_short(to, small);
		low = small % 10000;
		to = write_short(to, small / 10000);
		decimal_pair(to, low / 100);
		decimal_pair(to + 2, low % 100);
		return to + 4;
	}
	return value < BLOCKS && width <= BLOCK ? write_block(to, (uint32_t)value, width)
						: write_long(to, value, width);
}
