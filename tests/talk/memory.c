/* SPDX-License-Identifier: BSD-2-Clause */
#include "memory.h"

#include <stdlib.h>

struct block {
	struct block *next;
	max_align_t bytes[];
};

struct talk_memory {
	struct block *first;
};

struct talk_memory *talk_memory_create(void)
{
	return calloc(1, sizeof(struct talk_memory));
}

void *talk_memory_alloc(struct talk_memory *m, size_t size)
{
	struct block *b = calloc(1, sizeof *b + size);

	if (!b)
		return NULL;
	b->next = m->first;
	m->first = b;
	return b->bytes;
}

void talk_memory_destroy(struct talk_memory *m)
{
	if (!m)
		return;
	for (struct block *b = m->first, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(m);
}
