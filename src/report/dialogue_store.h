/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dialogue_store: the dialogues of all open sessions of a report, bounded in sum. If the bound is exceeded, long dialogues lose their
 * middle, those first that have been long for the longest time. If none is long, the dialogues that have been trimmed least recently are
 * given up.
 */
#ifndef SMTPSCOPE_DIALOGUE_STORE_H
#define SMTPSCOPE_DIALOGUE_STORE_H

#include "account.h"
#include "dialogue.h"

enum {
	DIALOGUES_SUM =
	    64 * 1024 * 1024, /* bytes of all dialogues; with an account, a quarter of its limit instead */
	DIALOGUE_TRIMMED = 8 * 1024, /* bytes that are left of a trimmed one; longer ones are long */
};

/* A dialogue in the store; part of what the report keeps of a session. Initialize by zeroing it. */
struct kept_dialogue {
	struct kept_dialogue *older, *newer; /* in its queue */
	struct dialogue dialogue;
	size_t counted; /* bytes of the dialogue that are counted in the sum */
	bool is_long;	/* it is in the queue of long ones */
};

struct dialogue_queue {
	struct kept_dialogue *oldest, *newest;
};

/* A zeroed store is empty. */
struct dialogue_store {
	struct dialogue_queue queues[2]; /* short ones, and long ones */
	size_t sum;
	struct account *account; /* charged with the dialogues; NULL: none */
};

/* Adds |kept|, whose dialogue is empty. The caller owns it and must remove it before it is freed. */
void dialogue_store_add(struct dialogue_store *s, struct kept_dialogue *kept);
/* Removes |kept| and frees the entries of its dialogue. */
void dialogue_store_remove(struct dialogue_store *s, struct kept_dialogue *kept);
/* Must be called after entries were added to the dialogue of |kept|. Keeps the sum within its bound. */
void dialogue_store_account(struct dialogue_store *s, struct kept_dialogue *kept);
/* Returns some dialogue of the store; NULL: it is empty. */
struct kept_dialogue *dialogue_store_any(const struct dialogue_store *s);

/* Returns the dialogue at |*attachment|, which is that of a session's records; makes one if there is none. NULL if memory runs out. */
struct kept_dialogue *dialogue_store_keep(struct dialogue_store *s, void **attachment);
/* Removes and frees the dialogue at |*attachment|, if any, which dialogue_store_keep has made. */
void dialogue_store_forget(struct dialogue_store *s, void **attachment);
/* The same for all dialogues of the store. */
void dialogue_store_clear(struct dialogue_store *s);

#endif
