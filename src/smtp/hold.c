/* SPDX-License-Identifier: BSD-2-Clause */
#include "hold.h"

#include <stdlib.h>

bool hold_push(struct hold *h, const struct chunk *chunk)
{
	size_t length = chunk->gap ? 0 : (size_t)chunk->length;
	struct held *held = malloc(sizeof *held + length);

	if (!held)
		return false;
	held->next = NULL;
	held->chunk = *chunk;
	if (length)
		memcpy(held->copy, chunk->bytes, length);
	held->chunk.bytes = chunk->gap ? NULL : held->copy;
	if (h->tail)
		h->tail->next = held;
	else
		h->head = held;
	h->tail = held;
	h->bytes += length;
	h->count++;
	return true;
}

struct held *hold_pop(struct hold *h)
{
	struct held *held = h->head;

	if (!held)
		return NULL;
	h->head = held->next;
	if (!h->head)
		h->tail = NULL;
	h->bytes -= held->chunk.gap ? 0 : (size_t)held->chunk.length;
	h->count--;
	return held;
}

void hold_prepend(struct hold *h, struct hold *front)
{
	if (!front->head)
		return;
	front->tail->next = h->head;
	if (!h->tail)
		h->tail = front->tail;
	h->head = front->head;
	h->bytes += front->bytes;
	h->count += front->count;
	*front = (struct hold){ 0 };
}

void hold_clear(struct hold *h)
{
	struct held *held;

	while ((held = hold_pop(h)))
		free(held);
}
