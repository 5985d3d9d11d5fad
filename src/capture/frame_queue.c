/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame_queue.h"

#include <stddef.h>
#include <sys/mman.h>

/* The header in front of each frame's bytes. */
struct entry {
	struct frame_ref ref;
	uint32_t length, wire_length;
	int link_type;
};

struct frame_block {
	struct frame_block *next;
	size_t begin, end; /* offsets of the waiting entries, in bytes */
	_Alignas(struct entry) uint8_t bytes[];
};

/* Blocks kept for reuse. While a long queue drains, further blocks are released at once. */
enum { SPARE_MOST = 32 };
enum { ROOM = FRAME_QUEUE_BLOCK - offsetof(struct frame_block, bytes) };

/* Blocks come directly from the system. MAP_POPULATE saves a page fault for each page. */
static struct frame_block *map_block(void)
{
	void *at = mmap(NULL, FRAME_QUEUE_BLOCK, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

static void unmap_blocks(struct frame_queue *q, struct frame_block **first)
{
	while (*first) {
		struct frame_block *block = *first;

		*first = block->next;
		munmap(block, FRAME_QUEUE_BLOCK);
		q->memory -= FRAME_QUEUE_BLOCK;
		account_release(q->account, FRAME_QUEUE_BLOCK);
	}
}

void frame_queue_init(struct frame_queue *q, struct account *account)
{
	*q = (struct frame_queue){ .account = account };
}

void frame_queue_finish(struct frame_queue *q)
{
	unmap_blocks(q, &q->first);
	unmap_blocks(q, &q->spare);
	frame_queue_init(q, q->account);
}

void frame_queue_bound(struct frame_queue *q, size_t limit)
{
	q->limit = limit;
}

/* Appends an empty block. */
static bool add_block(struct frame_queue *q)
{
	struct frame_block *block = q->spare;

	if (q->memory > q->limit || (!block && q->limit - q->memory < FRAME_QUEUE_BLOCK))
		return false;
	if (block) {
		q->spare = block->next;
		q->spare_count--;
	} else {
		block = map_block();
		if (!block)
			return false;
		q->memory += FRAME_QUEUE_BLOCK;
		account_charge(q->account, FRAME_QUEUE_BLOCK);
	}
	block->next = NULL;
	block->begin = block->end = 0;
	if (q->last)
		q->last->next = block;
	else
		q->first = block;
	q->last = block;
	return true;
}

/* Size of an entry, padded so that the next one is aligned. */
static size_t entry_size(size_t length)
{
	const size_t align = _Alignof(struct entry);

	return sizeof(struct entry) + (length + align - 1) / align * align;
}

bool frame_queue_add(struct frame_queue *q, const struct frame *frame)
{
	size_t length = frame->bytes.length;
	struct entry *entry;

	if (length > ROOM - sizeof *entry - _Alignof(struct entry))
		return false;
	if ((!q->last || ROOM - q->last->end < entry_size(length)) && !add_block(q))
		return false;
	entry = (struct entry *)(void *)(q->last->bytes + q->last->end);
	*entry = (struct entry){ .ref = frame->ref,
				 .length = (uint32_t)length,
				 .wire_length = frame->wire_length,
				 .link_type = frame->link_type };
	if (length)
		memcpy(entry + 1, frame->bytes.at, length);
	q->last->end += entry_size(length);
	q->frames++;
	q->bytes += length;
	q->taken++;
	return true;
}

/* Removes the empty first block and keeps it for reuse, or releases it. */
static void leave_block(struct frame_queue *q)
{
	struct frame_block *block = q->first;

	q->first = block->next;
	if (!q->first)
		q->last = NULL;
	if (q->spare_count == SPARE_MOST) {
		block->next = NULL;
		unmap_blocks(q, &block);
		return;
	}
	block->next = q->spare;
	q->spare = block;
	q->spare_count++;
}

size_t frame_queue_take(struct frame_queue *q, size_t most, frame_sink *sink, void *context)
{
	size_t count = 0;

	while (count < most && q->first) {
		struct frame_block *block = q->first;
		const struct entry *entry = (const struct entry *)(const void *)(block->bytes + block->begin);
		const struct frame frame = { .ref = entry->ref,
					     .bytes = span_of(entry + 1, entry->length),
					     .wire_length = entry->wire_length,
					     .link_type = entry->link_type };

		block->begin += entry_size(entry->length);
		q->frames--;
		q->bytes -= entry->length;
		count++;
		sink(context, &frame);
		if (block->begin == block->end)
			leave_block(q);
	}
	return count;
}

void frame_queue_give_back(struct frame_queue *q)
{
	unmap_blocks(q, &q->spare);
	q->spare_count = 0;
}
