/* SPDX-License-Identifier: BSD-2-Clause */
#include "chart.h"

#include <assert.h>

/* Words by which the memory grows: blocks of the pool grow by as much. */
enum { STEP = 2 };

static bool make_room(struct chart *c, unsigned words, struct account *account)
{
	unsigned wanted = (c->used + words + STEP - 1) / STEP * STEP;
	uint64_t *grown;

	if (wanted > CHART_WORDS_MAX)
		wanted = CHART_WORDS_MAX;
	assert(c->used + words <= wanted);
	if (wanted <= c->room)
		return true;
	grown = account_resize(account, c->words, wanted * sizeof *grown);
	if (!grown)
		return false;
	c->words = grown;
	c->room = (uint8_t)wanted;
	return true;
}

bool chart_keep(struct chart *c, unsigned which, unsigned words, struct chart_blank *blank,
		struct account *account)
{
	if (!make_room(c, words, account))
		return false;
	memcpy(c->words + c->used, blank->words, words * sizeof *c->words);
	c->place[which] = (uint8_t)(c->used + 1);
	c->used = (uint8_t)(c->used + words);
	chart_wipe(blank, words);
	return true;
}

void chart_finish(struct chart *c, struct account *account)
{
	account_free(account, c->words);
	*c = (struct chart){ 0 };
}
