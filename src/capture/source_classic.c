/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Classic pcap files. libpcap reads the file header. It also reads the packets, unless the file has the common form: then their records are taken
 * from the window, which costs a tenth. libpcap continues at the first record that is not plain, so it alone decides what damage is.
 */
#include <pcap/pcap.h>
#include <stdlib.h>

#include "link_type.h"
#include "source_file.h"
#include "window.h"

#define MAGIC_MICROSECONDS UINT32_C(0xa1b2c3d4)
#define MAGIC_NANOSECONDS  UINT32_C(0xa1b23c4d)
#define MAGIC_MODIFIED	   UINT32_C(0xa1b2cd34) /* of an old libpcap patch, with larger packet headers */

enum {
	FILE_HEADER_SIZE = 24,
	PACKET_HEADER_SIZE = 16,
	MODIFIED_HEADER_SIZE = 24,
	VERSION = 2,
	VERSION_MINOR = 4
};
/* The largest packet that is taken without libpcap, which may reject larger ones. */
enum { PLAIN_MOST = 262144 };

/* Before each packet, in the byte order of the machine that wrote the file. */
struct record_header {
	uint32_t seconds, fraction, captured, length;
};

_Static_assert(sizeof(struct record_header) == PACKET_HEADER_SIZE, "as in the file");

struct classic {
	struct source source;
	struct source_options options;
	struct compressed *input;
	struct window window;
	pcap_t *pcap;
	FILE *file;	 /* used by libpcap */
	uint64_t number; /* of the last frame returned */
	uint64_t offset; /* of the next packet in the file */
	uint32_t digits, header_size, snapshot;
	uint32_t plain; /* bytes of the largest packet that may be taken from the window; 0: none */
	uint32_t tick;	/* ns in a unit of the timestamps' fraction */
	int link_type;
	uint64_t empty; /* bytes of the file since the last packet with content */
};

/* Returns the magic number, in the byte order in which it is known, or 0. */
static uint32_t magic_of(struct span head)
{
	uint32_t candidates[2] = { 0, 0 };

	span_get_be32(head, 0, &candidates[0]);
	span_get_le32(head, 0, &candidates[1]);
	for (size_t i = 0; i < 2; i++)
		if (candidates[i] == MAGIC_MICROSECONDS || candidates[i] == MAGIC_NANOSECONDS ||
		    candidates[i] == MAGIC_MODIFIED)
			return candidates[i];
	return 0;
}

bool classic_recognize(struct span head)
{
	return magic_of(head) != 0;
}

/* Describes why libpcap could not read the packet at |offset|. */
static void describe(struct classic *c, char *text, size_t size)
{
	const char *reason = pcap_geterr(c->pcap);
	off_t end = ftello(c->file);
	uint64_t left = end > 0 && (uint64_t)end > c->offset ? (uint64_t)end - c->offset : 0;
	unsigned long wanted, got;

	if (ferror(c->file) && compressed_error(c->input))
		snprintf(text, size, "%s", compressed_error(c->input));
	else if (feof(c->file) && left > 0 && left < c->header_size)
		snprintf(text, size, "the file ends within the packet's header (%u byte%s missing)",
			 c->header_size - (uint32_t)left, plural(c->header_size - left));
	else if (sscanf(reason, "truncated dump file; tried to read %lu captured bytes, only got %lu",
			&wanted, &got) == 2)
		snprintf(text, size, "the file ends within the packet (%lu byte%s missing)", wanted - got,
			 plural(wanted - got));
	else if (feof(c->file))
		snprintf(text, size, "the file ends within the packet");
	else if (ferror(c->file))
		snprintf(text, size, "read error (%s)", reason);
	else
		snprintf(text, size, "the file is damaged (%s)", reason);
}

/* |h|: what the header of the record says, with a fraction in nanoseconds. */
static inline void fill(struct classic *c, struct frame *frame, const struct record_header *h,
			const uint8_t *bytes)
{
	c->empty = h->captured ? 0 : c->empty + c->header_size;
	frame->ref.number = ++c->number & FRAME_NUMBER_MAX;
	/* Files have 32 unsigned bits of seconds. */
	frame->ref.time = (int64_t)h->seconds * TSTAMP_SECOND + h->fraction;
	frame->bytes = span_of(bytes, h->captured);
	frame->wire_length = h->length < h->captured ? h->captured : h->length;
	c->offset += c->header_size + h->captured;
}

/* Reads the next record if it is plain. Otherwise returns false, and consumes nothing: libpcap must read it. */
static inline bool take_record(struct classic *c, struct frame *frame)
{
	struct record_header h;

	if (!c->plain || !window_has(&c->window, sizeof h))
		return false;
	memcpy(&h, window_bytes(&c->window).at, sizeof h);
	if (h.captured > c->plain || !window_has(&c->window, sizeof h + h.captured))
		return false;
	h.fraction *= c->tick;
	fill(c, frame, &h, window_bytes(&c->window).at + sizeof h);
	window_consume(&c->window, sizeof h + h.captured);
	return true;
}

static void fill_from_libpcap(struct classic *c, struct frame *frame, const struct pcap_pkthdr *header,
			      const u_char *bytes)
{
	const struct record_header h = {
		.seconds = (uint32_t)header->ts.tv_sec,
		.fraction = (uint32_t)header->ts.tv_usec, /* nanoseconds, as requested */
		.captured = header->caplen,
		.length = header->len,
	};
	off_t at;

	fill(c, frame, &h, bytes);
	if (header->caplen != c->snapshot)
		return;
	/* libpcap truncates packets longer than the file header allows, and then skips more than it reports. */
	at = ftello(c->file);
	if (at > 0)
		c->offset = (uint64_t)at;
}

static void fill_constants(const struct classic *c, struct frame *frame)
{
	frame->ref.file = c->source.file & FRAME_FILE_MAX;
	frame->ref.digits = c->digits & FRAME_DIGITS_MAX;
	frame->link_type = c->link_type;
	frame->interface = 0;
	frame->options = (struct span){ 0 };
}

/* |status| is libpcap's, when there was no further packet. */
static int finish(struct classic *c, int status)
{
	char what[300];

	if (c->empty > SOURCE_EMPTY_LIMIT)
		return source_damaged(&c->source, &c->options, c->input, c->number, c->offset,
				      SOURCE_EMPTY_TEXT);
	if ((status != PCAP_ERROR && !ferror(c->file)) || compressed_stopped(c->input))
		return 0;
	describe(c, what, sizeof what);
	return source_damaged(&c->source, &c->options, c->input, c->number + 1, c->offset, what);
}

static int classic_next(struct source *s, struct frame *frame)
{
	struct classic *c = (struct classic *)s;
	struct pcap_pkthdr *header;
	const u_char *bytes;
	int status;

	if (c->empty > SOURCE_EMPTY_LIMIT)
		return finish(c, 0);
	fill_constants(c, frame);
	if (take_record(c, frame))
		return 1;
	c->plain = 0;
	status = pcap_next_ex(c->pcap, &header, &bytes);
	if (status <= 0)
		return finish(c, status);
	fill_from_libpcap(c, frame, header, bytes);
	return 1;
}

struct run {
	struct classic *classic;
	struct frame frame;
	frame_sink *sink;
	void *context;
};

static void run_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
	struct run *run = (struct run *)(void *)user;

	fill_from_libpcap(run->classic, &run->frame, header, bytes);
	if (run->classic->empty > SOURCE_EMPTY_LIMIT)
		pcap_breakloop(run->classic->pcap);
	run->sink(run->context, &run->frame);
}

static int classic_run(struct source *s, frame_sink *sink, void *context)
{
	struct classic *c = (struct classic *)s;
	struct run run = { .classic = c, .sink = sink, .context = context };

	fill_constants(c, &run.frame);
	while (c->empty <= SOURCE_EMPTY_LIMIT && take_record(c, &run.frame))
		sink(context, &run.frame);
	c->plain = 0;
	if (c->empty > SOURCE_EMPTY_LIMIT)
		return finish(c, 0);
	return finish(c, pcap_loop(c->pcap, -1, run_packet, (u_char *)&run));
}

static void classic_close(struct source *s)
{
	struct classic *c = (struct classic *)s;

	if (c->pcap)
		pcap_close(c->pcap);
	else if (c->file)
		fclose(c->file);
	window_finish(&c->window);
	compressed_close(c->input);
	free(c);
}

/* Does the file have the form whose records take_record reads? Returns how large their packets may be, or 0. */
static uint32_t plain_of(const struct classic *c)
{
	static const int links[] = { DLT_EN10MB,     DLT_NULL, DLT_RAW, DLT_LINUX_SLL,
				     DLT_LINUX_SLL2, DLT_IPV4, DLT_IPV6 };
	bool known = false;

	/* Of some links, libpcap changes what the file says. */
	for (size_t i = 0; i < sizeof links / sizeof *links; i++)
		known |= pcap_datalink(c->pcap) == links[i];
	if (!known || pcap_is_swapped(c->pcap) || c->header_size != PACKET_HEADER_SIZE ||
	    c->window.offset != FILE_HEADER_SIZE)
		return 0;
	/* In older files, lengths may be swapped. */
	if (pcap_major_version(c->pcap) != VERSION || pcap_minor_version(c->pcap) != VERSION_MINOR)
		return 0;
	return c->snapshot < PLAIN_MOST ? c->snapshot : PLAIN_MOST;
}

struct source *classic_open(const struct source_options *options, struct compressed *input, struct buf *error)
{
	static const struct source_kind kind = { .next = classic_next,
						 .run = classic_run,
						 .close = classic_close };
	struct span head = compressed_head(input);
	char reason[PCAP_ERRBUF_SIZE] = "out of memory";
	struct classic *c;

	if (head.length < FILE_HEADER_SIZE) {
		if (compressed_error(input))
			buf_format(error, "%s within the file header", compressed_error(input));
		else
			buf_format(error, "byte %zu: the file ends within the file header (%zu byte%s missing)",
				   head.length, FILE_HEADER_SIZE - head.length,
				   plural(FILE_HEADER_SIZE - head.length));
		compressed_close(input);
		return NULL;
	}
	c = calloc(1, sizeof *c);
	if (!c) {
		buf_text(error, reason);
		compressed_close(input);
		return NULL;
	}
	c->source.kind = &kind;
	c->options = *options;
	c->input = input;
	if (window_init(&c->window, input, options->buffer_size))
		c->file = window_file(&c->window, FILE_HEADER_SIZE);
	if (c->file)
		c->pcap = pcap_fopen_offline_with_tstamp_precision(c->file, PCAP_TSTAMP_PRECISION_NANO, reason);
	if (!c->pcap) {
		buf_format(error, "libpcap cannot read it: %s", reason);
		classic_close(&c->source);
		return NULL;
	}
	c->offset = FILE_HEADER_SIZE;
	c->digits = magic_of(head) == MAGIC_NANOSECONDS ? 9 : 6;
	c->header_size = magic_of(head) == MAGIC_MODIFIED ? MODIFIED_HEADER_SIZE : PACKET_HEADER_SIZE;
	c->snapshot = (uint32_t)pcap_snapshot(c->pcap);
	c->tick = c->digits == 9 ? 1 : 1000;
	c->plain = plain_of(c);
	c->link_type = link_type_of_dlt(pcap_datalink(c->pcap));
	if (options->describe)
		options->describe(options->describe_context, &(struct description){ .file = options->file,
										    .link_type = c->link_type,
										    .snaplen = c->snapshot,
										    .digits = c->digits });
	return &c->source;
}
