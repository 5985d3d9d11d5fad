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

struct session_marks *marks_create(struct account *account)
{
	struct session_marks *m = account_take_zeroed(account, 1, sizeof *m);

	if (m)
		m->account = account;
	return m;
}

void marks_destroy(struct session_marks *m)
{
	if (!m)
		return;
	marks_finish(m);
	account_free(m->account, m);
}

void marks_finish(struct session_marks *m)
{
	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++) {
		for (size_t i = 0; i < m->side[d].count; i++)
			account_free(m->account, m->side[d].patches[i].bytes);
		account_free(m->account, m->side[d].patches);
		m->side[d].patches = NULL;
		m->side[d].count = m->side[d].capacity = 0;
	}
}

static uint8_t *copy_of(struct account *account, const uint8_t *bytes, size_t length)
{
	uint8_t *copy = account_take(account, length);

	if (copy)
		memcpy(copy, bytes, length);
	return copy;
}

static bool reserve(struct account *account, struct stream_marks *s)
{
	size_t capacity = s->capacity ? s->capacity * 2 : 4;
	struct patch *grown;

	if (s->count < s->capacity)
		return true;
	grown = account_resize(account, s->patches, capacity * sizeof *grown);
	if (!grown)
		return false;
	s->patches = grown;
	s->capacity = capacity;
	return true;
}

static void add(struct session_marks *m, enum direction d, struct patch patch)
{
	struct stream_marks *s = &m->side[d];
	size_t needed = sizeof patch + (patch.bytes ? (size_t)patch.length : 0);

	if (!patch.length || m->blank_all)
		return;
	if (m->bytes + needed > MARKS_BYTES || !reserve(m->account, s) ||
	    (patch.bytes && !(patch.bytes = copy_of(m->account, patch.bytes, (size_t)patch.length)))) {
		m->blank_all = true;
		return;
	}
	s->patches[s->count++] = patch;
	m->bytes += needed;
}

void marks_add(struct session_marks *m, enum direction d, uint64_t start, uint64_t length, const uint8_t *bytes)
{
	add(m, d,
	    (struct patch){ .kind = bytes ? PATCH_BYTES : PATCH_BLANK,
			    .start = start,
			    .length = length,
			    .bytes = (uint8_t *)(uintptr_t)bytes });
}

void marks_add_kind(struct session_marks *m, enum direction d, enum patch_kind kind, uint64_t start,
		    uint64_t length)
{
	add(m, d, (struct patch){ .kind = kind, .start = start, .length = length });
}

void marks_change(struct session_marks *m, enum direction d,
		  void (*change)(void *context, uint8_t *bytes, size_t length), void *context)
{
	for (size_t i = 0; i < m->side[d].count; i++)
		if (m->side[d].patches[i].bytes)
			change(context, m->side[d].patches[i].bytes, (size_t)m->side[d].patches[i].length);
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
	const uint8_t *original; /* of a covered session: the payload as it was */
};

/* Writes the part of |patch| behind its first |skip| bytes to the payload's bytes |begin| to |end|. */
static void write_patch(const struct session_marks *m, const struct place *p, const struct patch *patch,
			size_t begin, size_t end, size_t skip)
{
	size_t length = end - begin;
	uint8_t *copy;

	if (patch->kind == PATCH_BYTES) {
		editor_put(p->editor, p->at + begin, patch->bytes + skip, length);
		return;
	}
	blank(p->editor, p->at + begin, length);
	if (patch->kind == PATCH_BLANK || !p->original ||
	    (patch->kind == PATCH_ADDRESS && length != patch->length))
		return;
	copy = copy_of(m->account, p->original + begin, length);
	if (!copy)
		return;
	if (patch->kind == PATCH_HEADER)
		m->header(m->disguise_context, copy, length);
	if (patch->kind == PATCH_DISGUISE)
		m->disguise(m->disguise_context, copy, length);
	if (patch->kind == PATCH_ADDRESS)
		m->address(m->disguise_context, copy, length);
	editor_put(p->editor, p->at + begin, copy, length);
	account_free(m->account, copy);
}

static void apply(const struct session_marks *m, const struct place *p, const struct stream_marks *s,
		  const struct patch *patch)
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
	write_patch(m, p, patch, (size_t)begin, (size_t)end, (size_t)(begin - distance));
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
	struct place p = { .editor = e, .at = at, .length = length, .seq = seq };

	if (m->keep_all || at >= e->length || !length)
		return;
	/* What was not captured cannot be changed. */
	if (length > e->length - at)
		p.length = length = e->length - at;
	if (m->blank_all || !s->placed) {
		blank(e, at, length);
		return;
	}
	if (m->cover) {
		uint8_t *original = copy_of(m->account, e->bytes + at, length);

		p.original = original;
		blank(e, at, length);
		for (size_t i = 0; i < s->count; i++)
			apply(m, &p, s, &s->patches[i]);
		account_free(m->account, original);
		return;
	}
	blank_unread(m, &p, s);
	for (size_t i = 0; i < s->count; i++)
		apply(m, &p, s, &s->patches[i]);
}
