/* SPDX-License-Identifier: BSD-2-Clause */
#include "spool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct spool {
	FILE *file;
	uint64_t bytes, lost;
};

/* Before the bytes and the options of each packet. */
struct entry {
	struct frame_ref ref;
	uint32_t length, wire_length, interface, options_length;
	int link_type;
	bool big_endian;
};

struct spool *spool_create(struct buf *error)
{
	struct spool *s = calloc(1, sizeof *s);

	if (s)
		s->file = tmpfile();
	if (!s || !s->file) {
		buf_format(error, "no temporary file for the packets: %s", strerror(errno));
		free(s);
		return NULL;
	}
	return s;
}

void spool_destroy(struct spool *s)
{
	if (!s)
		return;
	fclose(s->file);
	free(s);
}

void spool_push(void *spool, const struct frame *frame)
{
	struct spool *s = spool;
	const struct entry entry = { .ref = frame->ref,
				     .length = (uint32_t)frame->bytes.length,
				     .wire_length = frame->wire_length,
				     .interface = frame->interface,
				     .options_length = (uint32_t)frame->options.length,
				     .link_type = frame->link_type,
				     .big_endian = frame->options_big_endian };
	uint64_t size = sizeof entry + frame->bytes.length + frame->options.length;

	/* Once a packet is missing, the rest of its session is of no use. */
	if (s->lost || s->bytes + size > SPOOL_BYTES || ferror(s->file)) {
		s->lost++;
		return;
	}
	s->bytes += size;
	if (fwrite(&entry, sizeof entry, 1, s->file) != 1 ||
	    fwrite(frame->bytes.at, 1, frame->bytes.length, s->file) != frame->bytes.length ||
	    (frame->options.length &&
	     fwrite(frame->options.at, 1, frame->options.length, s->file) != frame->options.length))
		s->lost++;
}

bool spool_run(struct spool *s, frame_sink *sink, void *context)
{
	struct entry entry;
	uint8_t *bytes = NULL;
	size_t capacity = 0;
	bool good = !ferror(s->file) && fseek(s->file, 0, SEEK_SET) == 0;

	while (good && fread(&entry, sizeof entry, 1, s->file) == 1) {
		size_t size = (size_t)entry.length + entry.options_length;
		struct frame frame = { .ref = entry.ref,
				       .wire_length = entry.wire_length,
				       .link_type = entry.link_type,
				       .interface = entry.interface,
				       .options_big_endian = entry.big_endian };

		if (size > capacity || !bytes) {
			free(bytes);
			capacity = size + 1;
			bytes = malloc(capacity);
		}
		good = bytes && fread(bytes, 1, size, s->file) == size;
		if (!good)
			break;
		frame.bytes = span_of(bytes, entry.length);
		frame.options = span_of(bytes + entry.length, entry.options_length);
		sink(context, &frame);
	}
	free(bytes);
	return good && !ferror(s->file);
}

uint64_t spool_lost(const struct spool *s)
{
	return s->lost;
}
