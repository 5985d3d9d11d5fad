/* SPDX-License-Identifier: BSD-2-Clause */
#include "dialogue_store.h"

enum { ENTRY_OVERHEAD = 16 };

static void join(struct dialogue_store *s, struct kept_dialogue *kept)
{
	struct dialogue_queue *q = &s->queues[kept->is_long];

	kept->older = q->newest;
	kept->newer = NULL;
	*(q->newest ? &q->newest->newer : &q->oldest) = kept;
	q->newest = kept;
}

static void leave(struct dialogue_store *s, struct kept_dialogue *kept)
{
	struct dialogue_queue *q = &s->queues[kept->is_long];

	*(kept->older ? &kept->older->newer : &q->oldest) = kept->newer;
	*(kept->newer ? &kept->newer->older : &q->newest) = kept->older;
}

void dialogue_store_add(struct dialogue_store *s, struct kept_dialogue *kept)
{
	kept->is_long = false;
	kept->dialogue.account = s->account;
	join(s, kept);
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
	kept->counted = now;
}

void dialogue_store_remove(struct dialogue_store *s, struct kept_dialogue *kept)
{
	leave(s, kept);
	dialogue_finish(&kept->dialogue);
	count(s, kept);
}

/* Trims |kept| to |left| bytes and puts it last in the queue where it now belongs. */
static void trim(struct dialogue_store *s, struct kept_dialogue *kept, size_t left)
{
	dialogue_trim(&kept->dialogue, left);
	count(s, kept);
	leave(s, kept);
	kept->is_long = false;
	join(s, kept);
}

/*
 * Each call frees as much as was added before: a long dialogue becomes short, and one pass over the short ones frees all of them. So the
 * time is linear in what is added, however many dialogues there are.
 */
void dialogue_store_account(struct dialogue_store *s, struct kept_dialogue *kept)
{
	size_t most = s->account ? account_share(s->account, SIZE_MAX, 4) : DIALOGUES_SUM;

	count(s, kept);
	if (!kept->is_long && kept->dialogue.bytes > DIALOGUE_TRIMMED) {
		leave(s, kept);
		kept->is_long = true;
		join(s, kept);
	}
	while (s->sum > most && s->queues[true].oldest)
		trim(s, s->queues[true].oldest, DIALOGUE_TRIMMED);
	while (s->sum > most && s->queues[false].oldest)
		trim(s, s->queues[false].oldest, 0);
}

struct kept_dialogue *dialogue_store_any(const struct dialogue_store *s)
{
	return s->queues[false].oldest ? s->queues[false].oldest : s->queues[true].oldest;
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
	struct kept_dialogue *oldest;

	while ((oldest = dialogue_store_any(s))) {
		void *kept = oldest;

		dialogue_store_forget(s, &kept);
	}
}
