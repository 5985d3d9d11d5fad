/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printable: finds the length of the printable ASCII prefix of a text, usually all of it; processes sixteen
 * bytes at a time if the machine can.
 */
#ifndef SMTPSCOPE_PRINTABLE_H
#define SMTPSCOPE_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* 0x20 to 0x7E; with |json|, excludes quote and backslash. */
static inline bool printable_byte(uint8_t byte, bool json)
{
	return byte >= 0x20 && byte < 0x7F && !(json && (byte == '"' || byte == '\\'));
}

#ifdef __SSE2__
/* Returns a bit for each of the sixteen |bytes| that is not printable. */
static inline unsigned printable_odd(__m128i bytes, bool json)
{
	/* Bytes from 0x80 on are negative. */
	__m128i odd = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)),
				   _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F)));

	if (json)
		odd = _mm_or_si128(odd, _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
						     _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
	return (unsigned)_mm_movemask_epi8(odd);
}

static inline unsigned printable_odd16(const uint8_t *at, bool json)
{
	return printable_odd(_mm_loadu_si128((const __m128i *)(const void *)at), json);
}

/* Returns whether all of 4 to 15 bytes are printable: looks at the first and the last ones, which overlap or meet. */
static inline bool printable_short(const uint8_t *at, size_t length, bool json)
{
	uint64_t first, last;

	if (length >= 8) {
		memcpy(&first, at, 8);
		memcpy(&last, at + length - 8, 8);
	} else {
		uint32_t half[2];

		memcpy(&half[0], at, 4);
		memcpy(&half[1], at + length - 4, 4);
		first = last = (uint64_t)half[1] << 32 | half[0];
	}
	return printable_odd(_mm_set_epi64x((long long)last, (long long)first), json) == 0;
}

/*
 * Returns a mask that is not all zero if any of 1 to 15 bytes is not printable, after it has copied them to |to|. Both ends are read and
 * written as whole words, which overlap or meet.
 */
static inline unsigned printable_copy_short(uint8_t *to, const uint8_t *at, size_t length, bool json)
{
	uint64_t first, last;

	if (length >= 8) {
		memcpy(&first, at, 8);
		memcpy(&last, at + length - 8, 8);
		memcpy(to, &first, 8);
		memcpy(to + length - 8, &last, 8);
		return printable_odd(_mm_set_epi64x((long long)last, (long long)first), json);
	}
	if (length >= 4) {
		uint32_t half[2];

		memcpy(&half[0], at, 4);
		memcpy(&half[1], at + length - 4, 4);
		memcpy(to, &half[0], 4);
		memcpy(to + length - 4, &half[1], 4);
		first = (uint64_t)half[1] << 32 | half[0];
		return printable_odd(_mm_set_epi64x((long long)first, (long long)first), json);
	}
	for (size_t i = 0; i < length; i++) {
		if (!printable_byte(at[i], json))
			return 1;
		to[i] = at[i];
	}
	return 0;
}
#endif

/*
 * Copies |length| bytes from |at| to |to| and returns true if all of them are printable. Otherwise returns false, and |to| holds anything. They must
 * not overlap.
 */
static inline bool printable_copy(uint8_t *to, const uint8_t *at, size_t length, bool json)
{
#ifdef __SSE2__
	__m128i bytes;
	unsigned odd = 0;

	if (length < 16)
		return printable_copy_short(to, at, length, json) == 0;
	for (size_t run = 0; run + 16 <= length; run += 16) {
		bytes = _mm_loadu_si128((const __m128i *)(const void *)(at + run));
		_mm_storeu_si128((__m128i *)(void *)(to + run), bytes);
		odd |= printable_odd(bytes, json);
	}
	/* The rest, overlapping the last block. */
	bytes = _mm_loadu_si128((const __m128i *)(const void *)(at + length - 16));
	_mm_storeu_si128((__m128i *)(void *)(to + length - 16), bytes);
	return (odd | printable_odd(bytes, json)) == 0;
#else
	for (size_t i = 0; i < length; i++) {
		if (!printable_byte(at[i], json))
			return false;
		to[i] = at[i];
	}
	return true;
#endif
}

/* Returns how many of the |length| bytes at |at|, from the first, are printable. */
static inline size_t printable_run(const uint8_t *at, size_t length, bool json)
{
	size_t run = 0;

#ifdef __SSE2__
	if (length < 16 && length >= 4 && printable_short(at, length, json))
		return length;
	for (; length - run >= 16; run += 16) {
		unsigned odd = printable_odd16(at + run, json);

		if (odd)
			return run + (size_t)__builtin_ctz(odd);
	}
	/* The rest after the last block of sixteen, overlapping that block. */
	if (run && run < length && printable_odd16(at + length - 16, json) == 0)
		return length;
#endif
	while (run < length && printable_byte(at[run], json))
		run++;
	return run;
}

#endif
