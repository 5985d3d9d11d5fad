/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_places.h"

enum {
	FIRST_CAPACITY = 16,
	SLACK = 256
}; /* places kept behind the largest offset asked for, for reordered packets */

void tls_places_finish(struct tls_places *p)
{
	account_free(p->account, p->at);
	*p = (struct tls_places){ .account = p->account };
}

/* The number of places at or before |wire|. */
static size_t count_until(const struct tls_places *p, uint64_t wire)
{
	size_t low = 0, high = p->count;

	/* The newest place is asked for most often. */
	if (high && p->at[high - 1].wire <= wire)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (p->at[middle].wire <= wire)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void forget(struct tls_places *p, size_t count)
{
	memmove(p->at, p->at + count, (p->count - count) * sizeof *p->at);
	p->count -= count;
}

static bool make_room(struct tls_places *p)
{
	size_t old = count_until(p, p->asked), capacity = p->capacity ? 2 * p->capacity : FIRST_CAPACITY;
	struct tls_place *grown;

	if (p->count < p->capacity)
		return true;
	/* Forget at least half at a time, so that the work stays linear. */
	if (p->capacity && old > p->count / 2 + SLACK) {
		forget(p, old - SLACK);
		return true;
	}
	grown =
	    capacity <= TLS_PLACES_KEPT ? account_resize(p->account, p->at, capacity * sizeof *grown) : NULL;
	if (grown) {
		p->at = grown;
		p->capacity = capacity;
	} else if (p->count) {
		forget(p, (p->count + 1) / 2);
	}
	return p->count < p->capacity;
}

void tls_places_add(struct tls_places *p, uint64_t wire, uint64_t text)
{
	if (make_room(p))
		p->at[p->count++] = (struct tls_place){ wire, text };
}

uint64_t tls_places_text(struct tls_places *p, uint64_t wire)
{
	size_t count = count_until(p, wire);

	if (wire > p->asked)
		p->asked = wire;
	if (!p->count)
		return 0;
	return p->at[count ? count - 1 : 0].text;
}
