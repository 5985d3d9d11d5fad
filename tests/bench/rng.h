/* SPDX-License-Identifier: BSD-2-Clause */
/* rng: a small seeded generator (splitmix64), so that the same seed gives the same trace on every machine. */
#ifndef SMTPSCOPE_BENCH_RNG_H
#define SMTPSCOPE_BENCH_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
	uint64_t state;
};

static inline uint64_t rng_next(struct rng *rng)
{
	uint64_t z = rng->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* A number from |low| to |high|, both included; |low| where the range is empty. */
static inline uint32_t rng_between(struct rng *rng, uint32_t low, uint32_t high)
{
	return high <= low ? low : low + (uint32_t)(rng_next(rng) % ((uint64_t)(high - low) + 1));
}

/* True in |percent| of a hundred cases. */
static inline bool rng_chance(struct rng *rng, double percent)
{
	return (double)(rng_next(rng) >> 11) * 0x1p-53 * 100.0 < percent;
}

/*
 * A size with a long tail, from |low| to |high|: half are below |median|, and each doubling is less likely than the one before. The
 * sum of twelve equal chances is all but normal, so this is all but log-normal, the same on every machine; the doublings spread by
 * 2.2, as sizes of mail do.
 */
static inline uint32_t rng_size(struct rng *rng, uint32_t low, uint32_t high, uint32_t median)
{
	int64_t sum = 0; /* of 1/2^16; 0 in the middle */
	uint64_t size = median;

	for (int i = 0; i < 12; i++)
		sum += (int64_t)(rng_next(rng) >> 48);
	sum = (sum - 6 * 65536) * 22 / 10;
	for (; sum >= 65536; sum -= 65536)
		size *= 2;
	for (; sum < 0; sum += 65536)
		size /= 2;
	size += size * (uint64_t)sum / 65536;
	return size < low ? low : size > high ? high : (uint32_t)size;
}

#endif
