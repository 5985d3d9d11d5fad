/* SPDX-License-Identifier: BSD-2-Clause */
/* hash_secret: what keys the hashes of tables, so that no sender can fill one bucket on purpose (map.h). */
#ifndef SMTPSCOPE_HASH_SECRET_H
#define SMTPSCOPE_HASH_SECRET_H

#include <stdint.h>

/* Random, or constant where the system has no randomness yet: the tables still work, but a crafted capture can slow them down. */
void hash_secret_make(uint64_t secret[static 2]);

#endif
