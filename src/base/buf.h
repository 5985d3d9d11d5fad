/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * buf: a byte buffer that grows up to a fixed limit. The caller of buf_init owns it and frees it with
 * buf_finish. A zeroed buf is valid and empty, and can hold nothing. A view of the content is valid until the
 * next change.
 */
#ifndef SMTPSCOPE_BUF_H
#define SMTPSCOPE_BUF_H

#include "account.h"
#include "span.h"

struct buf {
	uint8_t *at;
	size_t length;		 /* bytes in use */
	size_t capacity;	 /* bytes allocated */
	size_t limit;		 /* most bytes it may ever hold */
	struct account *account; /* charged with the capacity; NULL: none */
};

/* Initializes an empty buffer of at most |limit| bytes. Allocates nothing. */
void buf_init(struct buf *b, size_t limit);
/* Initializes an empty buffer whose memory is charged to |account|, which must outlive it. */
void buf_init_charged(struct buf *b, size_t limit, struct account *account);
/* Frees the memory. The buffer is then empty and can be used again. */
void buf_finish(struct buf *b);

/* Takes the memory for |more| bytes behind the content, also beyond the limit. Returns false if memory runs out. */
bool buf_reserve(struct buf *b, size_t more);
/* The slow path of buf_append: may allocate. */
size_t buf_append_slow(struct buf *b, struct span bytes);
/*
 * Appends |bytes|; those beyond the limit, or beyond available memory, are dropped. Returns how many were
 * added.
 */
static inline size_t buf_append(struct buf *b, struct span bytes)
{
	if (bytes.length == 0 || bytes.length > b->capacity - b->length || bytes.length > b->limit - b->length)
		return buf_append_slow(b, bytes);
	memcpy(b->at + b->length, bytes.at, bytes.length);
	b->length += bytes.length;
	return bytes.length;
}
/* Like buf_append, for text. */
static inline size_t buf_text(struct buf *b, const char *text)
{
	return buf_append(b, span_text(text));
}
/* Like buf_append, for a number in decimal. */
size_t buf_number(struct buf *b, uint64_t number);
/* Appends formatted text. Returns false, and adds nothing, if it does not fit. */
bool buf_format(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Removes the first |count| bytes, or all if there are fewer. */
void buf_consume(struct buf *b, size_t count);
/* Empties the buffer but keeps its memory. */
void buf_clear(struct buf *b);
/*
 * Returns the content as a NUL-terminated string; the NUL does not count as content. Returns "" if memory
 * runs out.
 */
const char *buf_string(struct buf *b);

static inline struct span buf_span(const struct buf *b)
{
	return (struct span){ .at = b->at, .length = b->length };
}

#endif
