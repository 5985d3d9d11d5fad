/* SPDX-License-Identifier: BSD-2-Clause */
#include "window.h"

#include <stdlib.h>

bool window_init(struct window *w, size_t size)
{
	*w = (struct window){ .bytes = malloc(size), .size = size };
	return w->bytes != NULL;
}

void window_finish(struct window *w)
{
	free(w->bytes);
	*w = (struct window){ 0 };
}

/* Makes room for |wanted| bytes from |start|. Moves only what is not consumed. */
static bool make_room(struct window *w, size_t wanted)
{
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

int window_fetch(struct window *w, struct compressed *input, size_t wanted, const char **what)
{
	if (w->start == w->end)
		w->start = w->end = 0;
	if (!make_room(w, wanted)) {
		*what = "not enough memory for the block";
		return -1;
	}
	while (w->end - w->start < wanted) {
		ssize_t count = compressed_read(input, w->bytes + w->end, w->size - w->end);

		if (count < 0) {
			*what = compressed_error(input);
			return -1;
		}
		if (count == 0)
			return 0;
		w->end += (size_t)count;
	}
	return 1;
}
