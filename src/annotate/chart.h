/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chart: what the diagnoses remember of one session. A state takes memory only once it is not all zero: of most sessions, most
 * diagnoses have nothing to remember.
 *
 * A diagnosis is called between chart_open and chart_close. Until its state is kept, it works on a blank one that all sessions share.
 */
#ifndef SMTPSCOPE_CHART_H
#define SMTPSCOPE_CHART_H

#include "account.h"

enum {
	CHART_STATES = 30,     /* diagnoses with a state */
	CHART_STATE_MAX = 512, /* bytes of a state */
	CHART_WORDS_MAX = 254, /* of all states of a session, 8 bytes each */
};

/* A state that is not kept yet: zeroed, except while a diagnosis works on it. */
struct chart_blank {
	uint64_t words[CHART_STATE_MAX / sizeof(uint64_t)];
};

/* Zeroed: empty. */
struct chart {
	uint64_t *words;	     /* of all states that are kept; NULL: none */
	uint8_t used, room;	     /* of |words| */
	uint8_t place[CHART_STATES]; /* for each diagnosis, 1 + the first word of its state; 0: not kept */
};

/* Returns the words that a state of |size| bytes takes. */
static inline unsigned chart_words(size_t size)
{
	return (unsigned)((size + sizeof(uint64_t) - 1) / sizeof(uint64_t));
}

/* Returns the state of diagnosis |which|, valid until chart_close. */
static inline void *chart_open(const struct chart *c, unsigned which, struct chart_blank *blank)
{
	return c->place[which] ? c->words + c->place[which] - 1 : blank->words;
}

/* Makes |words| of |blank| zero again. */
static inline void chart_wipe(struct chart_blank *blank, unsigned words)
{
	memset(blank->words, 0, words * sizeof *blank->words);
}

/* The slow path of chart_close. */
bool chart_keep(struct chart *c, unsigned which, unsigned words, struct chart_blank *blank,
		struct account *account);

/*
 * Keeps the state of diagnosis |which|, of that many |words|, if there is something in it. The memory is charged to |account|, always the same
 * one. Returns false if memory runs out: the state cannot be kept and is still in |blank|. The caller must free what it owns, then call chart_wipe.
 */
static inline bool chart_close(struct chart *c, unsigned which, unsigned words, struct chart_blank *blank,
			       struct account *account)
{
	uint64_t any = 0;

	if (c->place[which])
		return true;
	for (unsigned i = 0; i < words; i++)
		any |= blank->words[i];
	return !any || chart_keep(c, which, words, blank, account);
}

/* Frees all states. */
void chart_finish(struct chart *c, struct account *account);

#endif
