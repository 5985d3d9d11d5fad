/* SPDX-License-Identifier: BSD-2-Clause */
/* talk_memory: blocks that live as long as their talk and are given back all at once. */
#ifndef SMTPSCOPE_TALK_MEMORY_H
#define SMTPSCOPE_TALK_MEMORY_H

#include <stddef.h>

struct talk_memory;

/* NULL where memory is short. */
struct talk_memory *talk_memory_create(void);
/* Zeroed bytes; NULL where memory is short. */
void *talk_memory_alloc(struct talk_memory *m, size_t size);
/* NULL is fine. */
void talk_memory_destroy(struct talk_memory *m);

#endif
