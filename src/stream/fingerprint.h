/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fingerprint: a hash that detects different bytes of the same length, for data too large to keep. It does
 * not resist deliberate collisions; a sender who can produce them does not need to retransmit.
 */
#ifndef SMTPSCOPE_FINGERPRINT_H
#define SMTPSCOPE_FINGERPRINT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Two words that the CPU adds to in one instruction (gcc and clang). */
typedef uint64_t fingerprint_words __attribute__((vector_size(16)));

/*
 * Four interleaved Fletcher-style sums: they depend on the position of each byte, and the CPU computes them
 * in parallel.
 */
static inline uint64_t fingerprint(const uint8_t *bytes, size_t length)
{
	fingerprint_words sum[2] = { { 0 } }, sums[2] = { { 0 } }, word[2];
	uint64_t all = length;
	size_t at = 0;

	for (; length - at >= sizeof word; at += sizeof word) {
		memcpy(&word[0], bytes + at, sizeof word[0]);
		memcpy(&word[1], bytes + at + sizeof word[0], sizeof word[1]);
		sum[0] += word[0];
		sum[1] += word[1];
		sums[0] += sum[0];
		sums[1] += sum[1];
	}
	memset(word, 0, sizeof word);
	if (at < length)
		memcpy(word, bytes + at, length - at);
	for (int i = 0; i < 4; i++) {
		all = (all ^ (sums[i / 2][i % 2] + sum[i / 2][i % 2] + word[i / 2][i % 2])) *
		      UINT64_C(0x9e3779b97f4a7c15);
		all ^= all >> 29;
	}
	return all;
}

#endif
