/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keyed_sort: sorts many objects by numbers kept beside their addresses, so that the objects, which are spread over the memory, are not
 * looked at again. The time grows with the count alone.
 */
#ifndef SMTPSCOPE_KEYED_SORT_H
#define SMTPSCOPE_KEYED_SORT_H

#include <stddef.h>
#include <stdint.h>

struct keyed {
	uint64_t key;
	void *object;
};

/* Sorts |count| entries at |list| by key; those with the same key stay in their order. |scratch| has room for as many. */
void keyed_sort(struct keyed *list, struct keyed *scratch, size_t count);

#endif
