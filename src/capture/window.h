/* SPDX-License-Identifier: BSD-2-Clause */
/* window: bytes of a capture file that were read but not yet consumed. Used in place, so that packets need not be copied. */
#ifndef SMTPSCOPE_WINDOW_H
#define SMTPSCOPE_WINDOW_H

#include "compressed.h"

struct window {
	uint8_t *bytes; /* those between |start| and |end| are not consumed */
	size_t size, start, end;
};

/* Initializes an empty window of |size| bytes, at least 1. Returns false if memory runs out. */
bool window_init(struct window *w, size_t size);
/* Accepts a zeroed window. */
void window_finish(struct window *w);
/*
 * Reads from |input| until |wanted| bytes are available; the window grows if they do not fit. Invalidates spans of the window. Returns 1, 0 at
 * the end of the input, or -1 with the reason in |*what|, which is valid as long as |input|.
 */
int window_fetch(struct window *w, struct compressed *input, size_t wanted, const char **what);

/* The bytes that are available. */
static inline struct span window_span(const struct window *w)
{
	return span_of(w->bytes + w->start, w->end - w->start);
}

/* Consumes the first |count| bytes, which must be available. They stay valid until the next fetch. */
static inline void window_consume(struct window *w, size_t count)
{
	w->start += count;
}

#endif
