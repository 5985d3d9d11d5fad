/* SPDX-License-Identifier: BSD-2-Clause */
/* story_marks: which sessions of a list belong to a story, and the stories in short. A zeroed one is empty. */
#ifndef SMTPSCOPE_STORY_MARKS_H
#define SMTPSCOPE_STORY_MARKS_H

#include "page.h"
#include "story.h"

enum {
	STORY_MARKS_MAX = 65536, /* sessions that can be marked */
	STORIES_SHOWN = 8,
	STORY_HEADLINE_KEPT = 300,
};

struct story_mark {
	uint64_t session;
	char letter; /* 'a' for the first story, ..., '*' for those beyond 'z' */
};

struct story_marks {
	struct story_mark *marks; /* once settled: in order of sessions */
	size_t count, room;
	char *headlines[STORIES_SHOWN];
	uint64_t stories;
};

void story_marks_add(struct story_marks *m, const struct story *s);
/* Call it before the first story_mark_of. */
void story_marks_settle(struct story_marks *m);
/* The letter of the story that |session| belongs to; a blank if it belongs to none. */
char story_mark_of(const struct story_marks *m, uint64_t session);
/* Writes one line for each story. */
void story_marks_page(struct page *p, const struct story_marks *m);
void story_marks_finish(struct story_marks *m);

#endif
