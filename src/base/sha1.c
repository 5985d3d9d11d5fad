/* SPDX-License-Identifier: BSD-2-Clause */
#include "sha1.h"

#include <string.h>

enum { BLOCK = 64, LENGTH_SIZE = 8 };

static uint32_t rotate(uint32_t value, unsigned bits)
{
	return value << bits | value >> (32 - bits);
}

static void put_big_endian(uint8_t *at, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		at[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

/* The function and constant of the rounds from 20 * |quarter| on (FIPS 180-4, 4.1.1 and 4.2.1). */
static inline uint32_t mix(unsigned quarter, uint32_t b, uint32_t c, uint32_t d)
{
	switch (quarter) {
	case 0:
		return (d ^ (b & (c ^ d))) + 0x5a827999;
	case 1:
		return (b ^ c ^ d) + 0x6ed9eba1;
	case 2:
		return ((b & c) | (d & (b | c))) + 0x8f1bbcdc;
	default:
		return (b ^ c ^ d) + 0xca62c1d6;
	}
}

/* One round: what was |a| is |b| in the next one, and so on, so that nothing has to be moved; |e| is the next |a|. */
static inline void step(unsigned quarter, uint32_t a, uint32_t *b, uint32_t c, uint32_t d, uint32_t *e,
			uint32_t w)
{
	*e += rotate(a, 5) + mix(quarter, *b, c, d) + w;
	*b = rotate(*b, 30);
}

/* The 20 rounds of a quarter. */
static inline __attribute__((always_inline)) void twenty(unsigned quarter, uint32_t s[static 5],
							 const uint32_t *w)
{
	for (unsigned i = 0; i < 20; i += 5) {
		step(quarter, s[0], &s[1], s[2], s[3], &s[4], w[i]);
		step(quarter, s[4], &s[0], s[1], s[2], &s[3], w[i + 1]);
		step(quarter, s[3], &s[4], s[0], s[1], &s[2], w[i + 2]);
		step(quarter, s[2], &s[3], s[4], s[0], &s[1], w[i + 3]);
		step(quarter, s[1], &s[2], s[3], s[4], &s[0], w[i + 4]);
	}
}

static void add_block(uint32_t h[static 5], const uint8_t *block)
{
	uint32_t w[80], s[5] = { h[0], h[1], h[2], h[3], h[4] };

	for (unsigned i = 0; i < 16; i++)
		w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
		       (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (unsigned i = 16; i < 80; i++)
		w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	twenty(0, s, w);
	twenty(1, s, w + 20);
	twenty(2, s, w + 40);
	twenty(3, s, w + 60);
	for (unsigned i = 0; i < 5; i++)
		h[i] += s[i];
}

void sha1(uint8_t digest[static SHA1_SIZE], struct span text)
{
	uint32_t h[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
	uint8_t last[2 * BLOCK] = { 0 };
	size_t whole = text.length / BLOCK * BLOCK, rest = text.length - whole;
	size_t end = rest < BLOCK - LENGTH_SIZE ? BLOCK : 2 * BLOCK;

	for (size_t at = 0; at < whole; at += BLOCK)
		add_block(h, text.at + at);
	if (rest)
		memcpy(last, text.at + whole, rest);
	last[rest] = 0x80;
	put_big_endian(last + end - LENGTH_SIZE, (uint64_t)text.length * 8, LENGTH_SIZE);
	for (size_t at = 0; at < end; at += BLOCK)
		add_block(h, last + at);
	for (size_t i = 0; i < 5; i++)
		put_big_endian(digest + 4 * i, h[i], 4);
}
