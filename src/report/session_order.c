/* SPDX-License-Identifier: BSD-2-Clause */
#include "session_order.h"

void turns_join(struct turns *t, struct turn *one, uint64_t number)
{
	struct turn *before = t->last;

	/* New sessions have high numbers, so the place is near the end. */
	for (unsigned passed = 0; before && before->number > number && passed < TURNS_PASSED; passed++)
		before = before->before;
	one->number = number;
	one->before = before;
	one->next = before ? before->next : t->first;
	*(one->next ? &one->next->before : &t->last) = one;
	*(before ? &before->next : &t->first) = one;
}

void turns_ready(struct turns *t, struct turn *one, size_t bytes)
{
	one->ready = true;
	one->bytes = bytes;
	t->bytes += bytes;
	one->ready_before = t->ready_last;
	one->ready_next = NULL;
	*(t->ready_last ? &t->ready_last->ready_next : &t->ready_first) = one;
	t->ready_last = one;
}

void turns_leave(struct turns *t, struct turn *one)
{
	*(one->before ? &one->before->next : &t->first) = one->next;
	*(one->next ? &one->next->before : &t->last) = one->before;
	if (one->ready) {
		*(one->ready_before ? &one->ready_before->ready_next : &t->ready_first) = one->ready_next;
		*(one->ready_next ? &one->ready_next->ready_before : &t->ready_last) = one->ready_before;
	}
	t->bytes -= one->bytes;
	*one = (struct turn){ .number = one->number };
}

struct turn *turns_due(const struct turns *t, bool all)
{
	if (t->first && t->first->ready)
		return t->first;
	return all ? t->ready_first : NULL;
}
