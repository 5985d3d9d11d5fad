/* SPDX-License-Identifier: BSD-2-Clause */
/* utf8: decodes UTF-8 (RFC 3629) from arbitrary bytes. */
#ifndef SMTPSCOPE_UTF8_H
#define SMTPSCOPE_UTF8_H

#include "span.h"

#define UTF8_INVALID UINT32_MAX

/*
 * Decodes the character at |offset|, which must be below the length. Returns its length (1 to 4) and sets
 * |*point| to its code point, or to UTF8_INVALID if it is invalid (overlong forms, surrogates, beyond
 * U+10FFFF, truncated sequences). An invalid sequence consists of the bytes that could have begun a valid
 * one, at least one.
 */
size_t utf8_next(struct span text, size_t offset, uint32_t *point);

#endif
