/* SPDX-License-Identifier: BSD-2-Clause */
#include "recognition.h"

#include "line_match.h"

#include <ctype.h>
#include <stdlib.h>

enum {
	TOKEN_MIN = 8,	  /* characters of an identifier, */
	TOKEN_DIGITS = 3, /* of which this many digits */
	LINES_MIN = 4,
	TIMES_RATIO = 10, /* the session must take this much longer than its times vary */
	OVERLAP_MIN = 16, /* equal bytes at equal sequence numbers */
	SEQUENCE_FAR = 1 << 24
};

/************ the handshake ************/

static bool has_same_numbers(const struct sighted_syn *a, const struct sighted_syn *b)
{
	return a->seen && b->seen &&
	       (a->seq == b->seq || (a->options.has_timestamp && b->options.has_timestamp &&
				     a->options.timestamp_value == b->options.timestamp_value));
}

/* Timestamps of their own: another connection, or a proxy. */
static bool has_other_timestamps(const struct sighted_syn *a, const struct sighted_syn *b)
{
	return a->seen && b->seen && a->options.has_timestamp && b->options.has_timestamp &&
	       a->options.timestamp_value != b->options.timestamp_value;
}

/************ identifiers ************/

/* Takes the next word of letters, digits and hyphens off |text|. */
static struct span take_word(struct span *text)
{
	size_t from = 0, to;
	struct span word;

	while (from < text->length && !isalnum(text->at[from]))
		from++;
	to = from;
	while (to < text->length && (isalnum(text->at[to]) || text->at[to] == '-'))
		to++;
	word = span_of(text->at + from, to - from);
	*text = span_from(*text, to);
	return word;
}

static bool is_identifier(struct span word)
{
	size_t digits = 0;

	for (size_t i = 0; i < word.length; i++)
		digits += isdigit(word.at[i]) != 0;
	return word.length >= TOKEN_MIN && digits >= TOKEN_DIGITS;
}

/* Did the client say |word|, so that every server may repeat it in every session? */
static bool is_of_client(const struct sighting *s, struct span word)
{
	for (size_t i = 0; i < s->line_count; i++)
		if (s->lines[i].direction == DIR_CLIENT &&
		    memmem(s->lines[i].text, strlen(s->lines[i].text), word.at, word.length))
			return true;
	return false;
}

static bool has_reply_with(const struct sighting *s, struct span word)
{
	for (size_t i = 0; i < s->line_count; i++)
		if (s->lines[i].kind == LINE_REPLY &&
		    memmem(s->lines[i].text, strlen(s->lines[i].text), word.at, word.length))
			return true;
	return false;
}

/* Does a positive reply name an identifier, such as a queue id, that the other session names, too? */
static bool has_same_identifier(const struct sighting *a, const struct sighting *b)
{
	for (size_t i = 0; i < a->line_count; i++) {
		struct span text = span_text(a->lines[i].text), word;

		if (a->lines[i].kind != LINE_REPLY || a->lines[i].text[0] != '2')
			continue;
		while (text.length) {
			word = take_word(&text);
			if (is_identifier(word) && has_reply_with(b, word) && !is_of_client(a, word))
				return true;
		}
	}
	return false;
}

/************ sequence numbers ************/

/* Bytes at the same sequence numbers: |*all| that both captures have, |*equal| of them. */
static void compare_places(const struct sighting *a, const struct sighting *b, enum direction d,
			   size_t *equal, size_t *all)
{
	const struct sighted_stream *one = &a->side[d], *other = &b->side[d];
	int32_t shift = (int32_t)(a->marks.side[d].first_seq - b->marks.side[d].first_seq);

	if (!a->marks.side[d].placed || !b->marks.side[d].placed || shift > SEQUENCE_FAR ||
	    shift < -SEQUENCE_FAR)
		return;
	for (size_t i = 0; i < one->range_count; i++) {
		for (size_t j = 0; j < other->range_count; j++) {
			int64_t from = (int64_t)other->ranges[j].from - shift,
				to = (int64_t)other->ranges[j].to - shift;

			if (from < (int64_t)one->ranges[i].from)
				from = (int64_t)one->ranges[i].from;
			if (to > (int64_t)one->ranges[i].to)
				to = (int64_t)one->ranges[i].to;
			for (int64_t at = from; at < to; at++, ++*all)
				*equal += one->bytes[at] == other->bytes[at + shift];
		}
	}
}

static bool has_same_places(const struct sighting *a, const struct sighting *b)
{
	size_t equal = 0, all = 0;

	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++)
		compare_places(a, b, (enum direction)d, &equal, &all);
	return equal >= OVERLAP_MIN && equal * 3 > all * 2;
}

/************ single segments ************/

static int compare_numbers(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

/* Sets |*numbers| to the two sequence numbers of each segment of |d|, sorted; owned by the caller. Returns how many there are. */
static size_t take_numbers(const struct sighting *s, enum direction d, uint64_t **numbers)
{
	size_t count = 0;

	*numbers = calloc(s->sent_count + 1, sizeof **numbers);
	for (size_t i = 0; *numbers && i < s->sent_count; i++) {
		const struct transmission *t = &s->sent[i];

		/* A reset to a closed port has the number 0 (RFC 9293 3.10.7.1). */
		if (t->direction == d && (t->flags & TCP_ACK) && !((t->flags & TCP_RST) && !t->seq))
			(*numbers)[count++] = (uint64_t)t->seq << 32 | t->acknowledged;
	}
	if (count)
		qsort(*numbers, count, sizeof **numbers, compare_numbers);
	return count;
}

/*
 * Do both captures have a segment with the same number that acknowledges the same number? Those are 64 bits that two connections do not share.
 * It is the only evidence of a session of few packets that has neither a handshake nor many bytes.
 */
static bool has_same_segment(const struct sighting *a, const struct sighting *b, enum direction d)
{
	uint64_t *one, *other;
	size_t ones = take_numbers(a, d, &one), others = take_numbers(b, d, &other), i = 0, j = 0;

	while (i < ones && j < others && one[i] != other[j])
		if (one[i] < other[j])
			i++;
		else
			j++;
	free(one);
	free(other);
	return i < ones && j < others;
}

/************ lines and their times ************/

struct rhythm {
	const struct sighting *a, *b;
	enum direction direction;
	size_t lines;
	bool known;
	int64_t low, high;  /* of the time in |b| minus that in |a| */
	tstamp first, last; /* in |a| */
};

static void note_line(void *context, const struct stream_line *one, const struct stream_line *other)
{
	struct rhythm *r = context;
	const struct transmission *t = sighting_carrier(r->a, r->direction, (int64_t)one->at),
				  *u = sighting_carrier(r->b, r->direction, (int64_t)other->at);
	int64_t delay;

	r->lines++;
	if (!t || !u)
		return;
	delay = u->time - t->time;
	r->low = r->known && r->low < delay ? r->low : delay;
	r->high = r->known && r->high > delay ? r->high : delay;
	r->first = r->known && r->first < t->time ? r->first : t->time;
	r->last = r->known && r->last > t->time ? r->last : t->time;
	r->known = true;
}

static bool has_same_rhythm(const struct sighting *a, const struct sighting *b)
{
	struct rhythm r = { .a = a, .b = b };
	size_t all = 0;

	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++) {
		struct line_match m;

		r.direction = (enum direction)d;
		if (line_match_find(&m, &a->side[d], &b->side[d], a->from_start && b->from_start))
			line_match_each(&m, note_line, &r);
		all += m.counts[0] < m.counts[1] ? m.counts[0] : m.counts[1];
		line_match_finish(&m);
	}
	return r.known && r.lines >= LINES_MIN && r.lines * 5 >= all * 4 &&
	       r.last - r.first >= TSTAMP_SECOND && (r.high - r.low) * TIMES_RATIO <= r.last - r.first;
}

bool recognition_is_same(const struct sighting *a, const struct sighting *b)
{
	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++)
		if (has_same_numbers(&a->side[d].syn, &b->side[d].syn))
			return true;
	if (has_same_segment(a, b, DIR_CLIENT) || has_same_segment(a, b, DIR_SERVER) ||
	    has_same_identifier(a, b) || has_same_places(a, b))
		return true;
	return !has_other_timestamps(&a->side[DIR_CLIENT].syn, &b->side[DIR_CLIENT].syn) &&
	       !has_other_timestamps(&a->side[DIR_SERVER].syn, &b->side[DIR_SERVER].syn) &&
	       has_same_rhythm(a, b);
}
