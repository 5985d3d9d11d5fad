/* SPDX-License-Identifier: BSD-2-Clause */
#include "dialogue_store.h"

#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT = 1024 * 1024, MANY = 100 * 1000 };

static struct account account;
static struct dialogue_store store;

static void start(void)
{
	account = (struct account){ .limit = LIMIT };
	store = (struct dialogue_store){ .account = &account };
}

/* Adds |lines| lines, each unlike the one before, so that none is folded. */
static void add(struct kept_dialogue *kept, unsigned lines)
{
	static unsigned number;

	for (unsigned i = 0; i < lines; i++) {
		struct frame_ref frame = { .number = number + 1 };
		char text[16];
		struct entry *e;

		snprintf(text, sizeof text, "V%u", ++number);
		e = entry_create(&kept->dialogue, ENTRY_COMMAND, &frame, span_text(text));
		ck_assert_ptr_nonnull(e);
		memcpy(e->verb, text, sizeof text);
		dialogue_add(&kept->dialogue, e);
	}
	dialogue_store_account(&store, kept);
}

START_TEST(long_ones_give_way_to_short_ones)
{
	static struct kept_dialogue one, small, longs[16];
	unsigned trimmed = 0;

	start();
	dialogue_store_add(&store, &small);
	add(&small, 2);
	for (unsigned i = 0; i < 16; i++) {
		dialogue_store_add(&store, &longs[i]);
		add(&longs[i], 100);
	}
	dialogue_store_add(&store, &one);
	add(&one, 2);
	ck_assert_uint_eq(small.dialogue.omitted, 0);
	ck_assert_uint_eq(one.dialogue.omitted, 0);
	for (unsigned i = 0; i < 16; i++) {
		/* those that became long first */
		ck_assert(!longs[i].dialogue.omitted || trimmed == i);
		trimmed += longs[i].dialogue.omitted > 0;
		ck_assert(!longs[i].dialogue.omitted || longs[i].dialogue.bytes <= DIALOGUE_TRIMMED);
	}
	ck_assert_uint_gt(trimmed, 0);
	ck_assert_uint_lt(trimmed, 16);
	ck_assert_uint_le(store.sum, LIMIT / 4);
	ck_assert_uint_ge(account.used, store.sum - 16 * 1024);
	for (struct kept_dialogue *kept; (kept = dialogue_store_any(&store));)
		dialogue_store_remove(&store, kept);
	ck_assert_uint_eq(account.used, 0);
}
END_TEST

/* Each record of a session must not look at all the others, which have nothing to give. Otherwise this does not end within the time limit. */
START_TEST(many_short_ones_are_given_up_in_linear_time)
{
	struct kept_dialogue *many = calloc(MANY, sizeof *many);
	size_t left = 0;

	ck_assert_ptr_nonnull(many);
	start();
	for (unsigned i = 0; i < MANY; i++)
		dialogue_store_add(&store, &many[i]);
	for (unsigned round = 0; round < 3; round++)
		for (unsigned i = 0; i < MANY; i++) {
			add(&many[i], 1);
			ck_assert_uint_le(store.sum, LIMIT / 4);
		}
	for (unsigned i = 0; i < MANY; i++)
		left += many[i].dialogue.entries;
	ck_assert_uint_gt(left, LIMIT / 4 / 1024); /* no more is given up than must be */
	ck_assert_uint_gt(many[MANY - 1].dialogue.entries, 0);
	for (struct kept_dialogue *kept; (kept = dialogue_store_any(&store));)
		dialogue_store_remove(&store, kept);
	free(many);
}
END_TEST

START_TEST(a_session_s_dialogue_is_made_once)
{
	void *attachment = NULL;
	struct kept_dialogue *kept;

	start();
	kept = dialogue_store_keep(&store, &attachment);
	ck_assert_ptr_nonnull(kept);
	ck_assert_ptr_eq(dialogue_store_keep(&store, &attachment), kept);
	add(kept, 3);
	dialogue_store_forget(&store, &attachment);
	ck_assert_ptr_null(attachment);
	ck_assert_ptr_null(dialogue_store_any(&store));
	ck_assert_uint_eq(account.used, 0);
}
END_TEST

SUITE("dialogue_store", long_ones_give_way_to_short_ones, many_short_ones_are_given_up_in_linear_time,
      a_session_s_dialogue_is_made_once)
