/* SPDX-License-Identifier: BSD-2-Clause */
#include "window.h"

#include <errno.h>
#include <stdio_ext.h>
#include <stdlib.h>

bool window_init(struct window *w, struct compressed *input, size_t size)
{
	*w = (struct window){ .input = input, .bytes = malloc(size), .size = size };
	return w->bytes != NULL;
}

void window_finish(struct window *w)
{
	free(w->bytes);
	free(w->stdio);
	*w = (struct window){ 0 };
}

/* Makes room for |wanted| bytes from |start|. Moves only bytes that are not consumed. */
static bool make_room(struct window *w, size_t wanted)
{
	if (w->start == w->end)
		w->start = w->end = 0;
	if (w->size - w->start >= wanted)
		return true;
	if (wanted > w->size) {
		uint8_t *grown = malloc(wanted);

		if (!grown)
			return false;
		memcpy(grown, w->bytes + w->start, w->end - w->start);
		free(w->bytes);
		w->bytes = grown;
		w->size = wanted;
	} else {
		memmove(w->bytes, w->bytes + w->start, w->end - w->start);
	}
	w->end -= w->start;
	w->start = 0;
	return true;
}

enum window_result window_fetch(struct window *w, size_t wanted)
{
	if (!make_room(w, wanted))
		return WINDOW_NO_MEMORY;
	while (w->end - w->start < wanted) {
		ssize_t count;

		if (w->status != WINDOW_READY)
			return w->status;
		count = compressed_read(w->input, w->bytes + w->end, w->size - w->end);
		if (count > 0)
			w->end += (size_t)count;
		else
			w->status = count ? WINDOW_FAILED : WINDOW_END;
	}
	return WINDOW_READY;
}

static ssize_t cookie_read(void *cookie, char *to, size_t size)
{
	struct window *w = cookie;
	struct span bytes;

	if (!window_has(w, 1)) {
		errno = EIO;
		return w->status == WINDOW_END ? 0 : -1;
	}
	bytes = window_bytes(w);
	if (w->offset < w->pause)
		bytes = span_first(bytes, (size_t)(w->pause - w->offset));
	bytes = span_first(bytes, size);
	memcpy(to, bytes.at, bytes.length);
	window_consume(w, bytes.length);
	return (ssize_t)bytes.length;
}

/* Reports the position for ftello; does not seek. */
static int cookie_seek(void *cookie, off64_t *offset, int whence)
{
	const struct window *w = cookie;

	if (whence != SEEK_CUR || *offset != 0) {
		errno = ESPIPE;
		return -1;
	}
	*offset = (off64_t)w->offset;
	return 0;
}

FILE *window_file(struct window *w, uint64_t pause)
{
	static const cookie_io_functions_t functions = { .read = cookie_read, .seek = cookie_seek };
	FILE *file = fopencookie(w, "rb", functions);

	if (!file)
		return NULL;
	w->pause = pause;
	/* Only one thread at a time reads it. */
	__fsetlocking(file, FSETLOCKING_BYCALLER);
	/* libpcap reads twice per packet; a large buffer makes that a fifth cheaper than the default one. */
	w->stdio = malloc(w->size);
	if (w->stdio)
		setvbuf(file, w->stdio, _IOFBF, w->size);
	return file;
}
