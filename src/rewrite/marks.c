/* SPDX-License-Identifier: BSD-2-Clause */
#include "marks.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 256 };

/* Sequence numbers further apart than this do not belong together (RFC 9293 3.4). */
#define FAR (UINT64_C(1) << 31)

void marks_place(struct session_marks *m, const struct flow *flow)
{
	const struct endpoint *senders[] = { &flow->client, &flow->server };

	m->first = flow->first;
	m->last = flow->last;
	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++) {
		struct stream_marks *s = &m->side[d];

		s->sender = *senders[d];
		s->placed = flow->side[d].placed;
		s->first_seq = flow->side[d].first_seq;
		s->read_to = flow->side[d].delivered;
	}
}

void marks_finish(struct session_marks *m)
{
	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++) {
		for (size_t i = 0; i < m->side[d].count; i++)
			free(m->side[d].patches[i].bytes);
		free(m->side[d].patches);
		m->side[d].patches = NULL;
		m->side[d].count = m->side[d].capacity = 0;
	}
}

static bool reserve(struct stream_marks *s)
{
	size_t capacity = s->capacity ? s->capacity * 2 : 4;
	struct patch *grown;

	if (s->count < s->capacity)
		return true;
	grown = realloc(s->patches, capacity * sizeof *grown);
	if (!grown)
		return false;
	s->patches = grown;
	s->capacity = capacity;
	return true;
}

void marks_add(struct session_marks *m, enum direction d, uint64_t start, uint64_t length, const uint8_t *bytes)
{
	struct stream_marks *s = &m->side[d];
	size_t needed = sizeof(struct patch) + (bytes ? (size_t)length : 0);
	uint8_t *copy = NULL;

	if (!length || m->blank_all)
		return;
	if (m->bytes + needed > MARKS_BYTES || !reserve(s) || (bytes && !(copy = malloc((size_t)length)))) {
		m->blank_all = true;
		return;
	}
	if (copy)
		memcpy(copy, bytes, (size_t)length);
	s->patches[s->count++] = (struct patch){ .start = start, .length = length, .bytes = copy };
	m->bytes += needed;
}

/* Blanks |length| bytes but keeps lines, and the dots that may end a message. */
static void blank(struct editor *e, size_t at, size_t length)
{
	uint8_t piece[PIECE];

	while (length && at < e->length) {
		size_t count = length < PIECE ? length : PIECE;

		if (count > e->length - at)
			count = e->length - at;
		for (size_t i = 0; i < count; i++) {
			uint8_t byte = e->bytes[at + i];

			piece[i] = byte == '\r' || byte == '\n' || byte == '.' ? byte : 'x';
		}
		editor_put(e, at, piece, count);
		at += count;
		length -= count;
	}
}

/* A payload and its place in the stream. */
struct place {
	struct editor *editor;
	size_t at, length;
	uint32_t seq;
};

static void apply(const struct place *p, const struct stream_marks *s, const struct patch *patch)
{
	/* How far the patch begins behind the first byte of the payload; negative: before it. */
	int32_t distance = (int32_t)(s->first_seq + (uint32_t)patch->start - p->seq);
	int64_t begin = distance, end;

	if (patch->length >= FAR)
		end = (int64_t)p->length;
	else
		end = begin + (int64_t)patch->length;
	if (begin < 0)
		begin = 0;
	if (end > (int64_t)p->length)
		end = (int64_t)p->length;
	if (begin >= end)
		return;
	if (patch->bytes)
		editor_put(p->editor, p->at + (size_t)begin, patch->bytes + (begin - distance),
			   (size_t)(end - begin));
	else
		blank(p->editor, p->at + (size_t)begin, (size_t)(end - begin));
}

/* Blanks what the analysis never read: nobody knows what it is. */
static void blank_unread(const struct session_marks *m, const struct place *p, const struct stream_marks *s)
{
	int32_t before = (int32_t)(s->first_seq - p->seq);
	int32_t read = (int32_t)(s->first_seq + (uint32_t)s->read_to - p->seq);

	if (s->read_to >= FAR)
		return; /* offsets repeat; all that can arrive was read, but for a window at the end */
	if (before > 0 && !m->ahead)
		blank(p->editor, p->at, (size_t)before < p->length ? (size_t)before : p->length);
	if (read < 0)
		read = 0;
	if ((size_t)read < p->length)
		blank(p->editor, p->at + (size_t)read, p->length - (size_t)read);
}

void marks_apply(const struct session_marks *m, enum direction d, struct editor *e, size_t at, size_t length,
		 uint32_t seq)
{
	const struct stream_marks *s = &m->side[d];
	const struct place p = { .editor = e, .at = at, .length = length, .seq = seq };

	if (m->keep_all || at >= e->length)
		return;
	if (m->blank_all || !s->placed) {
		blank(e, at, length);
		return;
	}
	blank_unread(m, &p, s);
	for (size_t i = 0; i < s->count; i++)
		apply(&p, s, &s->patches[i]);
}
