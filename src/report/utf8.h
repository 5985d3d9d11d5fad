/* SPDX-License-Identifier: BSD-2-Clause */
/* utf8: reading UTF-8 (RFC 3629) out of bytes that may be anything. */
#ifndef SMTPSCOPE_UTF8_H
#define SMTPSCOPE_UTF8_H

#include "span.h"

#define UTF8_INVALID UINT32_MAX

/*
 * Reads the character at |offset|, which must be below the length. Returns how many bytes it takes (1 to 4) and puts its
 * code point into |*point|; UTF8_INVALID where they are no valid UTF-8 (overlong forms, surrogates, what lies beyond
 * U+10FFFF, sequences cut short). An invalid sequence takes as many bytes as could have begun a valid one, at least one.
 */
size_t utf8_next(struct span text, size_t offset, uint32_t *point);

#endif
