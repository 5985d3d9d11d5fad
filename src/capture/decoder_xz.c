/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "decoder.h"
#include "lzma_library.h"

/* `xz -9` needs 65 MiB. A hostile header could ask for 4 GiB. */
#define MEMORY_LIMIT (UINT64_C(256) << 20)

struct xz {
	struct lzma_library lzma;
	lzma_stream stream;
	decoder_input *input;
	void *context;
	bool input_ended;
	bool ended;
	const char *why; /* NULL: no error */
};

static void *xz_create(decoder_input *input, void *context)
{
	struct xz *x = calloc(1, sizeof *x);

	if (!x)
		return NULL;
	x->stream = (lzma_stream)LZMA_STREAM_INIT;
	x->input = input;
	x->context = context;
	if (!lzma_library_load(&x->lzma) ||
	    x->lzma.lzma_stream_decoder(&x->stream, MEMORY_LIMIT, LZMA_CONCATENATED) != LZMA_OK) {
		free(x);
		return NULL;
	}
	return x;
}

static const char *reason(lzma_ret status)
{
	switch (status) {
	case LZMA_BUF_ERROR:
		return "ends too early";
	case LZMA_MEM_ERROR:
		return "could not be decompressed: out of memory";
	case LZMA_MEMLIMIT_ERROR:
		return "needs more than 256 MiB of memory";
	case LZMA_OPTIONS_ERROR:
		return "uses an unsupported filter";
	case LZMA_FORMAT_ERROR:
		return "is followed by other data";
	default:
		return "is damaged";
	}
}

static void decode(struct xz *x, void *to, size_t size)
{
	x->stream.next_out = to;
	x->stream.avail_out = size;
	while (!x->why && !x->ended && x->stream.avail_out == size) {
		lzma_ret status;
		if (x->stream.avail_in == 0 && !x->input_ended) {
			const uint8_t *at = NULL;
			ssize_t count = x->input(x->context, &at);
			if (count < 0) {
				x->why = "could not be read further";
				return;
			}
			x->stream.next_in = at;
			x->stream.avail_in = (size_t)count;
			x->input_ended = count == 0;
		}
		status = x->lzma.lzma_code(&x->stream, x->input_ended ? LZMA_FINISH : LZMA_RUN);
		if (status == LZMA_STREAM_END)
			x->ended = true;
		else if (status != LZMA_OK)
			x->why = reason(status);
	}
}

static ssize_t xz_read(void *decoder, void *to, size_t size, const char **why)
{
	struct xz *x = decoder;

	decode(x, to, size);
	if (x->stream.avail_out < size)
		return (ssize_t)(size - x->stream.avail_out);
	*why = x->why;
	return x->why ? -1 : 0;
}

static void xz_destroy(void *decoder)
{
	struct xz *x = decoder;

	if (!x)
		return;
	x->lzma.lzma_end(&x->stream);
	free(x);
}

const struct decoder_kind decoder_xz = {
	.name = "xz",
	.library = LIBLZMA_SONAME,
	.magic = { 0xfd, '7', 'z', 'X', 'Z', 0 },
	.magic_length = 6,
	.create = xz_create,
	.read = xz_read,
	.destroy = xz_destroy,
};
