/* SPDX-License-Identifier: BSD-2-Clause */
#include "dialogue_store.h"

enum { ENTRY_OVERHEAD = 16 };

void dialogue_store_add(struct dialogue_store *s, struct kept_dialogue *kept)
{
	kept->older = s->newest;
	kept->newer = NULL;
	*(s->newest ? &s->newest->newer : &s->oldest) = kept;
	s->newest = kept;
}

/* What the dialogue takes, with what the allocator adds to each entry. */
static size_t size_of(const struct dialogue *d)
{
	return d->bytes + d->entries * ENTRY_OVERHEAD;
}

static void count(struct dialogue_store *s, struct kept_dialogue *kept)
{
	size_t now = size_of(&kept->dialogue);

	s->sum = s->sum - kept->counted + now;
	account_release(s->account, kept->counted);
	account_charge(s->account, now);
	kept->counted = now;
}

static void leave(struct dialogue_store *s, struct kept_dialogue *kept)
{
	*(kept->older ? &kept->older->newer : &s->oldest) = kept->newer;
	*(kept->newer ? &kept->newer->older : &s->newest) = kept->older;
}

void dialogue_store_remove(struct dialogue_store *s, struct kept_dialogue *kept)
{
	leave(s, kept);
	dialogue_finish(&kept->dialogue);
	count(s, kept);
}

void dialogue_store_account(struct dialogue_store *s, struct kept_dialogue *kept)
{
	size_t left = DIALOGUE_TRIMMED, most = account_share(s->account, DIALOGUES_SUM, 4);
	struct kept_dialogue *first = NULL;

	count(s, kept);
	while (s->sum > most && s->oldest) {
		struct kept_dialogue *give = s->oldest;

		/* All were trimmed once: give up all of them. */
		if (give == first && left == 0)
			break;
		if (give == first)
			left = 0;
		if (!first)
			first = give;
		dialogue_trim(&give->dialogue, left);
		count(s, give);
		leave(s, give);
		dialogue_store_add(s, give);
	}
}

struct kept_dialogue *dialogue_store_keep(struct dialogue_store *s, void **attachment)
{
	struct kept_dialogue *kept = *attachment;

	if (kept)
		return kept;
	kept = account_take_zeroed(s->account, 1, sizeof *kept);
	if (!kept)
		return NULL;
	dialogue_store_add(s, kept);
	*attachment = kept;
	return kept;
}

void dialogue_store_forget(struct dialogue_store *s, void **attachment)
{
	struct kept_dialogue *kept = *attachment;

	if (!kept)
		return;
	dialogue_store_remove(s, kept);
	account_free(s->account, kept);
	*attachment = NULL;
}

void dialogue_store_clear(struct dialogue_store *s)
{
	while (s->oldest) {
		void *kept = s->oldest;

		dialogue_store_forget(s, &kept);
	}
}
