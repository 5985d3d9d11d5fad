/* SPDX-License-Identifier: BSD-2-Clause */
#include "draft.h"

#include <stdlib.h>

void draft_init(struct draft *d)
{
	*d = (struct draft){ 0 };
	buf_init(&d->text, SIZE_MAX);
}

void draft_clear(struct draft *d)
{
	buf_clear(&d->text);
	d->piece_count = d->past_count = d->fact_count = 0;
	d->text_seen = d->pasts_seen = 0;
	d->lost = false;
}

void draft_finish(struct draft *d)
{
	buf_finish(&d->text);
	free(d->pieces);
	free(d->pasts);
	free(d->facts);
	*d = (struct draft){ 0 };
}

/* Returns the list |at| of |count| elements of |size| bytes with room for one more, or NULL; |at| is then unchanged. */
static void *grown(void *at, size_t count, size_t *capacity, size_t size)
{
	size_t more = *capacity ? 2 * *capacity : 64;
	void *list = at;

	if (count < *capacity)
		return at;
	list = realloc(at, more * size);
	if (list)
		*capacity = more;
	return list;
}

void draft_past(struct draft *d, struct past *p)
{
	struct past **list = grown(d->pasts, d->past_count, &d->past_capacity, sizeof *list);

	if (!list) {
		d->lost = true;
		account_free(NULL, p);
		return;
	}
	d->pasts = list;
	d->pasts[d->past_count++] = p;
}

void draft_fact(struct draft *d, uint64_t ordinal, const struct server_fact *fact)
{
	struct draft_fact *list = grown(d->facts, d->fact_count, &d->fact_capacity, sizeof *list);

	if (!list) {
		d->lost = true;
		return;
	}
	d->facts = list;
	d->facts[d->fact_count++] = (struct draft_fact){ .ordinal = ordinal, .fact = *fact };
}

void draft_add_piece(struct draft *d, uint64_t ordinal, uint64_t raised, bool marked)
{
	struct piece *list;
	struct piece piece = { .ordinal = ordinal,
			       .raised = raised,
			       .text = d->text.length - d->text_seen,
			       .pasts = d->past_count - d->pasts_seen,
			       .marked = marked };

	list = grown(d->pieces, d->piece_count, &d->piece_capacity, sizeof *list);
	if (!list) {
		d->lost = true;
		return;
	}
	d->pieces = list;
	d->pieces[d->piece_count++] = piece;
	d->text_seen = d->text.length;
	d->pasts_seen = d->past_count;
}
