/* SPDX-License-Identifier: BSD-2-Clause */
#include "dialogue_difference.h"

#include <strings.h>

const struct entry *turn_from(const struct entry *e)
{
	while (e && (e->kind == ENTRY_REMARK || e->kind == ENTRY_FINDING || e->kind == ENTRY_FOLD))
		e = e->next;
	return e;
}

bool turns_are_alike(const struct entry *a, const struct entry *b)
{
	if (!a || !b)
		return !a && !b;
	return a->kind == b->kind &&
	       (a->kind == ENTRY_REPLY ? a->code == b->code
				       : a->kind != ENTRY_COMMAND || strcmp(a->verb, b->verb) == 0);
}

/* Takes the next line off |rest|. */
static struct span take_line(struct span *rest)
{
	const uint8_t *end = memchr(rest->at, '\n', rest->length);
	size_t length = end ? (size_t)(end - rest->at) : rest->length;
	struct span line = span_first(*rest, length);

	*rest = span_from(*rest, end ? length + 1 : length);
	return line;
}

static bool is_size(struct span offer)
{
	return offer.length >= 4 && strncasecmp((const char *)offer.at, "SIZE", 4) == 0;
}

static bool has_offer(const struct entry *e, struct span offer)
{
	struct span rest = span_of(e->text, e->length);

	while (rest.length) {
		struct span line = take_line(&rest);

		if ((is_size(line) && is_size(offer)) ||
		    (line.length == offer.length &&
		     strncasecmp((const char *)line.at, (const char *)offer.at, line.length) == 0))
			return true;
	}
	return false;
}

void turn_offers(const struct entry *a, const struct entry *b,
		 void (*found)(void *context, struct span offer), void *context)
{
	struct span rest = span_of(a->text, a->length), line;

	if (!rest.length)
		return;
	take_line(&rest); /* names the server */
	while (rest.length) {
		line = take_line(&rest);
		if (line.length && !has_offer(b, line))
			found(context, line);
	}
}

bool dialogue_parting_find(struct dialogue_parting *p, const struct dialogue *a, const struct dialogue *b)
{
	const struct entry *one = turn_from(a->first), *other = turn_from(b->first);

	*p = (struct dialogue_parting){ .turn = 1 };
	for (; one && other && turns_are_alike(one, other); p->turn++) {
		p->before[0] = one;
		p->before[1] = other;
		one = turn_from(one->next);
		other = turn_from(other->next);
	}
	p->different[0] = one;
	p->different[1] = other;
	return one || other;
}
