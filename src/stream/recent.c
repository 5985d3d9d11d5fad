/* SPDX-License-Identifier: BSD-2-Clause */
#include "recent.h"

#include <string.h>

#include "fingerprint.h"

/* Copies bytes at stream offset |offset| into a ring of |size| bytes, a power of two. They must fit. */
static void ring_put(uint8_t *ring, size_t size, uint64_t offset, const uint8_t *bytes, size_t length)
{
	size_t at = offset & (size - 1), run = size - at < length ? size - at : length;

	memcpy(ring + at, bytes, run);
	memcpy(ring, bytes + run, length - run);
}

/*
 * Grows the ring to hold |wanted| bytes of stream ending at |end|, or to its largest size. Returns false if
 * there is no memory.
 */
static bool reserve(struct recent *r, uint64_t wanted, uint64_t end, struct account *account)
{
	uint32_t size = r->ring ? r->size : RECENT_FIRST;
	uint8_t *ring;

	while (size < wanted && size < RECENT_BYTES)
		size *= 2;
	if (r->ring && size == r->size)
		return true;
	ring = account_take(account, size);
	if (!ring)
		return false;
	if (r->ring) {
		size_t at = r->from & (r->size - 1), kept = (size_t)(end - r->from);
		size_t run = r->size - at < kept ? r->size - at : kept;

		ring_put(ring, size, r->from, r->ring + at, run);
		ring_put(ring, size, r->from + run, r->ring, kept - run);
		account_free(account, r->ring);
	}
	r->ring = ring;
	r->size = size;
	return true;
}

void recent_add(struct recent *r, const struct chunk *chunk, struct account *account)
{
	const uint8_t *bytes = chunk->bytes;
	uint64_t offset = chunk->offset, length = chunk->length, end = offset + length;

	if (chunk->gap) {
		r->from = end;
		return;
	}
	/*
	 * Copying large chunks, which are mostly message text, would cost more than all other processing of
	 * them.
	 */
	if (length >= RECENT_LARGE) {
		if (!r->large)
			r->large = account_take_zeroed(account, RECENT_LARGE_KEPT, sizeof *r->large);
		if (r->large)
			r->large[r->large_next] =
			    (struct large_chunk){ offset, length, fingerprint(bytes, (size_t)length) };
		r->large_next = (r->large_next + 1) % RECENT_LARGE_KEPT;
		r->from = end;
		return;
	}
	if (!reserve(r, end - r->from, offset, account)) {
		/* The ring is too small: the copy would overwrite part of it. */
		r->from = end;
		return;
	}
	ring_put(r->ring, r->size, offset, bytes, (size_t)length);
	if (end - r->from > r->size)
		r->from = end - r->size;
}

/* Compares |p| with large chunks by fingerprint, and with the ring byte by byte. */
uint64_t recent_difference(const struct recent *r, const struct piece *p, uint64_t next)
{
	uint64_t from = p->offset > r->from ? p->offset : r->from;
	uint64_t end = p->offset + p->captured < next ? p->offset + p->captured : next;

	for (unsigned i = 0; r->large && i < RECENT_LARGE_KEPT; i++) {
		const struct large_chunk *l = &r->large[i];

		if (l->length && p->offset <= l->offset && l->offset + l->length <= p->offset + p->captured &&
		    fingerprint(p->bytes + (l->offset - p->offset), (size_t)l->length) != l->fingerprint)
			return l->offset;
	}
	if (!r->ring)
		return UINT64_MAX;
	for (uint64_t at = from; at < end; at++)
		if (r->ring[at & (r->size - 1)] != p->bytes[at - p->offset])
			return at;
	return UINT64_MAX;
}

void recent_finish(struct recent *r, struct account *account)
{
	account_free(account, r->ring);
	account_free(account, r->large);
	*r = (struct recent){ 0 };
}
