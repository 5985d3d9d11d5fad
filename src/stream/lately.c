/* SPDX-License-Identifier: BSD-2-Clause */
#include "lately.h"

static bool take(struct lately *l, unsigned bits)
{
	struct connection **places = account_take_zeroed(l->account, (size_t)1 << bits, sizeof(*places));

	if (!places)
		return false;
	account_free(l->account, l->places);
	l->places = places;
	l->bits = bits;
	return true;
}

bool lately_init(struct lately *l, struct account *account)
{
	*l = (struct lately){ .account = account };
	return take(l, LATELY_FIRST);
}

void lately_finish(struct lately *l)
{
	account_free(l->account, l->places);
	*l = (struct lately){ 0 };
}

void lately_grow(struct lately *l, size_t count)
{
	/* By more than needed, because what was found so far has to be looked up again. If memory runs out, it stays as it is. */
	if (count >> l->bits && l->bits < LATELY_MOST)
		take(l, l->bits + 2);
}
