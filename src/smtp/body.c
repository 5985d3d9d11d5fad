/* SPDX-License-Identifier: BSD-2-Clause */
#include "body.h"

void body_begin(struct body *b)
{
	*b = (struct body){ .tail = { 0, 0, 0, '\r', '\n' } };
}

/* Returns the byte |back| positions before the one at |at|, from the current bytes or from the tail. */
static uint8_t before(const struct body *b, struct span bytes, size_t at, size_t back)
{
	if (at >= back)
		return bytes.at[at - back];
	return b->tail[BODY_TAIL - (back - at)];
}

static void note_crlf(struct body *b, struct span bytes)
{
	size_t from = 0;

	/* Usually the first LF decides. */
	while (!b->crlf && from < bytes.length) {
		const uint8_t *lf = memchr(bytes.at + from, '\n', bytes.length - from);
		size_t at = lf ? (size_t)(lf - bytes.at) : bytes.length;

		b->crlf = lf && (at ? lf[-1] : b->seen ? b->tail[BODY_TAIL - 1] : 0) == '\r';
		from = at + 1;
	}
}

static void keep_tail(struct body *b, struct span bytes)
{
	if (bytes.length >= BODY_TAIL) {
		memcpy(b->tail, bytes.at + bytes.length - BODY_TAIL, BODY_TAIL);
		return;
	}
	memmove(b->tail, b->tail + bytes.length, BODY_TAIL - bytes.length);
	memcpy(b->tail + BODY_TAIL - bytes.length, bytes.at, bytes.length);
}

static enum body_result stop(struct body *b, struct span bytes, size_t at, size_t *used, enum body_result result)
{
	*used = at + 1;
	note_crlf(b, span_first(bytes, *used));
	b->seen += *used;
	b->bytes += *used;
	keep_tail(b, span_first(bytes, *used));
	if (result == BODY_END)
		b->bytes -= b->bytes < 3 ? b->bytes : 3;
	return result;
}

/* Returns whether the line end at |at| ends a line that contains only a dot, and how strictly. */
static enum body_result dot_line(const struct body *b, struct span bytes, size_t at)
{
	bool lf = bytes.at[at] == '\n';
	bool crlf = lf && before(b, bytes, at, 1) == '\r';
	size_t dot = crlf ? 2 : 1;
	uint8_t end_before = before(b, bytes, at, dot + 1);

	if (before(b, bytes, at, dot) != '.' || (end_before != '\n' && end_before != '\r'))
		return BODY_MORE;
	if (crlf && end_before == '\n' && before(b, bytes, at, dot + 2) == '\r')
		return BODY_END;
	/* The deciding byte was not captured. */
	if (crlf && end_before == '\n' && b->gap && before(b, bytes, at, dot + 2) == 0)
		return BODY_MORE;
	/* A CR after the dot is lax only if no LF follows: the next byte decides. */
	return BODY_LAX;
}

/* The next relevant byte: a dot at the start of a line, however the previous line ended. */
static size_t next_dot(const struct body *b, struct span bytes, size_t from)
{
	while (from < bytes.length) {
		const uint8_t *dot = memchr(bytes.at + from, '.', bytes.length - from);
		uint8_t previous;

		if (!dot)
			return bytes.length;
		from = (size_t)(dot - bytes.at);
		previous = before(b, bytes, from, 1);
		if (previous == '\n' || previous == '\r')
			return from;
		from++;
	}
	return bytes.length;
}

/* The line end of the dot's line, in the two bytes after the dot. */
static enum body_result after_dot(struct body *b, struct span bytes, size_t from, size_t *used, bool *done)
{
	for (size_t at = from; at < bytes.length && at < from + 2; at++) {
		enum body_result result = BODY_MORE;

		if (bytes.at[at] == '\n' ||
		    (bytes.at[at] == '\r' && at + 1 < bytes.length && bytes.at[at + 1] != '\n'))
			result = dot_line(b, bytes, at);
		if (result != BODY_MORE) {
			*done = true;
			return stop(b, bytes, at, used, result);
		}
		if (bytes.at[at] != '\r')
			break;
	}
	*done = false;
	return BODY_MORE;
}

/* Returns how many bytes of an unfinished dot line the tail ends with (0: none). */
static size_t open_dot_line(const struct body *b)
{
	const uint8_t *t = b->tail;

	if (t[4] == '.' && (t[3] == '\n' || t[3] == '\r'))
		return 1;
	if (t[4] == '\r' && t[3] == '.' && (t[2] == '\n' || t[2] == '\r'))
		return 2;
	return 0;
}

enum body_result body_read(struct body *b, struct span bytes, size_t *used)
{
	size_t at = 0;
	bool done;
	size_t open = open_dot_line(b);
	enum body_result result;

	b->after_gap = false;
	if (bytes.length == 0) {
		*used = 0;
		return BODY_MORE;
	}
	if (open) {
		/* The dot was at the end of the previous bytes. */
		if (open == 2 && bytes.at[0] != '\n') {
			*used = 0;
			b->tail[3] = 0;
			return BODY_LAX;
		}
		result = after_dot(b, bytes, 0, used, &done);
		if (done)
			return result;
		if (bytes.at[0] == '.' && open == 1 && b->tail[BODY_TAIL - 2] == '\n')
			b->bytes--;
	}
	while ((at = next_dot(b, bytes, at)) < bytes.length) {
		result = after_dot(b, bytes, at + 1, used, &done);
		if (done)
			return result;
		if (at + 1 < bytes.length && bytes.at[at + 1] == '.' && before(b, bytes, at, 1) == '\n')
			b->bytes--;
		at++;
	}
	*used = bytes.length;
	note_crlf(b, bytes);
	b->seen += bytes.length;
	b->bytes += bytes.length;
	keep_tail(b, bytes);
	return BODY_MORE;
}

void body_gap(struct body *b, uint64_t length, bool inexact)
{
	memset(b->tail, 0, sizeof b->tail);
	b->bytes += length;
	b->seen += length;
	b->gap = b->after_gap = true;
	b->inexact |= inexact;
}
