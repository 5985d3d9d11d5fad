/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * found_list: collects what a text reports and folds what it repeats: a bounce tells the same reply in prose, in a transcript and in the
 * delivery status. Bounded: FOUND_LIST_KEPT different ones, FOUND_LIST_BYTES bytes.
 */
#ifndef SMTPSCOPE_FOUND_LIST_H
#define SMTPSCOPE_FOUND_LIST_H

#include "buf.h"
#include "found.h"
#include "map.h"

enum { FOUND_LIST_KEPT = 4096, FOUND_LIST_BYTES = 8 * 1024 * 1024 };

struct found_entry {
	struct map_node node;
	struct span key;   /* owned: the recipient, LF, the reply without differences in blanks and case */
	size_t words;	   /* where the reply begins in |key| */
	struct span reply; /* owned */
	char question[FOUND_QUESTION_SIZE]; /* "": unknown */
	char recipient[FOUND_RECIPIENT_SIZE];
	size_t line; /* where it was found first */
	size_t times;
	bool folded; /* another entry says the same, and more */
};

struct found_list {
	struct map map;
	struct found_entry **list;
	size_t count, bytes;
	size_t left_out; /* beyond the bounds */
};

/* Returns false if memory runs out. */
bool found_list_init(struct found_list *l);
void found_list_finish(struct found_list *l);
void found_list_add(struct found_list *l, const struct found *found);
/* Folds entries that say less than others, and puts refusals first. No entry may be added after that. */
void found_list_settle(struct found_list *l);

/* Returns whether |reply| tells of a success: a 2xx or 3xx code, or an enhanced one of class 2. */
bool found_is_success(struct span reply);

#endif
