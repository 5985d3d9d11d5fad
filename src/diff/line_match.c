/* SPDX-License-Identifier: BSD-2-Clause */
#include "line_match.h"

#include <stdlib.h>

static uint64_t hash_of(const uint8_t *at, size_t length)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static size_t end_of(const struct sighted_stream *s, size_t range)
{
	size_t to = s->ranges[range].to;

	return s->tls_from < (int64_t)to ? (size_t)(s->tls_from > 0 ? s->tls_from : 0) : to;
}

static size_t count_lines(const struct sighted_stream *s)
{
	size_t count = 0;

	for (size_t r = 0; r < s->range_count; r++) {
		size_t end = end_of(s, r);

		for (size_t at = s->ranges[r].from; at < end; count++) {
			const uint8_t *lf = memchr(s->bytes + at, '\n', end - at);

			at = lf ? (size_t)(lf - s->bytes) + 1 : end;
		}
	}
	return count;
}

static void split(struct line_match *m, int which)
{
	const struct sighted_stream *s = m->streams[which];
	struct stream_line *line = m->lines[which];

	for (size_t r = 0; r < s->range_count; r++) {
		size_t end = end_of(s, r), from = s->ranges[r].from;

		for (size_t at = from; at < end; line++) {
			const uint8_t *lf = memchr(s->bytes + at, '\n', end - at);
			size_t length = lf ? (size_t)(lf - s->bytes) + 1 - at : end - at;

			*line = (struct stream_line){ .at = at,
						      .length = length,
						      .hash = hash_of(s->bytes + at, length),
						      .range = r,
						      .whole = lf && (at > from || at == 0) };
			at += length;
		}
	}
	m->counts[which] = (size_t)(line - m->lines[which]);
}

static bool same(const struct line_match *m, size_t i, size_t j)
{
	const struct stream_line *a, *b;

	if (i >= m->counts[0] || j >= m->counts[1])
		return false;
	a = &m->lines[0][i];
	b = &m->lines[1][j];
	return a->whole && b->whole && a->hash == b->hash && a->length == b->length &&
	       memcmp(m->streams[0]->bytes + a->at, m->streams[1]->bytes + b->at, a->length) == 0;
}

/*
 * Finds the nearest lines behind |i| and |j| that match. Returns false if there are none in reach; then the hunk takes all that is left.
 */
static bool resume(const struct line_match *m, size_t i, size_t j, struct line_hunk *hunk)
{
	for (size_t sum = 1; sum <= 2 * LINE_MATCH_WINDOW; sum++) {
		for (size_t k = 0; k <= sum; k++) {
			/* Equal numbers first: most devices replace lines. */
			size_t left = k % 2 ? sum / 2 + (k + 1) / 2 : sum / 2 - k / 2, right = sum - left;

			if (left > LINE_MATCH_WINDOW || right > LINE_MATCH_WINDOW ||
			    !same(m, i + left, j + right))
				continue;
			hunk->count[0] = left;
			hunk->count[1] = right;
			return true;
		}
	}
	hunk->count[0] = m->counts[0] - i;
	hunk->count[1] = m->counts[1] - j;
	return false;
}

/* Is nothing missing in capture |which| from the line before the hunk to the one behind it? */
static bool is_gapless(const struct line_match *m, const struct line_hunk *h, int which, bool from_start)
{
	const struct stream_line *lines = m->lines[which];
	size_t first = h->from[which], last = first + h->count[which];
	size_t range;

	if (first == 0 && (!from_start || (m->counts[which] && lines[0].at != 0)))
		return false;
	for (size_t i = first; i < last; i++)
		if (!lines[i].whole)
			return false;
	if (first == 0 && last == 0)
		return true;
	range = lines[first ? first - 1 : 0].range;
	if (last < m->counts[which])
		last++;
	return lines[last - 1].range == range;
}

static void note_match(struct line_match *m, size_t i, size_t j)
{
	int64_t at = (int64_t)m->lines[0][i].at, shift = (int64_t)m->lines[1][j].at - at;

	if (!m->matched) {
		m->matched = true;
		m->shift = shift;
	} else if (shift != m->shift && m->same_until == SIGHTING_NEVER) {
		m->same_until = at;
	}
}

static void align(struct line_match *m, bool from_start)
{
	size_t i = 0, j = 0;

	while (i < m->counts[0] || j < m->counts[1]) {
		struct line_hunk *h = &m->hunks[m->hunk_count];
		bool goes_on;

		if (same(m, i, j)) {
			note_match(m, i++, j++);
			continue;
		}
		if (m->hunk_count == LINE_MATCH_HUNKS) {
			m->gave_up = true;
			return;
		}
		*h = (struct line_hunk){ .from = { i, j } };
		goes_on = resume(m, i, j, h);
		if (!goes_on && (h->count[0] > LINE_MATCH_WINDOW || h->count[1] > LINE_MATCH_WINDOW) &&
		    h->count[0] && h->count[1]) {
			m->gave_up = true;
			h->count[0] = h->count[1] = 0;
			return;
		}
		h->proven = is_gapless(m, h, 0, from_start) && is_gapless(m, h, 1, from_start) &&
			    (goes_on || h->count[0] == h->count[1]);
		i += h->count[0];
		j += h->count[1];
		m->hunk_count++;
	}
}

bool line_match_find(struct line_match *m, const struct sighted_stream *one,
		     const struct sighted_stream *other, bool from_start)
{
	*m = (struct line_match){ .streams = { one, other }, .same_until = SIGHTING_NEVER };
	for (int which = 0; which < 2; which++) {
		m->lines[which] = calloc(count_lines(m->streams[which]) + 1, sizeof *m->lines[which]);
		if (!m->lines[which])
			return false;
		split(m, which);
	}
	align(m, from_start);
	return true;
}

void line_match_each(const struct line_match *m,
		     void (*found)(void *context, const struct stream_line *one,
				   const struct stream_line *other),
		     void *context)
{
	size_t i = 0, j = 0;

	for (size_t h = 0; h <= m->hunk_count; h++) {
		bool end = h == m->hunk_count;

		while (i < (end ? m->counts[0] : m->hunks[h].from[0]) &&
		       j < (end ? m->counts[1] : m->hunks[h].from[1]) && same(m, i, j)) {
			found(context, &m->lines[0][i], &m->lines[1][j]);
			i++;
			j++;
		}
		if (end)
			return;
		i += m->hunks[h].count[0];
		j += m->hunks[h].count[1];
	}
}

void line_match_finish(struct line_match *m)
{
	free(m->lines[0]);
	free(m->lines[1]);
	m->lines[0] = m->lines[1] = NULL;
}
