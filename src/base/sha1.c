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

/* The function and constant of round |i| (FIPS 180-4, 4.1.1 and 4.2.1). */
static uint32_t mix(unsigned i, uint32_t b, uint32_t c, uint32_t d)
{
	if (i < 20)
		return ((b & c) ^ (~b & d)) + 0x5a827999;
	if (i < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (i < 60)
		return ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

static void add_block(uint32_t h[static 5], const uint8_t *block)
{
	uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];

	for (unsigned i = 0; i < 16; i++)
		w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
		       (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (unsigned i = 16; i < 80; i++)
		w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	for (unsigned i = 0; i < 80; i++) {
		uint32_t t = rotate(a, 5) + mix(i, b, c, d) + e + w[i];

		e = d;
		d = c;
		c = rotate(b, 30);
		b = a;
		a = t;
	}
	h[0] += a;
	h[1] += b;
	h[2] += c;
	h[3] += d;
	h[4] += e;
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
