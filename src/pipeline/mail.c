/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>

enum { ALIGNMENT = _Alignof(max_align_t) };

bool mail_init(struct buf *mail, struct account *account)
{
	static const uint8_t zeros[4096];

	buf_init_charged(mail, MAIL_ROOM, account);
	while (mail->length < MAIL_ROOM && buf_append(mail, span_of(zeros, sizeof zeros)))
		continue;
	if (mail->length < MAIL_ROOM)
		return false;
	buf_clear(mail);
	return true;
}

/* Adds a letter whose structure has |used| bytes and is followed by |extra| more; NULL: it does not fit. The memory is there. */
static struct letter *add(struct buf *mail, uint64_t ordinal, enum letter_kind kind, size_t used, size_t extra)
{
	size_t size = (used + extra + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	struct letter *letter = (struct letter *)(void *)(mail->at + mail->length);

	if (size > mail->limit - mail->length)
		return NULL;
	mail->length += size;
	letter->size = size;
	letter->ordinal = ordinal;
	letter->kind = kind;
	return letter;
}

/* The same of a letter about the connection of |r|. */
static struct letter *add_about(struct buf *mail, uint64_t ordinal, enum letter_kind kind, struct replica *r,
				const struct flow *flow, size_t used, size_t extra)
{
	struct letter *letter = add(mail, ordinal, kind, used, extra);

	if (letter) {
		letter->replica = r;
		letter->flow = *flow;
	}
	return letter;
}

/* Where in a letter the bytes of its chunk are. */
static size_t chunk_at(void)
{
	size_t end = offsetof(struct letter, chunk) + sizeof(struct chunk);

	return (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

bool mail_open(struct buf *mail, uint64_t ordinal, struct replica *r, const struct flow *flow)
{
	return add_about(mail, ordinal, LETTER_OPEN, r, flow, offsetof(struct letter, chunk), 0);
}

bool mail_chunk(struct buf *mail, uint64_t ordinal, struct replica *r, const struct flow *flow,
		const struct chunk *chunk)
{
	size_t bytes = chunk->gap ? 0 : chunk->length;
	struct letter *letter = add_about(mail, ordinal, LETTER_CHUNK, r, flow, chunk_at(), bytes);

	if (!letter)
		return false;
	letter->chunk = *chunk;
	if (bytes)
		memcpy((uint8_t *)letter + chunk_at(), chunk->bytes, bytes);
	return true;
}

bool mail_event(struct buf *mail, uint64_t ordinal, struct replica *r, const struct flow *flow,
		const struct flow_event *event)
{
	size_t used = event->segment ? sizeof(struct letter) : offsetof(struct letter, segment);
	struct letter *letter = add_about(mail, ordinal, LETTER_EVENT, r, flow, used, 0);

	if (!letter)
		return false;
	letter->event = *event;
	letter->has_segment = event->segment != NULL;
	if (event->segment) {
		letter->segment = *event->segment;
		letter->segment.payload = (struct span){ 0 };
	}
	return true;
}

bool mail_close(struct buf *mail, uint64_t ordinal, struct replica *r, const struct flow *flow,
		enum flow_end end, tstamp time)
{
	size_t used = offsetof(struct letter, time) + sizeof time;
	struct letter *letter = add_about(mail, ordinal, LETTER_CLOSE, r, flow, used, 0);

	if (!letter)
		return false;
	letter->end = end;
	letter->time = time;
	return true;
}

bool mail_flush(struct buf *mail, uint64_t ordinal, tstamp now)
{
	struct letter *letter = add(mail, ordinal, LETTER_FLUSH, offsetof(struct letter, now) + sizeof now, 0);

	if (!letter)
		return false;
	letter->replica = NULL;
	letter->now = now;
	return true;
}

struct letter *mail_next(const struct buf *mail, size_t *at)
{
	struct letter *letter;

	if (*at >= mail->length)
		return NULL;
	letter = (struct letter *)(void *)(mail->at + *at);
	assert(letter->size <= mail->length - *at);
	*at += letter->size;
	return letter;
}

/* Brings the copy up to date. What the reader's stages have set stays. */
static void update(struct replica *r, const struct flow *flow)
{
	struct flow before = r->flow;

	r->flow = *flow;
	r->flow.number = before.number;
	r->flow.ignored = before.ignored;
	r->flow.attachment = before.attachment;
}

void letter_play(struct letter *letter, const struct stream_sink *sink)
{
	struct replica *r = letter->replica;

	if (letter->kind == LETTER_OPEN)
		r->flow = letter->flow;
	else if (letter->kind != LETTER_FLUSH)
		update(r, &letter->flow);
	switch (letter->kind) {
	case LETTER_OPEN:
		r->session = sink->open(sink->context, &r->flow);
		break;
	case LETTER_CHUNK:
		letter->chunk.bytes = letter->chunk.gap ? NULL : (const uint8_t *)letter + chunk_at();
		sink->chunk(r->session, &letter->chunk);
		break;
	case LETTER_EVENT:
		letter->event.segment = letter->has_segment ? &letter->segment : NULL;
		sink->event(r->session, &letter->event);
		break;
	case LETTER_CLOSE:
		sink->close(r->session, letter->end, letter->time);
		free(r);
		break;
	case LETTER_FLUSH:
		break;
	}
}
