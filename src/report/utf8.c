/* SPDX-License-Identifier: BSD-2-Clause */
#include "utf8.h"

size_t utf8_next(struct span text, size_t offset, uint32_t *point)
{
	const uint8_t *at = text.at + offset;
	size_t left = text.length - offset, need, i;
	uint8_t low = 0x80, high = 0xBF; /* range of the second byte (RFC 3629 4) */
	uint32_t value;

	*point = UTF8_INVALID;
	if (at[0] < 0x80) {
		*point = at[0];
		return 1;
	}
	if (at[0] >= 0xC2 && at[0] <= 0xDF) {
		need = 2;
		value = at[0] & 0x1Fu;
	} else if (at[0] >= 0xE0 && at[0] <= 0xEF) {
		need = 3;
		value = at[0] & 0x0Fu;
		if (at[0] == 0xE0)
			low = 0xA0;
		else if (at[0] == 0xED)
			high = 0x9F;
	} else if (at[0] >= 0xF0 && at[0] <= 0xF4) {
		need = 4;
		value = at[0] & 0x07u;
		if (at[0] == 0xF0)
			low = 0x90;
		else if (at[0] == 0xF4)
			high = 0x8F;
	} else {
		return 1;
	}
	for (i = 1; i < need; i++) {
		if (i >= left || at[i] < low || at[i] > high)
			return i;
		value = value << 6 | (at[i] & 0x3Fu);
		low = 0x80;
		high = 0xBF;
	}
	*point = value;
	return need;
}
