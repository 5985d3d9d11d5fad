/* SPDX-License-Identifier: BSD-2-Clause */
/* base64: the encoding of SASL responses (RFC 4648 4). */
#ifndef SMTPSCOPE_BASE64_H
#define SMTPSCOPE_BASE64_H

#include "buf.h"

/* For each byte, one more than its value as a digit of base64; 0: it is not one. */
extern const uint8_t base64_digits[256];

/* The value of a digit of base64, 0 to 63; -1: |byte| is not one. */
static inline int base64_value(uint8_t byte)
{
	return base64_digits[byte] - 1;
}

/*
 * Appends the decoded |text|, padding included, to |to|. Returns false if it is not base64; |to| then holds what was decoded so far. Ignores the
 * bits after the last complete byte.
 */
bool base64_append(struct buf *to, struct span text);

#endif
