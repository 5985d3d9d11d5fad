/* SPDX-License-Identifier: BSD-2-Clause */
/* talk_memory: memory blocks that live as long as their talk and are freed together. */
#ifndef SMTPSCOPE_TALK_MEMORY_H
#define SMTPSCOPE_TALK_MEMORY_H

#include <stddef.h>

struct talk_memory;

/* Returns NULL if memory runs out. */
struct talk_memory *talk_memory_create(void);
/* Returns zeroed memory, or NULL if memory runs out. */
void *talk_memory_alloc(struct talk_memory *m, size_t size);
/* Accepts NULL. */
void talk_memory_destroy(struct talk_memory *m);

#endif
