/* SPDX-License-Identifier: BSD-2-Clause */
/* window: the bytes of an input that have been read and not yet consumed. Private to the kinds of capture files. */
#ifndef SMTPSCOPE_WINDOW_H
#define SMTPSCOPE_WINDOW_H

#include <stdio.h>

#include "compressed.h"

enum window_result {
	WINDOW_READY,  /* the bytes are there */
	WINDOW_END,    /* the input ends before them */
	WINDOW_FAILED, /* reading failed: compressed_error says why */
	WINDOW_NO_MEMORY,
};

struct window {
	struct compressed *input;
	uint8_t *bytes; /* those between |start| and |end| are not consumed */
	size_t size, start, end;
	uint64_t offset;	   /* of |start| in the decompressed file */
	enum window_result status; /* of the last read; nothing is read after another one than WINDOW_READY */
	/* of window_file */
	char *stdio;
	uint64_t pause;
};

/* |size|: bytes that are read at a time. Returns false if memory runs out. |input| must outlive |w|. */
bool window_init(struct window *w, struct compressed *input, size_t size);
/* Accepts a zeroed one. Leaves the input open. */
void window_finish(struct window *w);

/* Reads until |wanted| bytes are there, or the input gives no more. What it has then is in the window. Spans of it are no longer valid. */
enum window_result window_fetch(struct window *w, size_t wanted);

/* The bytes that are there. Valid until the next fetch. */
static inline struct span window_bytes(const struct window *w)
{
	return span_of(w->bytes + w->start, w->end - w->start);
}

/* Returns whether |wanted| bytes are there, or can be read. */
static inline bool window_has(struct window *w, size_t wanted)
{
	return w->end - w->start >= wanted || window_fetch(w, wanted) == WINDOW_READY;
}

/* |count| bytes, which must be there, have been consumed. They stay valid until the next fetch. */
static inline void window_consume(struct window *w, size_t count)
{
	w->start += count;
	w->offset += count;
}

/*
 * Returns a stdio stream that consumes the window, or NULL if memory runs out. The caller must close it before window_finish, and at most one
 * may be made. It supports ftello but not seeking. It reads ahead; but if it is read only up to offset |pause|, the bytes behind that offset
 * stay in the window.
 */
FILE *window_file(struct window *w, uint64_t pause);

#endif
