/* SPDX-License-Identifier: BSD-2-Clause */
/* hex: bytes in hexadecimal, for tests. */
#ifndef SMTPSCOPE_TEST_HEX_H
#define SMTPSCOPE_TEST_HEX_H

#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Returns the number of bytes; the test fails if there is no room. */
static inline size_t hex_read(const char *text, uint8_t *to, size_t size)
{
	size_t length = strlen(text) / 2;

	ck_assert_uint_le(length, size);
	for (size_t i = 0; i < length; i++) {
		unsigned byte;

		ck_assert_int_eq(sscanf(text + 2 * i, "%2x", &byte), 1);
		to[i] = (uint8_t)byte;
	}
	return length;
}

static inline void hex_assert(const uint8_t *bytes, const char *text)
{
	uint8_t wanted[256];
	size_t length = hex_read(text, wanted, sizeof wanted);

	ck_assert_mem_eq(bytes, wanted, length);
}

#endif
