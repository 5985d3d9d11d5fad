/* SPDX-License-Identifier: BSD-2-Clause */
/* memory: how much of it the program holds, as far as it was allocated; the rings of the kernel are not among it. */
#ifndef SMTPSCOPE_MEMORY_H
#define SMTPSCOPE_MEMORY_H

#include <stdint.h>

/* Bytes allocated and not given back; 0 where the allocator does not tell. */
uint64_t memory_in_use(void);
/* Lets the system have what is free. */
void memory_give_back(void);

#endif
