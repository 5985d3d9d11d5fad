/* SPDX-License-Identifier: BSD-2-Clause */
#include "memory.h"

#include <malloc.h>

uint64_t memory_in_use(void)
{
	struct mallinfo2 facts = mallinfo2();

	return (uint64_t)facts.uordblks + facts.hblkhd;
}

void memory_give_back(void)
{
	malloc_trim(0);
}
