/* SPDX-License-Identifier: BSD-2-Clause */
#include "dialogue_store.h"

void dialogue_store_add(struct dialogue_store *s, struct kept_dialogue *kept)
{
	kept->older = s->newest;
	kept->newer = NULL;
	*(s->newest ? &s->newest->newer : &s->oldest) = kept;
	s->newest = kept;
}

static void leave(struct dialogue_store *s, struct kept_dialogue *kept)
{
	*(kept->older ? &kept->older->newer : &s->oldest) = kept->newer;
	*(kept->newer ? &kept->newer->older : &s->newest) = kept->older;
}

void dialogue_store_remove(struct dialogue_store *s, struct kept_dialogue *kept)
{
	leave(s, kept);
	s->sum -= kept->counted;
	kept->counted = 0;
	dialogue_finish(&kept->dialogue);
}

static void count(struct dialogue_store *s, struct kept_dialogue *kept)
{
	s->sum = s->sum - kept->counted + kept->dialogue.bytes;
	kept->counted = kept->dialogue.bytes;
}

void dialogue_store_account(struct dialogue_store *s, struct kept_dialogue *kept)
{
	size_t left = DIALOGUE_TRIMMED;
	struct kept_dialogue *first = NULL;

	count(s, kept);
	while (s->sum > DIALOGUES_SUM && s->oldest) {
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
