/* SPDX-License-Identifier: BSD-2-Clause */
/* rng: a small seeded generator (splitmix64); the same seed gives the same trace on every machine. */
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

/* Returns a number from |low| to |high|, inclusive, or |low| if the range is empty. */
static inline uint32_t rng_between(struct rng *rng, uint32_t low, uint32_t high)
{
	return high <= low ? low : low + (uint32_t)(rng_next(rng) % ((uint64_t)(high - low) + 1));
}

/* Returns true in |percent| percent of cases. */
static inline bool rng_chance(struct rng *rng, double percent)
{
	return (double)(rng_next(rng) >> 11) * 0x1p-53 * 100.0 < percent;
}

/*
 * Returns a size between |low| and |high| from an approximately log-normal distribution: half are below
 * |median|. The sum of twelve uniform values approximates a normal distribution, identically on every
 * machine; a standard deviation of 2.2 doublings matches the sizes of mail.
 */
static inline uint32_t rng_size(struct rng *rng, uint32_t low, uint32_t high, uint32_t median)
{
	int64_t sum = 0; /* in units of 1/2^16; 0 is the middle */
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
