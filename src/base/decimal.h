/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decimal: fast conversion of numbers to digits, for output per packet or reply, where printf would dominate
 * the cost.
 */
#ifndef SMTPSCOPE_DECIMAL_H
#define SMTPSCOPE_DECIMAL_H

#include <stdint.h>

enum { DECIMAL_SIZE = 20 }; /* digits of the largest number */

/*
 * Writes |value| with at least |width| digits (at most DECIMAL_SIZE), without a NUL. |to| must have room for
 * DECIMAL_SIZE bytes. Returns the end of what was written.
 */
char *decimal_write(char *to, uint64_t value, unsigned width);

#endif
