/* SPDX-License-Identifier: BSD-2-Clause */
#include "recent.h"

#include <string.h>

#include "fingerprint.h"

/* With its header, a ring takes LEAST bytes or more, a multiple of STEP. */
enum { LEAST = 48, SMALL = 256, STEP = 16, HEADER = sizeof(struct recent_ring) };

/* Makes room for |wanted| bytes, or for as many as the ring may have. Returns false if memory runs out. */
static bool reserve(struct recent *r, uint64_t wanted, struct account *account)
{
	struct recent_ring *grown;
	uint64_t size;

	if (r->ring && (wanted <= r->ring->size || r->ring->size == RECENT_BYTES))
		return true;
	/* Most connections send little: a small ring grows by a quarter only. */
	size = (wanted + (wanted < SMALL ? wanted / 4 : wanted) + HEADER + STEP - 1) / STEP * STEP - HEADER;
	if (size < LEAST - HEADER)
		size = LEAST - HEADER;
	if (size > RECENT_BYTES)
		size = RECENT_BYTES;
	grown = account_resize(account, r->ring, sizeof *grown + size);
	if (!grown)
		return false;
	grown->size = (uint32_t)size;
	r->ring = grown;
	return true;
}

static void add_large(struct recent *r, const struct chunk *chunk, struct account *account)
{
	struct large_chunks *large = r->large;

	if (!large)
		large = r->large = account_take_zeroed(account, 1, sizeof *large);
	if (!large)
		return;
	large->kept[large->next].offset = chunk->offset;
	large->kept[large->next].length = chunk->length;
	large->kept[large->next].fingerprint = fingerprint(chunk->bytes, (size_t)chunk->length);
	large->next = (large->next + 1) % RECENT_LARGE_KEPT;
}

void recent_add(struct recent *r, const struct chunk *chunk, struct account *account)
{
	uint64_t count = chunk->offset - r->from, length = chunk->length;
	size_t at, run;

	/*
	 * Copying large chunks, which are mostly message text, would cost more than all other processing of
	 * them.
	 */
	if (chunk->gap || length >= RECENT_LARGE) {
		if (!chunk->gap)
			add_large(r, chunk, account);
		r->from = chunk->offset + length;
		return;
	}
	if (!reserve(r, count + length, account)) {
		r->from = chunk->offset + length;
		return;
	}
	at = count % RECENT_BYTES;
	run = RECENT_BYTES - at < length ? RECENT_BYTES - at : (size_t)length;
	memcpy(r->ring->bytes + at, chunk->bytes, run);
	if (run < length)
		memcpy(r->ring->bytes, chunk->bytes + run, (size_t)length - run);
}

/* Compares |p| with large chunks by fingerprint, and with the ring byte by byte. */
uint64_t recent_difference(const struct recent *r, const struct piece *p, uint64_t next)
{
	uint64_t kept = next - r->from < RECENT_BYTES ? r->from : next - RECENT_BYTES;
	uint64_t from = p->offset > kept ? p->offset : kept;
	uint64_t end = p->offset + p->captured < next ? p->offset + p->captured : next;

	for (unsigned i = 0; r->large && i < RECENT_LARGE_KEPT; i++) {
		uint64_t at = r->large->kept[i].offset, length = r->large->kept[i].length;

		if (length && p->offset <= at && at + length <= p->offset + p->captured &&
		    fingerprint(p->bytes + (at - p->offset), (size_t)length) != r->large->kept[i].fingerprint)
			return at;
	}
	if (!r->ring)
		return UINT64_MAX;
	for (uint64_t at = from; at < end; at++)
		if (r->ring->bytes[(at - r->from) % RECENT_BYTES] != p->bytes[at - p->offset])
			return at;
	return UINT64_MAX;
}

void recent_finish(struct recent *r, struct account *account)
{
	account_free(account, r->ring);
	account_free(account, r->large);
	*r = (struct recent){ 0 };
}
