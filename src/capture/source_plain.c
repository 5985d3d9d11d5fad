/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Classic pcap files of the usual kind: in the byte order of this machine, and with a link type whose packets libpcap returns as they are.
 * libpcap copies every packet through stdio, which costs more than all packet headers together. It reads the other files (source_classic.c).
 */
#include <stdlib.h>

#include "source_file.h"
#include "window.h"

#define MAGIC_MICROSECONDS UINT32_C(0xa1b2c3d4)
#define MAGIC_NANOSECONDS  UINT32_C(0xa1b23c4d)

enum { CAPTURED_MAX = 262144 }; /* bytes of a packet; libpcap's limit for these link types */

/* Both are followed in the file by their content, without padding. */
struct file_header {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t unused[2];
	uint32_t snapshot, link_type;
};

struct packet_header {
	uint32_t seconds, fraction; /* since 1970; of a second, in the file's unit */
	uint32_t captured, length;  /* bytes in the file and on the wire */
};

struct plain {
	struct source source;
	struct source_options options;
	struct compressed *input;
	struct window window;
	uint64_t number;		 /* of the last frame returned */
	uint64_t offset;		 /* of the next packet in the file */
	uint32_t digits, unit, snapshot; /* |unit|: nanoseconds */
	int link_type;
	uint64_t empty; /* bytes of the file since the last packet with content */
};

bool plain_recognize(struct span head)
{
	static const uint32_t link_types[] = { 1, 0, 101, 113, 276 }; /* Ethernet, BSD loopback, IP, and cooked */
	struct file_header h;

	if (!span_copy(head, 0, &h, sizeof h) ||
	    (h.magic != MAGIC_MICROSECONDS && h.magic != MAGIC_NANOSECONDS) || h.major != 2 || h.minor != 4 ||
	    !h.snapshot || h.snapshot > CAPTURED_MAX)
		return false;
	for (size_t i = 0; i < sizeof link_types / sizeof *link_types; i++)
		if (h.link_type == link_types[i])
			return true;
	return false;
}

static int damage(struct plain *p, const char *what)
{
	return source_damaged(&p->source, &p->options, p->input, p->number + 1, p->offset, what);
}

/* Reads until |wanted| bytes of the next packet are available. Returns 1, or the status for the caller of source_next. */
static int fetch(struct plain *p, size_t wanted)
{
	const char *what = "";
	int status = window_fetch(&p->window, p->input, wanted, &what);
	size_t missing = wanted - window_span(&p->window).length;
	char text[100];

	if (status < 0)
		return damage(p, what);
	if (status > 0 || !window_span(&p->window).length)
		return status;
	snprintf(text, sizeof text, "the file ends within the packet%s (%zu byte%s missing)",
		 wanted == sizeof(struct packet_header) ? "'s header" : "", missing, plural(missing));
	return damage(p, text);
}

/* Makes the next packet available as a whole, and sets |*h|. Returns like fetch. */
static int fetch_packet(struct plain *p, struct packet_header *h)
{
	int status = fetch(p, sizeof *h);
	char text[100];

	if (status <= 0)
		return status;
	span_copy(window_span(&p->window), 0, h, sizeof *h);
	if (h->captured <= CAPTURED_MAX)
		return fetch(p, sizeof *h + h->captured);
	snprintf(text, sizeof text,
		 "the file is damaged (invalid packet capture length %u, bigger than snaplen of %u)",
		 h->captured, p->snapshot);
	return damage(p, text);
}

static int plain_next(struct source *s, struct frame *frame)
{
	struct plain *p = (struct plain *)s;
	struct span bytes = window_span(&p->window);
	struct packet_header h;
	int status;

	if (p->empty > SOURCE_EMPTY_LIMIT)
		return source_damaged(s, &p->options, p->input, p->number, p->offset, SOURCE_EMPTY_TEXT);
	if (!span_copy(bytes, 0, &h, sizeof h) || !span_has(bytes, sizeof h, h.captured) ||
	    h.captured > CAPTURED_MAX) {
		status = fetch_packet(p, &h);
		if (status <= 0)
			return status;
		bytes = window_span(&p->window);
	}
	window_consume(&p->window, sizeof h + h.captured);
	p->offset += sizeof h + h.captured;
	p->empty = h.captured ? 0 : p->empty + sizeof h;
	frame->ref.number = ++p->number & FRAME_NUMBER_MAX;
	frame->ref.file = s->file & FRAME_FILE_MAX;
	frame->ref.digits = p->digits & FRAME_DIGITS_MAX;
	frame->ref.time = (int64_t)h.seconds * TSTAMP_SECOND + h.fraction * p->unit;
	/* Like libpcap, which returns no more than the header of the file announces. */
	frame->bytes = span_of(bytes.at + sizeof h, h.captured < p->snapshot ? h.captured : p->snapshot);
	frame->wire_length = h.length < frame->bytes.length ? (uint32_t)frame->bytes.length : h.length;
	frame->link_type = p->link_type;
	frame->interface = 0;
	frame->options = (struct span){ 0 };
	return 1;
}

static void plain_close(struct source *s)
{
	struct plain *p = (struct plain *)s;

	compressed_close(p->input);
	window_finish(&p->window);
	free(p);
}

struct source *plain_open(const struct source_options *options, struct compressed *input, struct buf *error)
{
	static const struct source_kind kind = { .next = plain_next, .close = plain_close };
	struct plain *p = calloc(1, sizeof *p);
	struct file_header h = { 0 };
	const char *what = "out of memory";

	if (!p || !window_init(&p->window, options->buffer_size) ||
	    window_fetch(&p->window, input, sizeof h, &what) <= 0) {
		buf_text(error, what);
		if (p)
			window_finish(&p->window);
		free(p);
		compressed_close(input);
		return NULL;
	}
	span_copy(window_span(&p->window), 0, &h, sizeof h);
	window_consume(&p->window, sizeof h);
	p->source.kind = &kind;
	p->options = *options;
	p->input = input;
	p->offset = sizeof h;
	p->digits = h.magic == MAGIC_NANOSECONDS ? 9 : 6;
	p->unit = h.magic == MAGIC_NANOSECONDS ? 1 : 1000;
	p->snapshot = h.snapshot;
	p->link_type = (int)h.link_type;
	if (options->describe)
		options->describe(options->describe_context, &(struct description){ .file = options->file,
										    .link_type = p->link_type,
										    .snaplen = p->snapshot,
										    .digits = p->digits });
	return &p->source;
}
