/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>

#include "decoder.h"
#include "zlib_library.h"

struct gzip {
	struct zlib_library zlib;
	z_stream stream;
	decoder_input *input;
	void *context;
	bool between; /* a member has ended and the next has not begun */
	bool failed;
	char why[100];
};

static void *gzip_create(decoder_input *input, void *context)
{
	struct gzip *g = calloc(1, sizeof *g);

	if (!g)
		return NULL;
	g->input = input;
	g->context = context;
	/* 15: the largest window, regardless of the header; 16: gzip only */
	if (!zlib_library_load(&g->zlib) ||
	    g->zlib.inflateInit2_(&g->stream, 15 + 16, ZLIB_VERSION, sizeof g->stream) != Z_OK) {
		free(g);
		return NULL;
	}
	return g;
}

static ssize_t fail(struct gzip *g, const char *why)
{
	snprintf(g->why, sizeof g->why, "%s", why);
	g->failed = true;
	return -1;
}

/* Fetches compressed bytes. Returns 1, 0 at the end of the input, or -1. */
static int refill(struct gzip *g)
{
	const uint8_t *at = NULL;
	ssize_t count = g->input(g->context, &at);

	if (count < 0)
		return (int)fail(g, "could not be read further");
	g->stream.next_in = at;
	g->stream.avail_in = (uInt)count;
	return count > 0;
}

/* Called after a member. Returns 1 if another follows, 0 at the end of the input, or -1. */
static int next_member(struct gzip *g)
{
	for (;;) {
		/* Skips the zeros that pad the last block of a tape or disk. */
		for (; g->stream.avail_in; g->stream.avail_in--, g->stream.next_in++) {
			if (*g->stream.next_in == 0)
				continue;
			if (*g->stream.next_in != decoder_gzip.magic[0] ||
			    g->zlib.inflateReset(&g->stream) != Z_OK)
				return (int)fail(g, "is followed by other data");
			g->between = false;
			return 1;
		}
		int filled = refill(g);
		if (filled <= 0)
			return filled;
	}
}

static ssize_t decode(struct gzip *g, void *to, size_t size)
{
	uInt room = size > 1U << 30 ? 1U << 30 : (uInt)size;
	int status;

	g->stream.next_out = to;
	g->stream.avail_out = room;
	for (;;) {
		if (g->between) {
			status = next_member(g);
			if (status <= 0)
				return status;
		}
		/* Call inflate even without input: it may hold output that did not fit the last time. */
		status = g->zlib.inflate(&g->stream, Z_SYNC_FLUSH);
		g->between = status == Z_STREAM_END;
		if (g->stream.avail_out < room)
			return (ssize_t)(room - g->stream.avail_out);
		if (g->between)
			continue;
		if (status != Z_OK && status != Z_BUF_ERROR) {
			snprintf(g->why, sizeof g->why, "is damaged (%s)",
				 g->stream.msg ? g->stream.msg : g->zlib.zError(status));
			g->failed = true;
			return -1;
		}
		if (g->stream.avail_in)
			continue;
		status = refill(g);
		if (status == 0)
			return fail(g, "ends too early");
		if (status < 0)
			return -1;
	}
}

static ssize_t gzip_read(void *decoder, void *to, size_t size, const char **why)
{
	struct gzip *g = decoder;
	ssize_t count = g->failed ? -1 : decode(g, to, size);

	if (count < 0)
		*why = g->why;
	return count;
}

static void gzip_destroy(void *decoder)
{
	struct gzip *g = decoder;

	if (!g)
		return;
	g->zlib.inflateEnd(&g->stream);
	free(g);
}

const struct decoder_kind decoder_gzip = {
	.name = "gzip",
	.library = LIBZ_SONAME,
	.magic = { 0x1f, 0x8b },
	.magic_length = 2,
	.create = gzip_create,
	.read = gzip_read,
	.destroy = gzip_destroy,
};
