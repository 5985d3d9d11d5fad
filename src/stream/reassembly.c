/* SPDX-License-Identifier: BSD-2-Clause */
#include "reassembly.h"

static void piece_destroy(struct account *account, struct piece *p)
{
	account_free(account, p->bytes);
	account_free(account, p);
}

void reassembly_finish(struct reassembly *r)
{
	struct held *held = r->held;

	if (!held)
		return;
	while (held->head) {
		struct piece *p = held->head;

		held->head = p->next;
		piece_destroy(held->account, p);
	}
	account_free(held->account, held);
	r->held = NULL;
}

/* Copies the part [offset, offset + length) of |from|. Returns NULL if memory runs out. */
static struct piece *piece_part(struct account *account, const struct piece *from, uint64_t offset,
				uint64_t length)
{
	struct piece *p = account_take(account, sizeof *p);
	uint64_t skip = offset - from->offset;

	if (!p)
		return NULL;
	*p = *from;
	p->next = NULL;
	p->offset = offset;
	p->length = length;
	p->captured = from->captured > skip ? from->captured - skip : 0;
	if (p->captured > length)
		p->captured = length;
	p->contiguous = false;
	p->bytes = NULL;
	if (p->captured == 0)
		return p;
	p->bytes = account_take(account, p->captured);
	if (!p->bytes) {
		account_free(account, p);
		return NULL;
	}
	memcpy(p->bytes, from->bytes + skip, p->captured);
	return p;
}

/*
 * Adds the part [offset, offset + length) of |piece| after |after|, or at the head if that is NULL. Returns the new piece, or NULL if memory
 * runs out.
 */
static struct piece *hold(struct reassembly *r, struct account *account, struct piece *after,
			  const struct piece *piece, uint64_t offset, uint64_t length)
{
	struct held *held = r->held ? r->held : account_take(account, sizeof *held);
	struct piece *p = held ? piece_part(account, piece, offset, length) : NULL, **at;

	if (!p) {
		if (!r->held)
			account_free(account, held);
		return NULL;
	}
	if (!r->held)
		*held = (struct held){ .contiguous = r->next, .account = account };
	r->held = held;
	at = after ? &after->next : &held->head;
	p->next = *at;
	*at = p;
	if (!p->next)
		held->tail = p;
	held->count++;
	held->bytes += p->captured;
	return p;
}

/* Returns the first offset at which the captured bytes of two overlapping pieces differ, or UINT64_MAX. */
static uint64_t first_difference(const struct piece *a, const struct piece *b)
{
	uint64_t from = a->offset > b->offset ? a->offset : b->offset;
	uint64_t a_end = a->offset + a->captured, b_end = b->offset + b->captured;
	uint64_t end = a_end < b_end ? a_end : b_end;

	for (uint64_t at = from; at < end; at++)
		if (a->bytes[at - a->offset] != b->bytes[at - b->offset])
			return at;
	return UINT64_MAX;
}

/* Marks the pieces that became contiguous by the arrival of |by|, or of their own packet if that is NULL. */
static void mark_contiguous(struct held *held, const struct frame_ref *by)
{
	for (struct piece *p = held->head; p && p->offset <= held->contiguous; p = p->next) {
		if (!p->contiguous) {
			p->contiguous = true;
			p->ready = by ? *by : p->sent;
		}
		if (p->offset + p->length > held->contiguous)
			held->contiguous = p->offset + p->length;
	}
}

static uint64_t push_marker(struct reassembly *r, struct account *account, const struct piece *piece)
{
	struct piece *after = NULL;

	for (struct piece *at = reassembly_first(r); at && at->offset <= piece->offset; at = at->next) {
		if (at->kind == piece->kind)
			return 0;
		after = at;
	}
	if (!hold(r, account, after, piece, piece->offset, 0))
		return 0;
	mark_contiguous(r->held, &piece->sent);
	return 1;
}

uint64_t reassembly_push(struct reassembly *r, struct account *account, const struct piece *piece,
			 uint64_t *conflict)
{
	uint64_t at = piece->offset, end = piece->offset + piece->length, added = 0;
	struct piece *after = NULL, *p;

	*conflict = UINT64_MAX;
	if (piece->kind != PIECE_DATA)
		return push_marker(r, account, piece);
	if (at < r->next)
		at = r->next;
	/* Usually the new piece comes after all others. */
	if (r->held && r->held->tail->offset + r->held->tail->length <= at && r->held->tail->kind == PIECE_DATA)
		after = r->held->tail;
	while (at < end) {
		struct piece *follow = after ? after->next : reassembly_first(r);
		uint64_t part_end = end;

		while (follow && follow->kind == PIECE_DATA && follow->offset <= at) {
			uint64_t follow_end = follow->offset + follow->length;

			if (follow_end > at) {
				uint64_t differ = first_difference(piece, follow);

				if (differ < *conflict)
					*conflict = differ;
				at = follow_end;
			}
			after = follow;
			follow = follow->next;
		}
		if (at >= end)
			break;
		if (follow && follow->kind == PIECE_DATA && follow->offset < end)
			part_end = follow->offset;
		p = hold(r, account, after, piece, at, part_end - at);
		if (!p)
			break;
		added += p->length;
		after = p;
		at = part_end;
	}
	if (added)
		mark_contiguous(r->held, &piece->sent);
	return added;
}

const struct piece *reassembly_head(const struct reassembly *r)
{
	const struct piece *first = reassembly_first(r);

	return first && first->offset <= r->next ? first : NULL;
}

void reassembly_pop(struct reassembly *r)
{
	struct held *held = r->held;
	struct piece *p = reassembly_first(r);

	if (!p)
		return;
	held->head = p->next;
	held->count--;
	held->bytes -= p->captured;
	if (p->offset + p->length > r->next)
		r->next = p->offset + p->length;
	if (r->next > held->contiguous)
		held->contiguous = r->next;
	piece_destroy(held->account, p);
	if (!held->head)
		reassembly_finish(r);
}

void reassembly_skip(struct reassembly *r, uint64_t offset)
{
	if (offset <= r->next)
		return;
	r->next = offset;
	if (!r->held || r->held->contiguous >= offset)
		return;
	r->held->contiguous = offset;
	/* Pieces after a given-up gap were ready when their own packets arrived. */
	mark_contiguous(r->held, NULL);
}

uint64_t reassembly_gap_end(const struct reassembly *r)
{
	const struct piece *first = reassembly_first(r);

	return first && first->offset > r->next ? first->offset : UINT64_MAX;
}
