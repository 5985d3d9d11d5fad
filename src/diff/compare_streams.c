/* SPDX-License-Identifier: BSD-2-Clause */
#include "comparison.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { TEXT = 500, PAIRS_MAX = LINE_MATCH_WINDOW, FIELD_MAX = 40, FIELDS_NAMED = 3, SEPARATOR = 3 };

/* Changes in message text, which is counted and not shown. */
struct message_changes {
	unsigned changed, removed, added;
	char fields[FIELDS_NAMED][FIELD_MAX]; /* names of header fields that were added */
	size_t field_count;
	struct difference diff;
	bool any;
};

/* Two lines of a hunk that belong together; SIZE_MAX: the other capture has none. */
struct line_pair {
	size_t index[2];
};

static struct span bytes_of(const struct line_match *m, int which, size_t index)
{
	const struct stream_line *line = &m->lines[which][index];

	return span_of(m->streams[which]->bytes + line->at, line->length);
}

static const struct sighted_line *shown_line(const struct comparison *c, enum direction d, int which,
					     size_t index)
{
	const struct stream_line *line;

	if (index == SIZE_MAX)
		return NULL;
	line = &c->lines[d].lines[which][index];
	return sighting_line(c->captures[which], d, (int64_t)line->at, (int64_t)(line->at + line->length));
}

/* The packet that carried the first byte of a line. */
static uint64_t frame_of(const struct comparison *c, enum direction d, int which, size_t index, tstamp *time)
{
	const struct transmission *t = NULL;

	*time = TSTAMP_NONE;
	if (index != SIZE_MAX)
		t = sighting_carrier(c->captures[which], d, (int64_t)c->lines[d].lines[which][index].at);
	if (!t)
		return 0;
	*time = t->time;
	return t->frame;
}

/* Which one came first on the way? Unknown: the first capture. */
static int from_of(const struct comparison *c, enum direction d)
{
	int near = comparison_near(c, d);

	return near < 0 ? 0 : near;
}

static bool is_starttls(const struct sighted_line *line)
{
	return line && line->kind == LINE_OFFER && strncasecmp(line->text + SEPARATOR + 1, "STARTTLS", 8) == 0;
}

enum change { CHANGED, REMOVED, ADDED };

static enum difference_kind kind_of(const struct sighted_line *before, const struct sighted_line *after,
				    enum change change)
{
	const struct sighted_line *line = before ? before : after;

	if (change != ADDED && is_starttls(before) && !is_starttls(after))
		return DIFFERENCE_STARTTLS_MASKED;
	switch (line->kind) {
	case LINE_GREETING:
		return DIFFERENCE_GREETING_CHANGED;
	case LINE_OFFER:
		return (enum difference_kind)(DIFFERENCE_OFFER_CHANGED + change);
	case LINE_COMMAND:
		return (enum difference_kind)(DIFFERENCE_COMMAND_CHANGED + change);
	default:
		return (enum difference_kind)(DIFFERENCE_REPLY_CHANGED + change);
	}
}

static void title_of(char title[static TEXT], const struct comparison *c, enum direction d,
		     enum difference_kind kind, enum change change)
{
	static const char *const changes[] = { "changed", "removed", "added" };
	const char *what;

	switch (kind) {
	case DIFFERENCE_STARTTLS_MASKED:
		snprintf(title, TEXT, "STARTTLS is %s in the EHLO reply%s",
			 change == CHANGED ? "masked" : "removed", comparison_way(c, d));
		return;
	case DIFFERENCE_GREETING_CHANGED:
		what = "The greeting";
		break;
	case DIFFERENCE_OFFER_CHANGED:
	case DIFFERENCE_OFFER_REMOVED:
	case DIFFERENCE_OFFER_ADDED:
		what = "A line of the EHLO reply";
		break;
	default:
		what = d == DIR_CLIENT ? "A command" : "A reply";
		break;
	}
	if (comparison_near(c, d) < 0 && change != CHANGED)
		snprintf(title, TEXT, "%s is only in capture %s", what, change == REMOVED ? "A" : "B");
	else
		snprintf(title, TEXT, "%s is %s%s", what, changes[change], comparison_way(c, d));
}

static const char *reason_of(const struct comparison *c, enum difference_kind kind)
{
	if (c->connection == CONNECTION_SEPARATE)
		return "A proxy between the two points has a connection of its own on each side, and passes on what it wants.";
	if (kind == DIFFERENCE_STARTTLS_MASKED)
		return "A device between the two points forces the client to go on without TLS: its inspection of SMTP has to be turned off.";
	return "The same place of the stream has other bytes at the two points, so a device between them changes what is said.";
}

static char *copy_text(const struct sighted_line *line)
{
	return line ? strdup(line->text) : NULL;
}

static struct difference difference_of(const struct comparison *c, enum direction d, const struct line_pair *p)
{
	struct difference diff = { .direction = d,
				   .certainty = comparison_certainty(c, CERTAINTY_CERTAIN),
				   .matters = true };

	for (int i = 0; i < 2; i++)
		diff.frames[i] = frame_of(c, d, i, p->index[i], &diff.times[i]);
	return diff;
}

/************ message text ************/

/* Takes the name of a header field that was added, if |line| looks like one. */
static void note_field(struct message_changes *m, struct span line)
{
	size_t length = 0;

	while (length < line.length && (isalnum(line.at[length]) || line.at[length] == '-'))
		length++;
	if (m->field_count == FIELDS_NAMED || length < 2 || length >= FIELD_MAX || length == line.length ||
	    line.at[length] != ':')
		return;
	memcpy(m->fields[m->field_count], line.at, length);
	m->fields[m->field_count++][length] = 0;
}

static void note_message(struct comparison *c, struct message_changes *m, enum direction d,
			 const struct line_pair *p)
{
	int from = from_of(c, d);
	bool before = p->index[from] != SIZE_MAX, after = p->index[1 - from] != SIZE_MAX;

	if (!m->any)
		m->diff = difference_of(c, d, p);
	m->any = true;
	m->changed += before && after;
	m->removed += before && !after;
	m->added += !before && after;
	if (!before && after)
		note_field(m, bytes_of(&c->lines[d], 1 - from, p->index[1 - from]));
}

static void add_message(struct comparison *c, struct message_changes *m)
{
	char title[TEXT], why[TEXT];
	size_t used;

	if (!m->any)
		return;
	m->diff.kind = DIFFERENCE_MESSAGE_CHANGED;
	snprintf(title, sizeof title, "The message text differs%s", comparison_way(c, m->diff.direction));
	used = (size_t)snprintf(why, sizeof why, "Lines changed: %u; removed: %u; added: %u.", m->changed,
				m->removed, m->added);
	for (size_t i = 0; i < m->field_count; i++)
		used += (size_t)snprintf(why + used, sizeof why - used, "%s%s",
					 i ? ", " : " Header fields added: ", m->fields[i]);
	if (m->field_count)
		snprintf(why + used, sizeof why - used, ".");
	difference_add(&c->differences, &m->diff, title, why);
}

/************ lines ************/

static void add_pair(struct comparison *c, struct message_changes *m, enum direction d,
		     const struct line_pair *p)
{
	const struct sighted_line *lines[2] = { shown_line(c, d, 0, p->index[0]),
						shown_line(c, d, 1, p->index[1]) };
	int from = from_of(c, d);
	enum change change = p->index[from] == SIZE_MAX	      ? ADDED
			     : p->index[1 - from] == SIZE_MAX ? REMOVED
							      : CHANGED;
	struct difference diff;
	char title[TEXT];

	if (!lines[0] && !lines[1]) {
		note_message(c, m, d, p);
		return;
	}
	diff = difference_of(c, d, p);
	diff.kind = kind_of(lines[from], lines[1 - from], change);
	diff.texts[0] = copy_text(lines[0]);
	diff.texts[1] = copy_text(lines[1]);
	title_of(title, c, d, diff.kind, change);
	difference_add(&c->differences, &diff, title, reason_of(c, diff.kind));
}

/* Do two lines of a reply differ only in the mark of its last line? */
static bool is_same_text(struct span a, struct span b)
{
	return a.length > SEPARATOR + 1 && a.length == b.length && memcmp(a.at, b.at, SEPARATOR) == 0 &&
	       memcmp(a.at + SEPARATOR + 1, b.at + SEPARATOR + 1, a.length - SEPARATOR - 1) == 0;
}

/*
 * Finds which of the lines of a hunk belong together: with |exactly|, the same text, else the same length or, if there are as many on both
 * sides, the same place.
 */
static size_t find_partner(const struct line_match *m, const struct line_hunk *h, size_t i, const bool *taken,
			   bool exactly)
{
	struct span line = bytes_of(m, 0, h->from[0] + i);

	for (size_t j = 0; j < h->count[1]; j++) {
		struct span other = bytes_of(m, 1, h->from[1] + j);

		if (!taken[j] && (exactly ? is_same_text(line, other) : line.length == other.length))
			return j;
	}
	if (!exactly && h->count[0] == h->count[1] && !taken[i])
		return i;
	return SIZE_MAX;
}

static void add_hunk(struct comparison *c, struct message_changes *m, enum direction d,
		     const struct line_hunk *h)
{
	const struct line_match *lines = &c->lines[d];
	bool done[PAIRS_MAX] = { 0 }, taken[PAIRS_MAX] = { 0 };

	if (h->count[0] > PAIRS_MAX || h->count[1] > PAIRS_MAX)
		return;
	for (size_t i = 0; d == DIR_SERVER && i < h->count[0]; i++) {
		size_t j = find_partner(lines, h, i, taken, true);

		if (j != SIZE_MAX)
			done[i] = taken[j] = true;
	}
	for (size_t i = 0; i < h->count[0]; i++) {
		struct line_pair p = { { h->from[0] + i, SIZE_MAX } };
		size_t j;

		if (done[i])
			continue;
		j = find_partner(lines, h, i, taken, false);
		if (j != SIZE_MAX) {
			p.index[1] = h->from[1] + j;
			taken[j] = true;
		}
		add_pair(c, m, d, &p);
	}
	for (size_t j = 0; j < h->count[1]; j++)
		if (!taken[j])
			add_pair(c, m, d, &(struct line_pair){ { SIZE_MAX, h->from[1] + j } });
}

static void add_rest(struct comparison *c, enum direction d)
{
	const struct line_match *m = &c->lines[d];
	const struct line_hunk *last =
	    &m->hunks[m->hunk_count < LINE_MATCH_HUNKS ? m->hunk_count : LINE_MATCH_HUNKS - 1];
	struct line_pair p = { { last->from[0], last->from[1] } };
	struct difference diff;
	char title[TEXT];

	if (p.index[0] >= m->counts[0] || p.index[1] >= m->counts[1])
		return;
	diff = difference_of(c, d, &p);
	diff.kind = DIFFERENCE_STREAM_CHANGED;
	diff.certainty = comparison_certainty(c, CERTAINTY_LIKELY);
	snprintf(title, sizeof title, "The %s's bytes from here on have little in common",
		 d == DIR_CLIENT ? "client" : "server");
	difference_add(&c->differences, &diff, title,
		       "Too many lines in a row differ to compare them one by one.");
}

/************ TLS ************/

/* Returns the bytes from |from| on that were captured without a gap. */
static struct span bytes_from(const struct sighted_stream *s, int64_t from)
{
	for (size_t i = 0; from >= 0 && i < s->range_count; i++)
		if ((size_t)from >= s->ranges[i].from && (size_t)from < s->ranges[i].to)
			return span_of(s->bytes + from, s->ranges[i].to - (size_t)from);
	return (struct span){ 0 };
}

/* Compares the records of TLS. Returns true if they differ. */
static bool compare_tls(struct comparison *c, enum direction d)
{
	const struct sighted_stream *a = &c->captures[0]->side[d], *b = &c->captures[1]->side[d];
	struct span one = bytes_from(a, a->tls_from), other = bytes_from(b, b->tls_from);
	struct difference diff = { .kind = DIFFERENCE_TLS_CHANGED,
				   .direction = d,
				   .matters = true,
				   .certainty = comparison_certainty(c, CERTAINTY_CERTAIN),
				   .times = { TSTAMP_NONE, TSTAMP_NONE } };
	size_t length = one.length < other.length ? one.length : other.length;

	if (a->tls_from == SIGHTING_NEVER || b->tls_from == SIGHTING_NEVER || !length ||
	    !(c->captures[0]->from_start && c->captures[1]->from_start) ||
	    memcmp(one.at, other.at, length) == 0)
		return false;
	difference_add(
	    &c->differences, &diff, "TLS is not the same connection at the two points",
	    "The TLS records differ: a device between the two points ends TLS and can read the mail.");
	return true;
}

void compare_streams(struct comparison *c)
{
	bool tls = false;

	for (int d = DIR_SERVER; d >= DIR_CLIENT; d--) {
		struct message_changes m = { 0 };

		for (size_t i = 0; i < c->lines[d].hunk_count; i++)
			if (c->lines[d].hunks[i].proven)
				add_hunk(c, &m, (enum direction)d, &c->lines[d].hunks[i]);
		add_message(c, &m);
		if (c->lines[d].gave_up)
			add_rest(c, (enum direction)d);
		tls = tls || compare_tls(c, (enum direction)d);
	}
}
