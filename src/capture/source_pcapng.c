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
	uint64_t offset; /* of the window in the file */
	uint64_t empty;	 /* bytes since the last packet with content */
};

static int damage(struct pcapng_source *p, const char *what)
{
	return source_damaged(&p->source, &p->options, p->input, p->reader.packets + 1, p->offset, what);
}

static int fetch_more(struct pcapng_source *p, size_t wanted)
{
	const char *what = "";
	size_t missing;
	int status = window_fetch(&p->window, p->input, wanted, &what);
	char text[100];

	if (status < 0)
		return damage(p, what);
	if (status > 0 || !window_span(&p->window).length)
		return status;
	missing = wanted - window_span(&p->window).length;
	/* 12 bytes contain a block's length and, for a section, the byte order. */
	snprintf(text, sizeof text, "the file ends within a block%s (%zu byte%s missing)",
		 wanted <= 12 ? "'s header" : "", missing, plural(missing));
	return damage(p, text);
}

static int pcapng_next(struct source *s, struct frame *frame)
{
	struct pcapng_source *p = (struct pcapng_source *)s;

	for (;;) {
		struct span bytes = window_span(&p->window);
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
			window_consume(&p->window, count);
			p->offset += count;
			p->empty += count;
			if (p->empty > SOURCE_EMPTY_LIMIT)
				return damage(p, SOURCE_EMPTY_TEXT);
			break;
		case PCAPNG_PACKET:
			window_consume(&p->window, count);
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
	window_finish(&p->window);
	free(p);
}

struct source *pcapng_source_open(const struct source_options *options, struct compressed *input,
				  struct buf *error)
{
	static const struct source_kind kind = { .next = pcapng_next, .close = pcapng_close };
	struct pcapng_source *p = calloc(1, sizeof *p);

	if (!p || !window_init(&p->window, options->buffer_size)) {
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
