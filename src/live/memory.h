/* SPDX-License-Identifier: BSD-2-Clause */
/* memory: the memory that the program has allocated, without the kernel's rings. */
#ifndef SMTPSCOPE_MEMORY_H
#define SMTPSCOPE_MEMORY_H

#include <stdint.h>

/* Returns the bytes allocated and not freed; 0 if the allocator does not report them. */
uint64_t memory_in_use(void);
/* Returns free memory to the system. */
void memory_give_back(void);

#endif
