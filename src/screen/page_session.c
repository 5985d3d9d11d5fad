/* SPDX-License-Identifier: BSD-2-Clause */
#include "pages.h"

#include "escape.h"
#include "figures.h"
#include "names.h"
#include <stdio.h>
#include <string.h>

enum { TIME_WIDTH = 10, LABEL_WIDTH = 9, LANE_MIN = 20, LINE_LIMIT = 16 * 1024, ARROW_MIN = 4 };

static enum line_style outcome_style(const struct roster_row *row)
{
	if (!row->ended)
		return LINE_BOLD;
	return row->outcome == SESSION_REJECTED ? LINE_BAD : row->failed ? LINE_WARNING : LINE_GOOD;
}

static void label(struct lines *l, enum line_style style, const char *name, const char *text, size_t width)
{
	struct buf line;

	if (!text || !*text)
		return;
	buf_init(&line, LINE_LIMIT);
	buf_format(&line, "%-*s", LABEL_WIDTH, name);
	buf_text(&line, text);
	lines_wrap(l, style, buf_span(&line), width, LABEL_WIDTH);
	buf_finish(&line);
}

static void head(struct lines *l, const struct roster *r, const struct roster_row *row, size_t width)
{
	const struct roster_story *story = roster_story_find(r, row->story);
	char client[FIGURE_SIZE], server[FIGURE_SIZE], moment[FIGURE_SIZE], text[4 * FIGURE_SIZE];

	figure_endpoint(client, &row->client);
	figure_endpoint(server, &row->server);
	figure_moment(moment, row->start);
	snprintf(text, sizeof text, "Session %llu  %s -> %s  %s  %s", (unsigned long long)row->number, client,
		 server, moment, row->ended ? name_session_outcome(row->outcome) : "open");
	lines_text(l, outcome_style(row), text, width);
	label(l, LINE_BOLD, "Verdict", row->headline, width);
	label(l, LINE_PLAIN, "Side", row->side, width);
	label(l, LINE_PLAIN, "Advice", row->advice, width);
	label(l, LINE_DIM, "Unseen", row->unseen, width);
	if (story)
		label(l, LINE_PLAIN, "Story", story->headline, width);
	lines_gap(l);
}

/************ the ladder ************/

/* "   12.034 ": seconds since the start of the session. */
static void put_time(struct buf *line, const struct roster_row *row, const struct entry *e)
{
	char figure[FIGURE_SIZE] = "";

	if (e->frame.number && e->frame.time >= row->start)
		figure_seconds(figure, e->frame.time - row->start);
	buf_format(line, "%*s ", TIME_WIDTH - 1, figure);
}

static void fill(struct buf *line, size_t columns, const char *with)
{
	for (size_t i = 0; i < columns; i++)
		buf_text(line, with);
}

/* A line of the client with an arrow to the right, or of the server with an arrow from there. */
static void arrow(struct lines *l, const struct roster_row *row, const struct entry *e, struct span text,
		  bool client, bool first, const struct page_look *look)
{
	const char *stroke = look->ascii ? "-" : "─",
		   *point = client ? (look->ascii ? ">" : "▶") : (look->ascii ? "<" : "◀");
	size_t lane = look->width > TIME_WIDTH + LANE_MIN ? look->width - TIME_WIDTH : LANE_MIN;
	size_t room = lane - ARROW_MIN - 2, used;
	struct buf line, visible;

	buf_init(&line, LINE_LIMIT);
	buf_init(&visible, LINE_LIMIT);
	used = escape_append(&visible, text, room);
	if (first)
		put_time(&line, row, e);
	else
		fill(&line, TIME_WIDTH, " ");
	if (client) {
		buf_append(&line, buf_span(&visible));
		buf_text(&line, " ");
		fill(&line, first ? lane - used - 2 : 0, stroke);
		buf_text(&line, first ? point : "");
	} else {
		buf_text(&line, first ? point : " ");
		fill(&line, lane - used - 2, first ? stroke : " ");
		buf_text(&line, " ");
		buf_append(&line, buf_span(&visible));
	}
	lines_add(l,
		  e->mark  ? LINE_WARNING
		  : client ? LINE_CLIENT
			   : LINE_SERVER,
		  buf_span(&line), look->width, e->serial);
	buf_finish(&visible);
	buf_finish(&line);
}

static void put_reply(struct lines *l, const struct roster_row *row, const struct entry *e,
		      const struct page_look *look)
{
	struct span rest = span_of(e->text, e->length);
	struct buf text;
	bool first = true;

	buf_init(&text, LINE_LIMIT);
	do {
		const uint8_t *end = rest.length ? memchr(rest.at, '\n', rest.length) : NULL;
		size_t length = end ? (size_t)(end - rest.at) : rest.length;

		buf_clear(&text);
		if (e->kind == ENTRY_REPLY)
			buf_format(&text, "%u%s", e->code, end || e->more_lines ? "-" : " ");
		buf_append(&text, span_first(rest, length));
		arrow(l, row, e, buf_span(&text), false, first, look);
		rest = span_from(rest, end ? length + 1 : length);
		first = false;
	} while (rest.length && look->whole);
	buf_finish(&text);
}

static void put_body(struct lines *l, const struct roster_row *row, const struct entry *e,
		     const struct page_look *look)
{
	char text[3 * FIGURE_SIZE], bytes[FIGURE_SIZE], took[FIGURE_SIZE] = "";

	figure_many(bytes, e->bytes, "byte", NULL);
	if (e->latency >= 0)
		figure_duration(took, e->latency);
	snprintf(text, sizeof text, "(message, %s%s%s)", bytes, *took ? " in " : "", took);
	arrow(l, row, e, span_text(text), true, true, look);
}

static void put_finding(struct lines *l, const struct entry *e, const struct page_look *look)
{
	struct buf line;

	buf_init(&line, LINE_LIMIT);
	fill(&line, TIME_WIDTH, " ");
	buf_format(&line, "%s %s: ", look->ascii ? "*" : "●", name_severity(e->severity));
	buf_text(&line, entry_finding_text(e, FINDING_TITLE));
	if (e->more)
		buf_format(&line, " (and %llu more)", (unsigned long long)e->more);
	lines_add(l,
		  e->severity == SEVERITY_ERROR	    ? LINE_BAD
		  : e->severity == SEVERITY_WARNING ? LINE_WARNING
						    : LINE_DIM,
		  buf_span(&line), look->width, e->serial);
	buf_finish(&line);
}

static void put_remark(struct lines *l, const struct roster_row *row, const struct entry *e,
		       const struct page_look *look)
{
	struct buf line;

	buf_init(&line, LINE_LIMIT);
	put_time(&line, row, e);
	if (e->kind == ENTRY_FOLD)
		buf_format(&line, "... repeated %llu times", (unsigned long long)e->count);
	else
		buf_append(&line, span_of(e->text, e->length));
	lines_add(l, LINE_DIM, buf_span(&line), look->width, e->serial);
	buf_finish(&line);
}

static void put_entry(struct lines *l, const struct roster_row *row, const struct entry *e,
		      const struct page_look *look)
{
	switch (e->kind) {
	case ENTRY_COMMAND:
		arrow(l, row, e, span_of(e->text, e->length), true, true, look);
		break;
	case ENTRY_BODY:
		put_body(l, row, e, look);
		break;
	case ENTRY_REPLY:
	case ENTRY_LINE:
		put_reply(l, row, e, look);
		break;
	case ENTRY_FINDING:
		put_finding(l, e, look);
		break;
	case ENTRY_REMARK:
	case ENTRY_FOLD:
		put_remark(l, row, e, look);
		break;
	}
}

void page_session(struct lines *l, const struct roster *r, const struct roster_row *row,
		  const struct page_look *look)
{
	const struct dialogue *d = &row->kept.dialogue;
	char left_out[FIGURE_SIZE * 2];

	head(l, r, row, look->width);
	for (const struct entry *e = d->first; e; e = e->next) {
		put_entry(l, row, e, look);
		if (d->omitted && e == d->head_end) {
			snprintf(left_out, sizeof left_out, "          ... %llu lines left out",
				 (unsigned long long)d->omitted);
			lines_text(l, LINE_DIM, left_out, look->width);
		}
	}
	if (!d->first)
		lines_text(l, LINE_DIM, "No dialogue was seen.", look->width);
}

/************ one line of it ************/

void page_finding(struct lines *l, const struct entry *e, const struct page_look *look)
{
	char text[4 * FIGURE_SIZE];

	label(l, LINE_BOLD, "Finding", entry_finding_text(e, FINDING_TITLE), look->width);
	snprintf(text, sizeof text, "%s, %s: %s/%s", name_severity(e->severity), name_certainty(e->certainty),
		 entry_finding_text(e, FINDING_ID), entry_finding_text(e, FINDING_CAUSE));
	label(l, LINE_PLAIN, "Kind", text, look->width);
	lines_gap(l);
	label(l, LINE_PLAIN, "Why", entry_finding_text(e, FINDING_WHY), look->width);
	label(l, LINE_PLAIN, "Advice", entry_finding_text(e, FINDING_FIX), look->width);
	label(l, LINE_PLAIN, "See", entry_finding_text(e, FINDING_REFERENCE), look->width);
	if (e->frame.number) {
		snprintf(text, sizeof text, "%llu", (unsigned long long)e->frame.number);
		label(l, LINE_PLAIN, "Packet", text, look->width);
	}
}

void page_bytes(struct lines *l, const struct entry *e, const struct page_look *look)
{
	const size_t step = 16;
	char text[128];

	for (size_t at = 0; at < e->length; at += step) {
		size_t used = (size_t)snprintf(text, sizeof text, "%06zx  ", at);

		for (size_t i = 0; i < step; i++)
			used += (size_t)(at + i < e->length ? snprintf(text + used, sizeof text - used,
								       "%02x ", (uint8_t)e->text[at + i])
							    : snprintf(text + used, sizeof text - used, "   "));
		text[used++] = ' ';
		for (size_t i = 0; i < step && at + i < e->length; i++) {
			uint8_t byte = (uint8_t)e->text[at + i];

			text[used++] = byte >= 0x20 && byte < 0x7F ? (char)byte : '.';
		}
		text[used] = 0;
		lines_text(l, LINE_PLAIN, text, look->width);
	}
	if (!e->length)
		lines_text(l, LINE_DIM, "No bytes were kept.", look->width);
}
