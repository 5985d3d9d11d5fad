/* SPDX-License-Identifier: BSD-2-Clause */
#include "base64.h"

const uint8_t base64_digits[256] = {
	['A'] = 1, 2,  3,  4,  5,	   6,  7,  8,  9,  10, 11,	   12, 13, 14, 15,	   16,
	17,	   18, 19, 20, 21,	   22, 23, 24, 25, 26, ['a'] = 27, 28, 29, 30, 31,	   32,
	33,	   34, 35, 36, 37,	   38, 39, 40, 41, 42, 43,	   44, 45, 46, 47,	   48,
	49,	   50, 51, 52, ['0'] = 53, 54, 55, 56, 57, 58, 59,	   60, 61, 62, ['+'] = 63, ['/'] = 64,
};

bool base64_append(struct buf *to, struct span text)
{
	size_t padding = 0;

	if (text.length % 4)
		return false;
	while (padding < 2 && padding < text.length && text.at[text.length - 1 - padding] == '=')
		padding++;
	for (size_t at = 0; at < text.length; at += 4) {
		size_t digits = at + 4 == text.length ? 4 - padding : 4;
		uint32_t bits = 0;
		uint8_t bytes[3];

		for (size_t i = 0; i < 4; i++) {
			int value = i < digits ? base64_value(text.at[at + i]) : 0;

			if (value < 0)
				return false;
			bits = bits << 6 | (uint32_t)value;
		}
		for (size_t i = 0; i < 3; i++)
			bytes[i] = (uint8_t)(bits >> (16 - 8 * i));
		buf_append(to, span_of(bytes, digits - 1));
	}
	return true;
}
