/* SPDX-License-Identifier: BSD-2-Clause */
/* base64: the encoding of SASL responses (RFC 4648 4). */
#ifndef SMTPSCOPE_BASE64_H
#define SMTPSCOPE_BASE64_H

#include "buf.h"

/* The value of a digit of base64, 0 to 63; -1: |byte| is not one. */
static inline int base64_value(uint8_t byte)
{
	if (byte >= 'A' && byte <= 'Z')
		return byte - 'A';
	if (byte >= 'a' && byte <= 'z')
		return byte - 'a' + 26;
	if (byte >= '0' && byte <= '9')
		return byte - '0' + 52;
	return byte == '+' ? 62 : byte == '/' ? 63 : -1;
}

/*
 * Appends the decoded |text|, padding included, to |to|. Returns false if it is not base64; |to| then holds what was decoded so far. Ignores the
 * bits after the last complete byte.
 */
bool base64_append(struct buf *to, struct span text);

#endif
