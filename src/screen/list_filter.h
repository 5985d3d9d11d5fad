/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * list_filter: which rows of the list are shown. The text has words and selections: `client=192.0.2.0/24 code=5xx beaver` shows sessions
 * of that network with a 5yz reply that contain the word.
 */
#ifndef SMTPSCOPE_LIST_FILTER_H
#define SMTPSCOPE_LIST_FILTER_H

#include "criteria.h"
#include "roster.h"

enum { FILTER_TEXT_SIZE = 256, FILTER_WORDS_MAX = 16 };

struct filter {
	char text[FILTER_TEXT_SIZE];  /* as it was typed */
	char store[FILTER_TEXT_SIZE]; /* |words| and values of |criteria| are in here */
	const char *words[FILTER_WORDS_MAX];
	size_t word_count;
	struct criteria criteria;
};

/* Initializes a filter that shows everything. */
void filter_init(struct filter *f);
void filter_finish(struct filter *f);
/* Replaces the filter by |text|. Returns false, with one line in |error|, and shows everything, if it is not valid. */
bool filter_set(struct filter *f, const char *text, struct buf *error);
/* Is there anything that hides rows? */
bool filter_given(const struct filter *f);
bool filter_shows(const struct filter *f, const struct roster_row *row);

#endif
