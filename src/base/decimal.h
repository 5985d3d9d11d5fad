/* SPDX-License-Identifier: BSD-2-Clause */
/* decimal: numbers as digits, for what is written with every packet or reply, where printf would cost more than all else. */
#ifndef SMTPSCOPE_DECIMAL_H
#define SMTPSCOPE_DECIMAL_H

#include <stdint.h>

enum { DECIMAL_SIZE = 20 }; /* most digits there are */

/*
 * Writes |value| with at least |width| digits (at most DECIMAL_SIZE) and no NUL. Returns the end of what it wrote; there has to
 * be room for DECIMAL_SIZE.
 */
char *decimal_write(char *to, uint64_t value, unsigned width);

#endif
