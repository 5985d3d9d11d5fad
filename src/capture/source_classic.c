/* SPDX-License-Identifier: BSD-2-Clause */
/* Classic pcap files, read with libpcap. */
#include <pcap/pcap.h>
#include <stdlib.h>

#include "link_type.h"
#include "source_file.h"

#define MAGIC_MICROSECONDS UINT32_C(0xa1b2c3d4)
#define MAGIC_NANOSECONDS  UINT32_C(0xa1b23c4d)
#define MAGIC_MODIFIED	   UINT32_C(0xa1b2cd34) /* of an old libpcap patch, with larger packet headers */

enum { FILE_HEADER_SIZE = 24, PACKET_HEADER_SIZE = 16, MODIFIED_HEADER_SIZE = 24 };

struct classic {
	struct source source;
	struct source_options options;
	struct compressed *input;
	pcap_t *pcap;
	FILE *file;	 /* used by libpcap */
	uint64_t number; /* of the last frame returned */
	uint64_t offset; /* of the next packet in the file */
	uint64_t report; /* the offset at which the watch is to be told; 0: the input has been ended */
	uint32_t digits, header_size, snapshot;
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

static void fill(struct classic *c, struct frame *frame, const struct pcap_pkthdr *header, const u_char *bytes)
{
	c->empty = header->caplen ? 0 : c->empty + c->header_size;
	frame->ref.number = ++c->number & FRAME_NUMBER_MAX;
	/* tv_usec holds nanoseconds, as requested. Files have 32 unsigned bits of seconds. */
	frame->ref.time = (int64_t)(uint32_t)header->ts.tv_sec * TSTAMP_SECOND + (uint32_t)header->ts.tv_usec;
	frame->bytes = span_of(bytes, header->caplen);
	frame->wire_length = header->len < header->caplen ? header->caplen : header->len;
	if (header->caplen != c->snapshot) {
		c->offset += c->header_size + header->caplen;
	} else {
		/*
		 * libpcap truncates packets longer than the file header allows, and then skips more than it
		 * reports.
		 */
		off_t at = ftello(c->file);
		c->offset = at > 0 ? (uint64_t)at : c->offset + c->header_size + header->caplen;
	}
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
	if (status != PCAP_ERROR && !ferror(c->file))
		return 0;
	describe(c, what, sizeof what);
	return source_damaged(&c->source, &c->options, c->input, c->number + 1, c->offset, what);
}

/* Has the watch ended the input? Tells it how far the file has been read, where that is due. */
static bool is_ended(struct classic *c)
{
	if (c->offset >= c->report && c->report)
		c->report = compressed_reached(c->input, c->offset);
	return c->report == 0;
}

static int classic_next(struct source *s, struct frame *frame)
{
	struct classic *c = (struct classic *)s;
	struct pcap_pkthdr *header;
	const u_char *bytes;
	int status = is_ended(c) || c->empty > SOURCE_EMPTY_LIMIT ? 0 : pcap_next_ex(c->pcap, &header, &bytes);

	if (status <= 0)
		return finish(c, status);
	fill_constants(c, frame);
	fill(c, frame, header, bytes);
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

	fill(run->classic, &run->frame, header, bytes);
	if (is_ended(run->classic) || run->classic->empty > SOURCE_EMPTY_LIMIT)
		pcap_breakloop(run->classic->pcap);
	run->sink(run->context, &run->frame);
}

static int classic_run(struct source *s, frame_sink *sink, void *context)
{
	struct run run = { .classic = (struct classic *)s, .sink = sink, .context = context };

	fill_constants(run.classic, &run.frame);
	return finish(run.classic, pcap_loop(run.classic->pcap, -1, run_packet, (u_char *)&run));
}

static void classic_close(struct source *s)
{
	struct classic *c = (struct classic *)s;

	if (c->pcap)
		pcap_close(c->pcap);
	else if (c->file)
		fclose(c->file);
	compressed_close(c->input);
	free(c);
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
	c->file = compressed_file(input);
	if (c->file)
		c->pcap = pcap_fopen_offline_with_tstamp_precision(c->file, PCAP_TSTAMP_PRECISION_NANO, reason);
	if (!c->pcap) {
		buf_format(error, "libpcap cannot read it: %s", reason);
		classic_close(&c->source);
		return NULL;
	}
	c->offset = FILE_HEADER_SIZE;
	c->report = compressed_reached(input, c->offset);
	c->digits = magic_of(head) == MAGIC_NANOSECONDS ? 9 : 6;
	c->header_size = magic_of(head) == MAGIC_MODIFIED ? MODIFIED_HEADER_SIZE : PACKET_HEADER_SIZE;
	c->snapshot = (uint32_t)pcap_snapshot(c->pcap);
	c->link_type = link_type_of_dlt(pcap_datalink(c->pcap));
	if (options->describe)
		options->describe(options->describe_context, &(struct description){ .file = options->file,
										    .link_type = c->link_type,
										    .snaplen = c->snapshot,
										    .digits = c->digits });
	return &c->source;
}
