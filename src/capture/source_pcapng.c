/* SPDX-License-Identifier: BSD-2-Clause */
/* pcapng files: reads the bytes for the block parser. */
#include <stdlib.h>

#include "source_file.h"

struct pcapng_source {
	struct source source;
	struct source_options options;
	struct compressed *input;
	struct pcapng reader;
	uint8_t *window; /* unconsumed bytes are between |start| and |end| */
	size_t size, start, end;
	uint64_t offset; /* of |start| in the file */
	uint64_t empty;	 /* bytes since the last packet with content */
};

/* Makes room for |wanted| bytes from |start|. Moves only the beginning of an incomplete block. */
static bool make_room(struct pcapng_source *p, size_t wanted)
{
	if (p->size - p->start >= wanted)
		return true;
	if (wanted > p->size) {
		uint8_t *grown = malloc(wanted);
		if (!grown)
			return false;
		memcpy(grown, p->window + p->start, p->end - p->start);
		free(p->window);
		p->window = grown;
		p->size = wanted;
	} else {
		memmove(p->window, p->window + p->start, p->end - p->start);
	}
	p->end -= p->start;
	p->start = 0;
	return true;
}

/*
 * Reads until |wanted| bytes are available. Returns 1, 0 at the end of the file, or -1 with the reason in
 * |*what|.
 */
static int fetch(struct pcapng_source *p, size_t wanted, const char **what)
{
	if (p->start == p->end)
		p->start = p->end = 0;
	if (!make_room(p, wanted)) {
		*what = "not enough memory for the block";
		return -1;
	}
	while (p->end - p->start < wanted) {
		ssize_t count = compressed_read(p->input, p->window + p->end, p->size - p->end);
		if (count < 0) {
			*what = compressed_error(p->input);
			return -1;
		}
		if (count == 0)
			return 0;
		p->end += (size_t)count;
	}
	return 1;
}

static int damage(struct pcapng_source *p, const char *what)
{
	return source_damaged(&p->source, &p->options, p->input, p->reader.packets + 1, p->offset, what);
}

static int fetch_more(struct pcapng_source *p, size_t wanted)
{
	const char *what = "";
	size_t missing;
	int status = fetch(p, wanted, &what);
	char text[100];

	if (status < 0)
		return damage(p, what);
	if (status > 0 || p->start == p->end)
		return status;
	missing = wanted - (p->end - p->start);
	/* 12 bytes contain a block's length and, for a section, the byte order. */
	snprintf(text, sizeof text, "the file ends within a block%s (%zu byte%s missing)",
		 wanted <= 12 ? "'s header" : "", missing, plural(missing));
	return damage(p, text);
}

static int pcapng_next(struct source *s, struct frame *frame)
{
	struct pcapng_source *p = (struct pcapng_source *)s;

	for (;;) {
		struct span bytes = span_of(p->window + p->start, p->end - p->start);
		size_t count = 0;
		int status;
		switch (pcapng_read(&p->reader, bytes, &count, frame)) {
		case PCAPNG_DAMAGED:
			return damage(p, p->reader.error);
		case PCAPNG_MORE:
			status = fetch_more(p, count);
			if (status <= 0)
				return status;
			break;
		case PCAPNG_SKIP:
			p->start += count;
			p->offset += count;
			p->empty += count;
			if (p->empty > SOURCE_EMPTY_LIMIT)
				return damage(p, SOURCE_EMPTY_TEXT);
			break;
		case PCAPNG_PACKET:
			p->start += count;
			p->offset += count;
			frame->ref.file = s->file & FRAME_FILE_MAX;
			p->empty = frame->bytes.length ? 0 : p->empty + count;
			return p->empty > SOURCE_EMPTY_LIMIT ? damage(p, SOURCE_EMPTY_TEXT) : 1;
		}
	}
}

static void pcapng_close(struct source *s)
{
	struct pcapng_source *p = (struct pcapng_source *)s;

	pcapng_finish(&p->reader);
	compressed_close(p->input);
	free(p->window);
	free(p);
}

struct source *pcapng_source_open(const struct source_options *options, struct compressed *input,
				  struct buf *error)
{
	static const struct source_kind kind = { .next = pcapng_next, .close = pcapng_close };
	struct pcapng_source *p = calloc(1, sizeof *p);

	if (!p || !(p->window = malloc(options->buffer_size))) {
		buf_text(error, "out of memory");
		free(p);
		compressed_close(input);
		return NULL;
	}
	p->source.kind = &kind;
	p->source.may_have_secrets = true;
	p->options = *options;
	p->input = input;
	p->size = options->buffer_size;
	pcapng_init(&p->reader, options->secrets, options->secrets_context);
	p->reader.describe = options->describe;
	p->reader.describe_context = options->describe_context;
	p->reader.file = options->file;
	return &p->source;
}
