/* SPDX-License-Identifier: BSD-2-Clause */
#include "full_screen.h"

#include "screen_state.h"
#include "terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct screen *screen_create(const struct screen_config *config)
{
	struct screen *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->config = *config;
	list_view_init(&s->list);
	s->list.follow = config->live;
	terminal_size(s->config.terminal, &s->rows, &s->columns);
	return s;
}

void screen_destroy(struct screen *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < VIEWS_DEEP; i++)
		lines_finish(&s->views[i].lines);
	list_view_finish(&s->list);
	free(s);
}

void screen_tell(struct screen *s, const char *text)
{
	snprintf(s->message, sizeof s->message, "%s", text);
}

static void open_view(struct screen *s, enum view_kind kind, uint64_t session, uint64_t other, uint64_t entry)
{
	struct view *v;

	if (s->depth + 1 == VIEWS_DEEP)
		return;
	v = &s->views[++s->depth];
	lines_clear(&v->lines);
	v->kind = kind;
	v->session = session;
	v->other = other;
	v->entry = entry;
	v->at = v->top = 0;
	v->revision = UINT64_MAX;
	screen_update_view(s, v);
	for (size_t i = 0; kind == VIEW_DIFFERENCE && i < v->lines.count; i++)
		if (v->lines.list[i].style == LINE_MARKED)
			v->at = i;
}

/************ what keys do ************/

static void back(struct screen *s)
{
	if (s->depth)
		lines_clear(&s->views[s->depth--].lines);
	else
		s->list.follow = false;
}

static void move(struct screen *s, long lines)
{
	struct view *v = screen_top(s);
	long at = (long)v->at + lines, last = (long)v->lines.count - 1;

	if (v->kind == VIEW_LIST)
		list_view_move(&s->list, lines);
	else
		v->at = (size_t)(at < 0 ? 0 : at > last ? (last < 0 ? 0 : last) : at);
}

static const struct entry *current_entry(struct screen *s)
{
	struct view *v = screen_top(s);

	screen_update_view(s, v);
	return v->kind == VIEW_SESSION && v->at < v->lines.count
		   ? screen_entry(roster_find(s->config.roster, v->session), v->lines.list[v->at].entry)
		   : NULL;
}

/* The finding of the current line, or the first one behind it, which is about it. */
static void open_finding(struct screen *s)
{
	const struct entry *e = current_entry(s);

	while (e && e->kind != ENTRY_FINDING && e->mark)
		e = e->next;
	if (e && e->kind == ENTRY_FINDING)
		open_view(s, VIEW_FINDING, screen_top(s)->session, 0, e->serial);
	else
		screen_tell(s, "There is no finding about this line.");
}

static void open_current(struct screen *s)
{
	struct roster_row *row = list_view_current(&s->list);

	if (screen_top(s)->kind == VIEW_SESSION)
		open_finding(s);
	else if (screen_top(s)->kind == VIEW_LIST && row)
		open_view(s, VIEW_SESSION, row->number, 0, 0);
}

static void open_bytes(struct screen *s)
{
	const struct entry *e = current_entry(s);

	if (e && (e->kind == ENTRY_COMMAND || e->kind == ENTRY_REPLY || e->kind == ENTRY_LINE))
		open_view(s, VIEW_BYTES, screen_top(s)->session, 0, e->serial);
	else
		screen_tell(s, "This line has no bytes to show.");
}

static void open_difference(struct screen *s)
{
	const struct roster *r = s->config.roster;
	uint64_t marked[2] = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++)
		if (r->rows[i]->marked && count++ < 2)
			marked[count - 1] = r->rows[i]->number;
	if (count == 2)
		open_view(s, VIEW_DIFFERENCE, marked[0], marked[1], 0);
	else
		screen_tell(s, "Mark two sessions with the space bar first.");
}

static void mark(struct screen *s)
{
	struct roster_row *row = list_view_current(&s->list);

	if (!row || screen_top(s)->kind != VIEW_LIST)
		return;
	row->marked = !row->marked;
	s->list.follow = false;
	if (s->list.at + 1 < s->list.count)
		list_view_go(&s->list, s->list.at + 1);
}

static void clear(struct screen *s)
{
	while (s->depth)
		back(s);
	roster_clear(s->config.roster);
	list_view_update(&s->list, s->config.roster, true);
}

static bool find(struct screen *s, int step)
{
	struct view *v = screen_top(s);
	size_t found;

	if (!*s->search)
		return true;
	if (v->kind == VIEW_LIST)
		return list_view_find(&s->list, s->search, step);
	screen_update_view(s, v);
	found = lines_find(&v->lines, v->at + (size_t)step, step, s->search);
	if (found == SIZE_MAX)
		found = lines_find(&v->lines, step > 0 ? 0 : v->lines.count - 1, step, s->search);
	if (found != SIZE_MAX)
		v->at = found;
	return found != SIZE_MAX;
}

static void search(struct screen *s, int step)
{
	if (!find(s, step))
		screen_tell(s, "Not found.");
}

/************ prompts ************/

static void ask(struct screen *s, enum prompt prompt, const char *begin)
{
	s->prompt = prompt;
	snprintf(s->input, sizeof s->input, "%s", begin);
}

static void set_filter(struct screen *s)
{
	struct buf error;

	buf_init(&error, MESSAGE_SIZE);
	if (!filter_set(&s->list.filter, s->input, &error))
		screen_tell(s, buf_string(&error));
	buf_finish(&error);
	while (s->depth)
		back(s);
	list_view_update(&s->list, s->config.roster, true);
}

/* The marked sessions; if there are none, the one that is shown. */
static size_t chosen(struct screen *s, const struct roster_row **rows)
{
	const struct roster *r = s->config.roster;
	const struct roster_row *row =
	    screen_top(s)->session ? roster_find(r, screen_top(s)->session) : list_view_current(&s->list);
	size_t count = 0;

	for (size_t i = 0; i < r->count && count < SAVE_SESSIONS_MAX; i++)
		if (r->rows[i]->marked)
			rows[count++] = r->rows[i];
	if (!count && row)
		rows[count++] = row;
	return count;
}

static void save(struct screen *s)
{
	const struct roster_row **rows = calloc(SAVE_SESSIONS_MAX, sizeof *rows);
	struct save_request request = { .name = s->input, .rows = rows };
	struct buf message;

	if (!rows)
		return;
	request.count = chosen(s, rows);
	buf_init(&message, MESSAGE_SIZE);
	if (request.count && *s->input)
		s->config.save(s->config.context, &request, &message);
	screen_tell(s, buf_string(&message));
	buf_finish(&message);
	free(rows);
}

static void answer(struct screen *s)
{
	enum prompt prompt = s->prompt;

	s->prompt = PROMPT_NONE;
	if (prompt == PROMPT_FILTER)
		set_filter(s);
	else if (prompt == PROMPT_SAVE)
		save(s);
	else if (prompt == PROMPT_SEARCH) {
		memcpy(s->search, s->input, sizeof s->search);
		search(s, 1);
	}
}

/* Removes the last character, of one or more bytes. */
static void erase(char *text)
{
	size_t length = strlen(text);

	while (length > 0 && ((uint8_t)text[length - 1] & 0xC0) == 0x80)
		length--;
	text[length ? length - 1 : 0] = 0;
}

static void type(struct screen *s, uint32_t key)
{
	size_t length = strlen(s->input);
	char *to = s->input + length;

	if (length + 5 > sizeof s->input || key < 0x20 || key > 0xFFFF)
		return;
	if (key < 0x80) {
		*to++ = (char)key;
	} else if (key < 0x800) {
		*to++ = (char)(0xC0 | key >> 6);
		*to++ = (char)(0x80 | (key & 0x3F));
	} else {
		*to++ = (char)(0xE0 | key >> 12);
		*to++ = (char)(0x80 | (key >> 6 & 0x3F));
		*to++ = (char)(0x80 | (key & 0x3F));
	}
	*to = 0;
}

static void on_prompt_key(struct screen *s, uint32_t key)
{
	if (key == PRESS_ENTER)
		answer(s);
	else if (key == PRESS_ESCAPE)
		s->prompt = PROMPT_NONE;
	else if (key == PRESS_ERASE)
		erase(s->input);
	else if (key == 21) /* Ctrl-U */
		s->input[0] = 0;
	else
		type(s, key);
}

/************ keys ************/

static bool on_moving_key(struct screen *s, uint32_t key)
{
	long page = (long)screen_body_rows(s) - 1;

	switch (key) {
	case 'j':
	case PRESS_DOWN:
		move(s, 1);
		return true;
	case 'k':
	case PRESS_UP:
		move(s, -1);
		return true;
	case PRESS_PAGE_DOWN:
	case 6: /* Ctrl-F */
		move(s, page);
		return true;
	case PRESS_PAGE_UP:
	case 2: /* Ctrl-B */
		move(s, -page);
		return true;
	case 'g':
	case PRESS_FIRST:
		move(s, -(long)LINES_MAX * 10);
		return true;
	case 'G':
	case PRESS_LAST:
		move(s, (long)LINES_MAX * 10);
		return true;
	default:
		return false;
	}
}

static bool on_opening_key(struct screen *s, uint32_t key)
{
	switch (key) {
	case PRESS_ENTER:
	case PRESS_RIGHT:
	case 'l':
		open_current(s);
		return true;
	case 'i':
	case PRESS_FUNCTION + 4:
		open_view(s, VIEW_FIGURES, 0, 0, 0);
		return true;
	case 'd':
	case PRESS_FUNCTION + 6:
		open_difference(s);
		return true;
	case 'x':
		open_bytes(s);
		return true;
	case '?':
	case PRESS_FUNCTION + 1:
		open_view(s, VIEW_HELP, 0, 0, 0);
		return true;
	default:
		return false;
	}
}

static bool on_asking_key(struct screen *s, uint32_t key)
{
	switch (key) {
	case '/':
	case PRESS_FUNCTION + 3:
		ask(s, PROMPT_SEARCH, "");
		return true;
	case 'f':
	case PRESS_FUNCTION + 7:
		ask(s, PROMPT_FILTER, s->list.filter.text);
		return true;
	case 's':
	case PRESS_FUNCTION + 2:
		ask(s, PROMPT_SAVE, "");
		return true;
	case 'n':
		search(s, 1);
		return true;
	case 'N':
		search(s, -1);
		return true;
	default:
		return false;
	}
}

static void on_setting_key(struct screen *s, uint32_t key)
{
	switch (key) {
	case ' ':
		mark(s);
		break;
	case 'o':
		s->list.order = (s->list.order + 1) % LIST_ORDERS;
		list_view_update(&s->list, s->config.roster, true);
		break;
	case 'a':
		s->list.follow = !s->list.follow;
		break;
	case 'e':
		s->whole = !s->whole;
		screen_top(s)->revision = UINT64_MAX;
		break;
	case 'p':
	case PRESS_FUNCTION + 8:
		s->paused = !s->paused;
		s->list.until = s->paused ? s->config.roster->newest : UINT64_MAX;
		break;
	case 'c':
	case PRESS_FUNCTION + 5:
		clear(s);
		break;
	default:
		break;
	}
}

static void on_key(struct screen *s, uint32_t key)
{
	s->message[0] = 0;
	if (key == 3 || key == PRESS_FUNCTION + 10 || (key == 'q' && !s->depth)) {
		s->ended = true;
	} else if (key == 'q' || key == 'h' || key == PRESS_LEFT || key == PRESS_ESCAPE) {
		back(s);
	} else if (!on_moving_key(s, key) && !on_opening_key(s, key) && !on_asking_key(s, key)) {
		on_setting_key(s, key);
	}
}

bool screen_keys(struct screen *s)
{
	uint32_t key;

	list_view_update(&s->list, s->config.roster, false);
	while (!s->ended && (key = terminal_read(s->config.terminal)) != PRESS_NONE) {
		if (key == PRESS_RESIZE)
			terminal_size(s->config.terminal, &s->rows, &s->columns);
		else if (s->prompt)
			on_prompt_key(s, key);
		else
			on_key(s, key);
	}
	return !s->ended;
}
