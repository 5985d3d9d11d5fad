/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decimal: fast conversion of numbers to digits, for output per packet or reply, where printf would dominate
 * the cost.
 */
#ifndef SMTPSCOPE_DECIMAL_H
#define SMTPSCOPE_DECIMAL_H

#include <stdint.h>
#include <string.h>

enum { DECIMAL_SIZE = 20 }; /* digits of the largest number */

/*
 * Writes |value| with at least |width| digits (at most DECIMAL_SIZE), without a NUL. |to| must have room for
 * DECIMAL_SIZE bytes. Returns the end of what was written.
 */
char *decimal_write(char *to, uint64_t value, unsigned width);

extern const char decimal_pairs[]; /* the digits of 0 to 99 */

/* Writes exactly two digits; |value| is below 100. */
static inline void decimal_pair(char *to, unsigned value)
{
	memcpy(to, decimal_pairs + 2 * value, 2);
}

/* Writes exactly three digits and returns their end; |value| is below 1,000. */
static inline char *decimal_three(char *to, uint32_t value)
{
	*to = (char)('0' + value / 100);
	decimal_pair(to + 1, value % 100);
	return to + 3;
}

/* Writes exactly six digits and returns their end; |value| is below 1,000,000. */
static inline char *decimal_six(char *to, uint32_t value)
{
	decimal_pair(to, value / 10000);
	decimal_pair(to + 2, value / 100 % 100);
	decimal_pair(to + 4, value % 100);
	return to + 6;
}

#endif
