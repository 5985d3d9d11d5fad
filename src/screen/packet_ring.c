/* SPDX-License-Identifier: BSD-2-Clause */
#include "packet_ring.h"

#include <stdlib.h>
#include <sys/mman.h>

/* A frame and the distance to the next one; its bytes follow. Frames are contiguous: one that does not fit before the end of the
 * memory begins at its start. */
struct slot {
	struct frame frame;
	size_t size; /* of the slot, a multiple of the alignment */
};

struct packet_ring {
	struct account *account;
	uint8_t *memory;
	size_t size;
	size_t head;	/* where the next slot begins */
	size_t tail;	/* the oldest slot */
	size_t wrapped; /* end of the last slot before the memory's end, if head <= tail */
	uint64_t count, lost;
};

struct packet_ring *packet_ring_create(size_t size, struct account *account)
{
	struct packet_ring *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->size = size & ~(sizeof(max_align_t) - 1);
	r->memory =
	    mmap(NULL, r->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (r->memory == MAP_FAILED) {
		free(r);
		return NULL;
	}
	r->account = account;
	account_charge(account, r->size);
	return r;
}

void packet_ring_destroy(struct packet_ring *r)
{
	if (!r)
		return;
	munmap(r->memory, r->size);
	account_release(r->account, r->size);
	free(r);
}

static struct slot *slot_at(const struct packet_ring *r, size_t at)
{
	return (struct slot *)(void *)(r->memory + at);
}

static size_t after(const struct packet_ring *r, size_t at)
{
	size_t next = at + slot_at(r, at)->size;

	return next == r->wrapped && r->head <= at ? 0 : next;
}

static void drop_oldest(struct packet_ring *r)
{
	r->tail = after(r, r->tail);
	r->count--;
	r->lost++;
	if (!r->count)
		r->head = r->tail = r->wrapped = 0;
}

/* Finds |size| contiguous bytes, dropping old frames that are in the way. */
static size_t make_room(struct packet_ring *r, size_t size)
{
	for (;;) {
		if (!r->count)
			return 0;
		if (r->head > r->tail) {
			if (r->size - r->head >= size)
				return r->head;
			/* The rest of the memory is too small: go on at its start. */
			r->wrapped = r->head;
			r->head = 0;
		} else if (r->tail - r->head >= size) {
			return r->head;
		} else {
			drop_oldest(r);
		}
	}
}

void packet_ring_add(struct packet_ring *r, const struct frame *frame)
{
	size_t align = sizeof(max_align_t),
	       size = (sizeof(struct slot) + frame->bytes.length + align - 1) / align * align;
	size_t at;
	struct slot *slot;

	if (size > r->size)
		return;
	at = make_room(r, size);
	slot = slot_at(r, at);
	slot->frame = *frame;
	slot->size = size;
	memcpy(slot + 1, frame->bytes.at, frame->bytes.length);
	slot->frame.bytes.at = (const uint8_t *)(slot + 1);
	if (!r->count)
		r->tail = at;
	r->head = at + size;
	r->count++;
}

void packet_ring_each(const struct packet_ring *r, frame_sink *sink, void *context)
{
	size_t at = r->tail;

	for (uint64_t i = 0; i < r->count; i++) {
		sink(context, &slot_at(r, at)->frame);
		at = after(r, at);
	}
}

uint64_t packet_ring_lost(const struct packet_ring *r)
{
	return r->lost;
}
