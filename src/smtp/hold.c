/* SPDX-License-Identifier: BSD-2-Clause */
#include "hold.h"

bool hold_push(struct hold *h, const struct chunk *chunk, struct account *account)
{
	size_t length = chunk->gap ? 0 : (size_t)chunk->length;
	struct held *held =
	    length <= UINT32_MAX - h->bytes ? account_take(account, sizeof *held + length) : NULL;

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
	h->bytes += (uint32_t)length;
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
	h->bytes -= held->chunk.gap ? 0 : (uint32_t)held->chunk.length;
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

void hold_skip(struct hold *h, uint64_t offset, struct account *account)
{
	while (h->head && h->head->chunk.offset < offset) {
		struct chunk *chunk = &h->head->chunk;
		uint64_t before = offset - chunk->offset;

		if (before >= chunk->length) {
			account_free(account, hold_pop(h));
			continue;
		}
		chunk->offset += before;
		chunk->length -= before;
		if (!chunk->gap) {
			chunk->bytes += before;
			h->bytes -= (uint32_t)before;
		}
	}
}

struct span hold_head(const struct hold *h, uint8_t *bytes, size_t size)
{
	size_t length = 0;

	for (const struct held *held = h->head; held && !held->chunk.gap && length < size; held = held->next) {
		size_t run = held->chunk.length < size - length ? (size_t)held->chunk.length : size - length;

		memcpy(bytes + length, held->chunk.bytes, run);
		length += run;
	}
	return span_of(bytes, length);
}

bool hold_has_gap(const struct hold *h)
{
	for (const struct held *held = h->head; held; held = held->next)
		if (held->chunk.gap)
			return true;
	return false;
}

void hold_clear(struct hold *h, struct account *account)
{
	struct held *held;

	while ((held = hold_pop(h)))
		account_free(account, held);
}
