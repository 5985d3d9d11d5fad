/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prefetch: asks the processor to fetch memory into its cache that will be used soon. With thousands of sessions at once, waiting for
 * memory takes more time than the work itself.
 */
#ifndef SMTPSCOPE_PREFETCH_H
#define SMTPSCOPE_PREFETCH_H

#include <stddef.h>
#include <stdint.h>

enum { CACHE_LINE = 64 };

/* Has no effect but on time: |at| may be any address, also NULL, with which pointer arithmetic is not allowed. */
static inline void prefetch(const void *at, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += CACHE_LINE)
		__builtin_prefetch((const void *)((uintptr_t)at + i));
}

#endif
