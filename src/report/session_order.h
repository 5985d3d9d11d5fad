/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session_order: puts what is written about sessions in order of their numbers. Sessions end in any order; the text about one waits until
 * those with lower numbers have ended. The turns belong to the caller, who embeds them and frees them.
 */
#ifndef SMTPSCOPE_SESSION_ORDER_H
#define SMTPSCOPE_SESSION_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Turns that turns_join passes to find a place; beyond that, the order of numbers is given up. */
enum { TURNS_PASSED = 4096 };

/* One session, or something that is written after it. Zeroed before turns_join. */
struct turn {
	struct turn *before, *next; /* in order of numbers; those with the same number in order of arrival */
	struct turn *ready_before, *ready_next;
	uint64_t number;
	bool ready;   /* it can be written */
	size_t bytes; /* that it holds while it waits */
};

/* Zeroed: empty. */
struct turns {
	struct turn *first, *last;
	struct turn *ready_first, *ready_last; /* those that are ready, in the order in which they became so */
	size_t bytes;			       /* of those that are ready */
};

/* Adds |one| in its place. */
void turns_join(struct turns *t, struct turn *one, uint64_t number);
/* Marks |one| as ready, with |bytes| bytes of text. */
void turns_ready(struct turns *t, struct turn *one, size_t bytes);
void turns_leave(struct turns *t, struct turn *one);
/*
 * The next turn to write, which then has to leave: the first one if it is ready, or with |all| the one that has been ready for the
 * longest time. NULL: there is none.
 */
struct turn *turns_due(const struct turns *t, bool all);

#endif
