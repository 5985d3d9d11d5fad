/* SPDX-License-Identifier: BSD-2-Clause */
#include "list_view.h"

#include "escape.h"
#include "figures.h"
#include "names.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_TEXT = 2048 };

void list_view_init(struct list_view *v)
{
	*v = (struct list_view){ .follow = true, .until = UINT64_MAX };
	filter_init(&v->filter);
}

void list_view_finish(struct list_view *v)
{
	filter_finish(&v->filter);
	free(v->rows);
	v->rows = NULL;
}

/************ order ************/

static int by_number(const struct roster_row *a, const struct roster_row *b)
{
	return a->number < b->number ? -1 : a->number > b->number;
}

static int by_endpoint(const struct endpoint *a, const struct endpoint *b)
{
	int result = a->addr.version - b->addr.version;

	if (!result)
		result = memcmp(a->addr.bytes, b->addr.bytes, sizeof a->addr.bytes);
	return result ? result : a->port - b->port;
}

static int compare(const void *one, const void *other, void *order)
{
	const struct roster_row *a = *(struct roster_row *const *)one, *b = *(struct roster_row *const *)other;
	int result = 0;

	switch (*(enum list_order *)order) {
	case BY_START:
		result = a->start < b->start ? -1 : a->start > b->start;
		break;
	case BY_CLIENT:
		result = by_endpoint(&a->client, &b->client);
		break;
	case BY_SERVER:
		result = by_endpoint(&a->server, &b->server);
		break;
	case BY_OUTCOME: /* failed sessions first */
		result = b->failed - a->failed;
		if (!result)
			result = strcmp(name_session_outcome(a->outcome), name_session_outcome(b->outcome));
		break;
	case BY_CAUSE: /* rows without one last */
		result = !*a->cause - !*b->cause;
		if (!result)
			result = strcmp(a->cause, b->cause);
		break;
	case BY_NUMBER:
	case LIST_ORDERS:
		break;
	}
	return result ? result : by_number(a, b);
}

const char *list_order_name(enum list_order order)
{
	static const char *const names[] = { "number", "time", "client", "server", "outcome", "cause" };

	return names[order % LIST_ORDERS];
}

static bool grow(struct list_view *v, size_t count)
{
	struct roster_row **grown;

	if (count <= v->capacity)
		return true;
	grown = realloc(v->rows, (count + 256) * sizeof *grown);
	if (!grown)
		return false;
	v->rows = grown;
	v->capacity = count + 256;
	return true;
}

/* Finds the current session again, or a row near where it was. */
static void keep_current(struct list_view *v)
{
	if (!v->count) {
		v->at = 0;
		v->current = 0;
		return;
	}
	if (v->follow)
		v->at = v->count - 1;
	else
		for (size_t i = 0; i < v->count; i++)
			if (v->rows[i]->number == v->current) {
				v->at = i;
				break;
			}
	if (v->at >= v->count)
		v->at = v->count - 1;
	v->current = v->rows[v->at]->number;
}

void list_view_update(struct list_view *v, const struct roster *r, bool force)
{
	if (!force && v->revision == r->revision)
		return;
	v->revision = r->revision;
	v->count = 0;
	if (!grow(v, r->count))
		return;
	for (size_t i = 0; i < r->count; i++)
		if (r->rows[i]->number <= v->until && filter_shows(&v->filter, r->rows[i]))
			v->rows[v->count++] = r->rows[i];
	if (v->count)
		qsort_r(v->rows, v->count, sizeof *v->rows, compare, &v->order);
	keep_current(v);
}

/************ moving ************/

void list_view_go(struct list_view *v, size_t index)
{
	if (!v->count)
		return;
	v->at = index < v->count ? index : v->count - 1;
	v->current = v->rows[v->at]->number;
	v->follow = v->at + 1 == v->count;
}

void list_view_move(struct list_view *v, long rows)
{
	if (rows < 0)
		list_view_go(v, v->at < (size_t)-rows ? 0 : v->at - (size_t)-rows);
	else
		list_view_go(v, v->at + (size_t)rows);
}

struct roster_row *list_view_current(const struct list_view *v)
{
	return v->at < v->count ? v->rows[v->at] : NULL;
}

void list_view_scroll(struct list_view *v, size_t height)
{
	if (v->at < v->top)
		v->top = v->at;
	if (height && v->at >= v->top + height)
		v->top = v->at - height + 1;
	if (v->top + height > v->count)
		v->top = v->count > height ? v->count - height : 0;
}

bool list_view_find(struct list_view *v, const char *word, int step)
{
	struct buf text;
	bool found = false;

	buf_init(&text, ROW_TEXT);
	for (size_t n = 1; n <= v->count && !found; n++) {
		size_t i = step > 0 ? (v->at + n) % v->count : (v->at + v->count - n % v->count) % v->count;

		buf_clear(&text);
		list_view_text(&text, v->rows[i], ROW_TEXT / 4);
		if (strcasestr(buf_string(&text), word)) {
			list_view_go(v, i);
			v->follow = false;
			found = true;
		}
	}
	buf_finish(&text);
	return found;
}

/************ a row as text ************/

struct columns {
	size_t client, server, from, to, cause;
};

enum { NUMBER_WIDTH = 6, START_WIDTH = 8, OUTCOME_WIDTH = 9, CODE_WIDTH = 3 };

/* The fixed columns take 32 columns with the blanks between; the rest is shared. */
static struct columns columns_for(size_t width)
{
	size_t left = width > 80 ? width - 80 : 0;
	struct columns c = { .client = 10, .server = 0, .from = 10, .to = 12, .cause = 13 };

	if (left >= 10) {
		c.server = left >= 20 ? 15 : 9;
		left -= c.server + 1;
	}
	c.client += left / 5;
	c.from += left / 4;
	c.to += left / 4;
	c.cause += left - left / 5 - 2 * (left / 4);
	return c;
}

/* |text| in |width| columns; the end of an address tells more than its beginning if |tail|. */
static void put(struct buf *out, const char *text, size_t width, bool tail)
{
	struct span s = span_text(text);
	size_t whole = escape_width(s), used;

	if (!width)
		return;
	if (tail && whole > width && whole == s.length) {
		buf_text(out, "…");
		used = 1 + escape_append(out, span_from(s, whole - width + 1), width - 1);
	} else {
		used = escape_append(out, s, width);
	}
	for (; used <= width; used++)
		buf_text(out, " ");
}

void list_view_heading(struct buf *out, size_t width)
{
	struct columns c = columns_for(width);

	buf_format(out, "%*s ", NUMBER_WIDTH, "#");
	put(out, "START", START_WIDTH, false);
	put(out, "CLIENT", c.client, false);
	put(out, "SERVER", c.server, false);
	put(out, "FROM", c.from, false);
	put(out, "TO", c.to, false);
	put(out, "OUTCOME", OUTCOME_WIDTH, false);
	put(out, "COD", CODE_WIDTH, false);
	put(out, "CAUSE", c.cause, false);
}

void list_view_text(struct buf *out, const struct roster_row *row, size_t width)
{
	struct columns c = columns_for(width);
	char address[ADDR_TEXT_SIZE], start[TSTAMP_TEXT_SIZE], to[ROSTER_TEXT_SIZE + 24], code[12] = "";

	buf_format(out, "%s%*llu%s", row->marked ? "*" : " ", NUMBER_WIDTH - 1,
		   (unsigned long long)row->number, row->story ? "+" : " ");
	tstamp_format(start, row->start, 0);
	/* "2026-11-28T15:04:05Z" */
	if (strlen(start) == 20)
		start[19] = 0;
	put(out, strlen(start) > 11 ? start + 11 : start, START_WIDTH, false);
	addr_format(address, &row->client.addr);
	put(out, address, c.client, true);
	addr_format(address, &row->server.addr);
	put(out, address, c.server, true);
	put(out, row->from, c.from, false);
	snprintf(to, sizeof to, row->more_recipients ? "%s +%zu" : "%s", row->to, row->more_recipients);
	put(out, to, c.to, false);
	put(out, row->ended ? name_session_outcome(row->outcome) : "open", OUTCOME_WIDTH, false);
	if (row->code)
		snprintf(code, sizeof code, "%u", row->code);
	put(out, code, CODE_WIDTH, false);
	put(out, row->cause, c.cause, false);
}
