/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * buf: bytes that grow up to a limit given at its start. Owner: who called buf_init; buf_finish gives the memory back.
 * A zeroed buf is an empty one that can hold nothing. Views of its content live until its next change.
 */
#ifndef SMTPSCOPE_BUF_H
#define SMTPSCOPE_BUF_H

#include "span.h"

struct buf {
	uint8_t *at;
	size_t length;	 /* bytes in use */
	size_t capacity; /* bytes allocated */
	size_t limit;	 /* bytes it may ever hold */
};

/* An empty buffer of at most |limit| bytes; nothing is allocated yet. */
void buf_init(struct buf *b, size_t limit);
/* Gives all memory back; the buffer is empty then and can be used again. */
void buf_finish(struct buf *b);

/* The same as buf_append, where memory may have to be asked for. */
size_t buf_append_slow(struct buf *b, struct span bytes);
/* Adds the bytes; those beyond the limit (or beyond memory) are left out. Returns how many were added. */
static inline size_t buf_append(struct buf *b, struct span bytes)
{
	if (bytes.length == 0 || bytes.length > b->capacity - b->length || bytes.length > b->limit - b->length)
		return buf_append_slow(b, bytes);
	memcpy(b->at + b->length, bytes.at, bytes.length);
	b->length += bytes.length;
	return bytes.length;
}
/* Adds text; same law. */
static inline size_t buf_text(struct buf *b, const char *text)
{
	return buf_append(b, span_text(text));
}
/* Adds a number in decimal; same law. */
size_t buf_number(struct buf *b, uint64_t number);
/* Adds formatted text whole, or nothing of it where it does not fit. Returns whether it was added. */
bool buf_format(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Forgets the first |count| bytes (all, where there are fewer). */
void buf_consume(struct buf *b, size_t count);
/* Forgets the content, keeps the memory. */
void buf_clear(struct buf *b);
/* The content with a NUL byte behind it, which does not count as content. "" where memory is short. */
const char *buf_string(struct buf *b);

static inline struct span buf_span(const struct buf *b)
{
	return (struct span){ .at = b->at, .length = b->length };
}

#endif
