/* SPDX-License-Identifier: BSD-2-Clause */
#include "session_order.h"

void turns_join(struct turns *t, struct turn *one, uint64_t number)
{
	struct turn *before = t->last;

	/* New sessions have high numbers, so the place is near the end. */
	while (before && before->number > number)
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
}

void turns_leave(struct turns *t, struct turn *one)
{
	*(one->before ? &one->before->next : &t->first) = one->next;
	*(one->next ? &one->next->before : &t->last) = one->before;
	t->bytes -= one->bytes;
	one->before = one->next = NULL;
	one->bytes = 0;
}

struct turn *turns_due(const struct turns *t, bool all)
{
	struct turn *one = t->first;

	while (all && one && !one->ready)
		one = one->next;
	return one && one->ready ? one : NULL;
}
