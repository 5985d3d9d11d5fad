/* SPDX-License-Identifier: BSD-2-Clause */
/* pcapng files: reads the bytes for the block parser. */
#include <stdlib.h>

#include "source_file.h"
#include "window.h"

struct pcapng_source {
	struct source source;
	struct source_options options;
	struct compressed *input;
	struct pcapng reader;
	struct window window;
	uint64_t empty; /* bytes since the last packet with content */
};

static int damage(struct pcapng_source *p, const char *what)
{
	return source_damaged(&p->source, &p->options, p->input, p->reader.packets + 1, p->window.offset, what);
}

static int fetch_more(struct pcapng_source *p, size_t wanted)
{
	size_t missing;
	char text[100];

	switch (window_fetch(&p->window, wanted)) {
	case WINDOW_READY:
		return 1;
	case WINDOW_FAILED:
		return damage(p, compressed_error(p->input));
	case WINDOW_NO_MEMORY:
		return damage(p, "not enough memory for the block");
	case WINDOW_END:
		break;
	}
	missing = wanted - window_bytes(&p->window).length;
	if (missing == wanted || compressed_stopped(p->input))
		return 0;
	/* 12 bytes contain a block's length and, for a section, the byte order. */
	snprintf(text, sizeof text, "the file ends within a block%s (%zu byte%s missing)",
		 wanted <= 12 ? "'s header" : "", missing, plural(missing));
	return damage(p, text);
}

static int pcapng_next(struct source *s, struct frame *frame)
{
	struct pcapng_source *p = (struct pcapng_source *)s;

	for (;;) {
		size_t count = 0;
		int status;
		switch (pcapng_read(&p->reader, window_bytes(&p->window), &count, frame)) {
		case PCAPNG_DAMAGED:
			return damage(p, p->reader.error);
		case PCAPNG_MORE:
			status = fetch_more(p, count);
			if (status <= 0)
				return status;
			break;
		case PCAPNG_SKIP:
			window_consume(&p->window, count);
			p->empty += count;
			if (p->empty > SOURCE_EMPTY_LIMIT)
				return damage(p, SOURCE_EMPTY_TEXT);
			break;
		case PCAPNG_PACKET:
			window_consume(&p->window, count);
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
	window_finish(&p->window);
	compressed_close(p->input);
	free(p);
}

struct source *pcapng_source_open(const struct source_options *options, struct compressed *input,
				  struct buf *error)
{
	static const struct source_kind kind = { .next = pcapng_next, .close = pcapng_close };
	struct pcapng_source *p = calloc(1, sizeof *p);

	if (!p || !window_init(&p->window, input, options->buffer_size)) {
		buf_text(error, "out of memory");
		free(p);
		compressed_close(input);
		return NULL;
	}
	p->source.kind = &kind;
	p->source.may_have_secrets = true;
	p->options = *options;
	p->input = input;
	pcapng_init(&p->reader, options->secrets, options->secrets_context);
	p->reader.describe = options->describe;
	p->reader.describe_context = options->describe_context;
	p->reader.file = options->file;
	return &p->source;
}
