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

/*
 * Four interleaved Fletcher-style sums: they depend on the position of each byte, and the CPU computes them
 * in parallel.
 */
static inline uint64_t fingerprint(const uint8_t *bytes, size_t length)
{
	uint64_t sum[4] = { 0 }, sums[4] = { 0 }, word[4] = { 0 }, all = length;
	size_t at = 0;

	for (; length - at >= sizeof word; at += sizeof word) {
		memcpy(word, bytes + at, sizeof word);
		for (int i = 0; i < 4; i++) {
			sum[i] += word[i];
			sums[i] += sum[i];
		}
	}
	memset(word, 0, sizeof word);
	if (at < length)
		memcpy(word, bytes + at, length - at);
	for (int i = 0; i < 4; i++) {
		all = (all ^ (sums[i] + sum[i] + word[i])) * UINT64_C(0x9e3779b97f4a7c15);
		all ^= all >> 29;
	}
	return all;
}

#endif
