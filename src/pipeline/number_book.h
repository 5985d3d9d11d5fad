/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * number_book: the final numbers of the findings of one worker, by the worker's own numbers, which count from 1. A number is kept until it
 * is released, so the book grows only with the findings of open sessions.
 */
#ifndef SMTPSCOPE_NUMBER_BOOK_H
#define SMTPSCOPE_NUMBER_BOOK_H

#include "account.h"

struct number_block;

/* Zeroed but for |account|: empty. */
struct number_book {
	struct account *account;      /* charged with the book; NULL: none */
	struct number_block **blocks; /* those with numbers that were not released; NULL in between: none */
	size_t first;		      /* index of blocks[0] among all blocks so far */
	size_t count, capacity;
	uint64_t added;
};

void number_book_finish(struct number_book *b);
/* Gives the worker's next finding its final number. Returns false if memory runs out; number_book_find then returns 0 for it. */
bool number_book_add(struct number_book *b, uint64_t number);
/* Returns the final number of the worker's finding |own|; 0: not known. */
uint64_t number_book_find(const struct number_book *b, uint64_t own);
/* The number of |own| is no longer needed. Call it once for each. */
void number_book_release(struct number_book *b, uint64_t own);

#endif
