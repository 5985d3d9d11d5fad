/* SPDX-License-Identifier: BSD-2-Clause */
#include "reassembly.h"

static void piece_destroy(struct account *account, struct piece *p)
{
	account_free(account, p->bytes);
	account_free(account, p);
}

void reassembly_finish(struct reassembly *r)
{
	while (r->head) {
		struct piece *p = r->head;

		r->head = p->next;
		piece_destroy(r->account, p);
	}
	*r = (struct reassembly){ .next = r->next, .contiguous = r->contiguous, .account = r->account };
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

/* Links |p| after |after|, or at the head if that is NULL. */
static void link_behind(struct reassembly *r, struct piece *after, struct piece *p)
{
	struct piece **at = after ? &after->next : &r->head;

	p->next = *at;
	*at = p;
	if (!p->next)
		r->tail = p;
	r->held_count++;
	r->held_bytes += p->captured;
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

/* Marks the pieces that the arrival of |by| made contiguous. */
static void mark_contiguous(struct reassembly *r, const struct frame_ref *by)
{
	for (struct piece *p = r->head; p && p->offset <= r->contiguous; p = p->next) {
		if (!p->contiguous) {
			p->contiguous = true;
			p->ready = *by;
		}
		if (p->offset + p->length > r->contiguous)
			r->contiguous = p->offset + p->length;
	}
}

static uint64_t push_marker(struct reassembly *r, const struct piece *piece)
{
	struct piece *after = NULL, *p;

	for (struct piece *at = r->head; at && at->offset <= piece->offset; at = at->next) {
		if (at->kind == piece->kind)
			return 0;
		after = at;
	}
	p = piece_part(r->account, piece, piece->offset, 0);
	if (!p)
		return 0;
	link_behind(r, after, p);
	mark_contiguous(r, &piece->sent);
	return 1;
}

uint64_t reassembly_push(struct reassembly *r, const struct piece *piece, uint64_t *conflict)
{
	uint64_t at = piece->offset, end = piece->offset + piece->length, added = 0;
	struct piece *after = NULL, *p;

	*conflict = UINT64_MAX;
	if (piece->kind != PIECE_DATA)
		return push_marker(r, piece);
	if (at < r->next)
		at = r->next;
	/* Usually the new piece comes after all others. */
	if (r->tail && r->tail->offset + r->tail->length <= at && r->tail->kind == PIECE_DATA)
		after = r->tail;
	while (at < end) {
		struct piece *follow = after ? after->next : r->head;
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
		p = piece_part(r->account, piece, at, part_end - at);
		if (!p)
			break;
		link_behind(r, after, p);
		added += p->length;
		after = p;
		at = part_end;
	}
	if (added)
		mark_contiguous(r, &piece->sent);
	return added;
}

const struct piece *reassembly_head(const struct reassembly *r)
{
	return r->head && r->head->offset <= r->next ? r->head : NULL;
}

void reassembly_pop(struct reassembly *r)
{
	struct piece *p = r->head;

	if (!p)
		return;
	r->head = p->next;
	if (!r->head)
		r->tail = NULL;
	r->held_count--;
	r->held_bytes -= p->captured;
	if (p->offset + p->length > r->next)
		r->next = p->offset + p->length;
	if (r->next > r->contiguous)
		r->contiguous = r->next;
	piece_destroy(r->account, p);
}

void reassembly_skip(struct reassembly *r, uint64_t offset)
{
	if (offset <= r->next)
		return;
	r->next = offset;
	if (r->contiguous >= offset)
		return;
	r->contiguous = offset;
	/* Pieces after a given-up gap were ready when their own packets arrived. */
	for (struct piece *p = r->head; p && p->offset <= r->contiguous; p = p->next) {
		if (!p->contiguous) {
			p->contiguous = true;
			p->ready = p->sent;
		}
		if (p->offset + p->length > r->contiguous)
			r->contiguous = p->offset + p->length;
	}
}

uint64_t reassembly_gap_end(const struct reassembly *r)
{
	return r->head && r->head->offset > r->next ? r->head->offset : UINT64_MAX;
}
