/* SPDX-License-Identifier: BSD-2-Clause */
#include "hash_secret.h"

#include <sys/random.h>

void hash_secret_make(uint64_t secret[static 2])
{
	if (getrandom(secret, 2 * sizeof *secret, GRND_NONBLOCK) != (ssize_t)(2 * sizeof *secret))
		secret[0] = secret[1] = UINT64_C(0x9e3779b97f4a7c15);
}
