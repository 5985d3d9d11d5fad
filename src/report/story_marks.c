/* SPDX-License-Identifier: BSD-2-Clause */
#include "story_marks.h"

#include "figures.h"

#include <stdlib.h>

static bool make_room(struct story_marks *m)
{
	size_t room = m->room ? 2 * m->room : 64;
	struct story_mark *grown;

	if (m->count < m->room)
		return true;
	if (m->count == STORY_MARKS_MAX)
		return false;
	grown = realloc(m->marks, room * sizeof *grown);
	if (!grown)
		return false;
	m->marks = grown;
	m->room = room;
	return true;
}

void story_marks_add(struct story_marks *m, const struct story *s)
{
	char letter = m->stories < 26 ? (char)('a' + m->stories) : '*';

	for (size_t i = 0; i < s->attempt_count && make_room(m); i++)
		m->marks[m->count++] =
		    (struct story_mark){ .session = s->attempts[i].session, .letter = letter };
	if (m->stories < STORIES_SHOWN)
		m->headlines[m->stories] = strndup(s->headline, STORY_HEADLINE_KEPT);
	m->stories++;
}

static int by_session(const void *a, const void *b)
{
	const struct story_mark *left = a, *right = b;

	return (left->session > right->session) - (left->session < right->session);
}

void story_marks_settle(struct story_marks *m)
{
	if (m->count)
		qsort(m->marks, m->count, sizeof *m->marks, by_session);
}

char story_mark_of(const struct story_marks *m, uint64_t session)
{
	const struct story_mark key = { .session = session };
	const struct story_mark *found =
	    m->count ? bsearch(&key, m->marks, m->count, sizeof *m->marks, by_session) : NULL;

	return found ? found->letter : ' ';
}

void story_marks_page(struct page *p, const struct story_marks *m)
{
	char text[FIGURE_SIZE];

	if (!m->stories)
		return;
	figure_many(text, m->stories, "story", "stories");
	page_style(p, STYLE_BOLD);
	page_put(p, text);
	page_put(p, ", whose sessions are marked:");
	page_newline(p);
	for (size_t i = 0; i < m->stories && i < STORIES_SHOWN; i++) {
		snprintf(text, sizeof text, "%c ", (char)('a' + i));
		page_to(p, 2);
		page_put(p, text);
		page_wrap(p, span_text(m->headlines[i] ? m->headlines[i] : ""), 4, 2);
		page_newline(p);
	}
	if (m->stories <= STORIES_SHOWN)
		return;
	figure_count(text, m->stories - STORIES_SHOWN);
	page_to(p, 4);
	page_style(p, STYLE_DIM);
	page_put(p, "… and ");
	page_put(p, text);
	page_put(p, " more");
	page_newline(p);
}

void story_marks_finish(struct story_marks *m)
{
	for (size_t i = 0; i < STORIES_SHOWN; i++)
		free(m->headlines[i]);
	free(m->marks);
	*m = (struct story_marks){ 0 };
}
