/* SPDX-License-Identifier: BSD-2-Clause */
#include "screen_state.h"

struct view *screen_top(struct screen *s)
{
	return &s->views[s->depth];
}

size_t screen_body_rows(const struct screen *s)
{
	return s->rows > TITLE_ROWS + FOOT_ROWS ? s->rows - TITLE_ROWS - FOOT_ROWS : 1;
}

const struct entry *screen_entry(const struct roster_row *row, uint64_t serial)
{
	const struct entry *e = row ? row->kept.dialogue.first : NULL;

	while (e && e->serial != serial)
		e = e->next;
	return e;
}

static void make_lines(struct screen *s, struct view *v, const struct roster_row *row)
{
	const struct page_look look = { .width = s->columns, .ascii = s->config.ascii, .whole = s->whole };
	const struct entry *entry = v->entry ? screen_entry(row, v->entry) : NULL;
	const struct roster_row *other = v->other ? roster_find(s->config.roster, v->other) : NULL;

	lines_clear(&v->lines);
	if (v->kind == VIEW_SESSION && row)
		page_session(&v->lines, s->config.roster, row, &look);
	else if (v->kind == VIEW_FINDING && entry)
		page_finding(&v->lines, entry, &look);
	else if (v->kind == VIEW_BYTES && entry)
		page_bytes(&v->lines, entry, &look);
	else if (v->kind == VIEW_FIGURES)
		page_figures(&v->lines, s->config.roster, &look);
	else if (v->kind == VIEW_DIFFERENCE && row && other)
		page_difference(&v->lines, row, other, &look);
	else if (v->kind == VIEW_HELP)
		page_help(&v->lines, &look);
	else
		lines_text(&v->lines, LINE_DIM, "This session is no longer kept.", s->columns);
}

void screen_update_view(struct screen *s, struct view *v)
{
	const struct roster_row *row = v->session ? roster_find(s->config.roster, v->session) : NULL;
	const struct roster_row *other = v->other ? roster_find(s->config.roster, v->other) : NULL;
	uint64_t revision = v->kind == VIEW_FIGURES ? s->config.roster->revision
			    : row		    ? row->revision + (other ? other->revision : 0)
						    : 0;

	if (v->kind == VIEW_LIST || (v->lines.count && v->revision == revision && v->width == s->columns))
		return;
	v->revision = revision;
	v->width = s->columns;
	make_lines(s, v, row);
	if (v->at >= v->lines.count)
		v->at = v->lines.count ? v->lines.count - 1 : 0;
}
