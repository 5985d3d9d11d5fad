/* SPDX-License-Identifier: BSD-2-Clause */
#include "joiner.h"

#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct draft drafts[2];
static struct draft *both[] = { &drafts[0], &drafts[1] };

/* A worker's call, with what it wrote: |text|, perhaps with marks. */
static void call(size_t worker, uint64_t ordinal, uint64_t raised, const char *text)
{
	buf_text(&drafts[worker].text, text);
	draft_end_call(&drafts[worker], ordinal, raised, strpbrk(text, "\1\2") != NULL);
}

/* Joins the drafts and compares the text that was written. |numbered|: findings have the workers' numbers. */
static void joined(struct joiner *j, const char *expected)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(out);
	j->output.file = out;
	joiner_join(j, both);
	fclose(out);
	ck_assert_str_eq(text, expected);
	free(text);
	draft_clear(&drafts[0]);
	draft_clear(&drafts[1]);
}

START_TEST(text_comes_in_the_order_of_the_calls)
{
	struct joiner j;

	draft_init(&drafts[0]);
	draft_init(&drafts[1]);
	joiner_init(&j, 2, NULL, NULL, NULL);
	call(0, 1, 0, "a");
	call(0, 4, 0, "d");
	call(0, 6, 0, "f");
	call(1, 2, 0, "b");
	call(1, 3, 0, "c");
	call(1, 5, 0, "e");
	joined(&j, "abcdef");
	call(1, 7, 0, "g");
	joined(&j, "g");
	joined(&j, "");
	joiner_finish(&j);
	draft_finish(&drafts[0]);
	draft_finish(&drafts[1]);
}
END_TEST

START_TEST(findings_are_numbered_as_they_were_raised)
{
	struct joiner j;
	/* Stories are not told here, because no session ends. */
	struct analysis *unused = (struct analysis *)(void *)&j;

	draft_init(&drafts[0]);
	draft_init(&drafts[1]);
	joiner_init(&j, 2, NULL, unused, NULL);
	/* The workers raise in turn; both call their findings 1, 2, ... */
	call(0, 1, 1, "");
	call(1, 2, 2, "");
	call(0, 3, 1, "");
	/* Numbers also appear before marks and without them. */
	call(0, 4, 0, "7:\0011,\0021;\0022}\n");
	call(1, 5, 0, "\0012,\0021,3\n");
	joined(&j, "7:1,1;4}\n3,2,3\n");
	call(1, 6, 1, "\0013\n");
	joined(&j, "5\n");
	joiner_finish(&j);
	draft_finish(&drafts[0]);
	draft_finish(&drafts[1]);
}
END_TEST

SUITE("pipeline/joiner", text_comes_in_the_order_of_the_calls, findings_are_numbered_as_they_were_raised)
