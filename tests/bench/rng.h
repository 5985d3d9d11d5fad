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

#endif
