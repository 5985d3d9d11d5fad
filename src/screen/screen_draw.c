/* SPDX-License-Identifier: BSD-2-Clause */
#include "figures.h"
#include "full_screen.h"
#include "names.h"
#include "screen_state.h"
#include "terminal.h"

#include <stdio.h>
#include <string.h>

static void draw_title(struct screen *s, bool reading)
{
	const struct roster *r = s->config.roster;
	char text[TEXT_SIZE], counts[TEXT_SIZE / 2] = "", figure[FIGURE_SIZE];
	size_t used = 0;

	figure_many(figure, r->sessions, "session", NULL);
	for (int o = 0; o <= SESSION_UNKNOWN; o++)
		if (r->outcomes[o])
			used += (size_t)snprintf(counts + used, sizeof counts - used, ", %llu %s",
						 (unsigned long long)r->outcomes[o],
						 name_session_outcome((enum session_outcome)o));
	snprintf(text, sizeof text, "%s%s: %s%s", s->config.source,
		 s->paused ? " (paused)"
		 : reading ? (s->config.live ? " (live)" : " (reading)")
			   : " (ended)",
		 figure, counts);
	terminal_put(s->config.terminal, 0, 0, s->columns, LINE_BOLD, true, text);
}

/* "filter: code=5xx · order: time" */
static void draw_heading(struct screen *s)
{
	struct buf text;
	const struct view *v = screen_top(s);

	buf_init(&text, TEXT_SIZE);
	if (v->kind == VIEW_LIST)
		list_view_heading(&text, s->columns);
	else if (v->kind == VIEW_SESSION || v->kind == VIEW_DIFFERENCE)
		buf_format(&text, "%9s client%*s", "seconds", (int)(s->columns > 17 ? s->columns - 17 : 0),
			   "server");
	if (v->kind == VIEW_DIFFERENCE)
		buf_clear(&text);
	terminal_put(s->config.terminal, 1, 0, s->columns, LINE_DIM, false, buf_string(&text));
	buf_finish(&text);
}

static enum line_style row_style(const struct roster_row *row)
{
	if (!row->ended)
		return LINE_BOLD;
	if (row->outcome == SESSION_REJECTED)
		return LINE_BAD;
	if (row->failed)
		return LINE_WARNING;
	return row->outcome == SESSION_DELIVERED ? LINE_GOOD : LINE_PLAIN;
}

static void draw_list(struct screen *s)
{
	size_t height = screen_body_rows(s);
	struct buf text;

	buf_init(&text, TEXT_SIZE);
	list_view_scroll(&s->list, height);
	for (size_t i = 0; i < height; i++) {
		size_t at = s->list.top + i;

		buf_clear(&text);
		if (at < s->list.count)
			list_view_text(&text, s->list.rows[at], s->columns);
		else if (!s->list.count && i == 0)
			buf_text(&text, filter_given(&s->list.filter) ? "No session matches the filter."
								      : "No session yet.");
		terminal_put(s->config.terminal, TITLE_ROWS + i, 0, s->columns,
			     at < s->list.count ? row_style(s->list.rows[at]) : LINE_DIM,
			     at < s->list.count && at == s->list.at, buf_string(&text));
	}
	buf_finish(&text);
}

static void draw_lines(struct screen *s, struct view *v)
{
	size_t height = screen_body_rows(s);

	screen_update_view(s, v);
	if (v->at < v->top)
		v->top = v->at;
	if (v->at >= v->top + height)
		v->top = v->at - height + 1;
	if (v->top + height > v->lines.count)
		v->top = v->lines.count > height ? v->lines.count - height : 0;
	for (size_t i = 0; i < height; i++) {
		size_t at = v->top + i;
		bool there = at < v->lines.count;

		terminal_put(s->config.terminal, TITLE_ROWS + i, 0, s->columns,
			     there ? v->lines.list[at].style : LINE_PLAIN, there && at == v->at,
			     there ? v->lines.list[at].text : "");
	}
}

static const char *prompt_text(enum prompt prompt)
{
	switch (prompt) {
	case PROMPT_SEARCH:
		return "/";
	case PROMPT_FILTER:
		return "Filter: ";
	case PROMPT_SAVE:
		return "Save to (.pcap .txt .json .html .md): ";
	case PROMPT_NONE:
		break;
	}
	return "";
}

/* Messages and settings in the last line but one; keys in the last. */
static void draw_foot(struct screen *s)
{
	struct lines one = { 0 };
	char text[TEXT_SIZE];
	size_t row = s->rows > 1 ? s->rows - 2 : 0;

	if (s->prompt)
		snprintf(text, sizeof text, "%s%s", prompt_text(s->prompt), s->input);
	else if (*s->message)
		snprintf(text, sizeof text, "%s", s->message);
	else
		snprintf(text, sizeof text, "%zu shown%s%s · order: %s%s", s->list.count,
			 filter_given(&s->list.filter) ? " · filter: " : "", s->list.filter.text,
			 list_order_name(s->list.order), s->list.follow ? " · following" : "");
	lines_text(&one, LINE_PLAIN, text, s->columns);
	terminal_put(s->config.terminal, row, 0, s->columns, *s->message ? LINE_WARNING : LINE_PLAIN, false,
		     one.count ? one.list[0].text : "");
	lines_finish(&one);
	terminal_put(
	    s->config.terminal, row + 1, 0, s->columns, LINE_PLAIN, true,
	    "F1 Help  F2 Save  F3 Search  F4 Figures  F5 Clear  F6 Diff  F7 Filter  F8 Pause  F10 Quit");
}

void screen_draw(struct screen *s, bool reading)
{
	size_t prompt = strlen(prompt_text(s->prompt)) + strlen(s->input);

	list_view_update(&s->list, s->config.roster, false);
	draw_title(s, reading);
	draw_heading(s);
	if (screen_top(s)->kind == VIEW_LIST)
		draw_list(s);
	else
		draw_lines(s, screen_top(s));
	draw_foot(s);
	terminal_show(s->config.terminal, s->prompt != PROMPT_NONE, s->rows > 1 ? s->rows - 2 : 0,
		      prompt < s->columns ? prompt : s->columns - 1);
}
