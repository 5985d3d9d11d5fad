/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "archive_library.h"
#include "decoder.h"

struct stream {
	struct archive_library library;
	struct archive *archive;
	decoder_input *input;
	void *context;
	struct span block; /* decoded but not yet delivered */
	bool opened, ended, failed;
	char why[160];
};

static la_ssize_t feed(struct archive *archive, void *context, const void **at)
{
	struct stream *s = context;
	const uint8_t *bytes = NULL;
	ssize_t count = s->input(s->context, &bytes);

	if (count < 0)
		s->library.archive_set_error(archive, EIO, "read error");
	*at = bytes;
	return count;
}

static struct stream *create(decoder_input *input, void *context)
{
	struct stream *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->input = input;
	s->context = context;
	if (archive_library_load(&s->library))
		s->archive = s->library.archive_read_new();
	if (s->archive)
		return s;
	free(s);
	return NULL;
}

/*
 * Prepares the reading of one unnamed file that is the whole stream. |enabled| is what enabling the filter returned: a warning if
 * libarchive was built without the decompression library, since reading would then start a program. Frees |s| and returns NULL if
 * the stream cannot be read.
 */
static void *as_raw(struct stream *s, int enabled)
{
	/* The format "raw" needs at least one byte; "empty" covers the rest. */
	if (enabled == ARCHIVE_OK && s->library.archive_read_support_format_raw(s->archive) == ARCHIVE_OK &&
	    s->library.archive_read_support_format_empty(s->archive) == ARCHIVE_OK)
		return s;
	s->library.archive_read_free(s->archive);
	free(s);
	return NULL;
}

static void *zstd_create(decoder_input *input, void *context)
{
	struct stream *s = create(input, context);

	return s ? as_raw(s, s->library.archive_read_support_filter_zstd(s->archive)) : NULL;
}

static void *lz4_create(decoder_input *input, void *context)
{
	struct stream *s = create(input, context);

	return s ? as_raw(s, s->library.archive_read_support_filter_lz4(s->archive)) : NULL;
}

/* Fetches the next decoded bytes into |s->block|. Returns libarchive's status. */
static int next_block(struct stream *s)
{
	struct archive_entry *entry;
	const void *at = NULL;
	size_t length = 0;
	la_int64_t offset;
	int status = ARCHIVE_OK;

	if (!s->opened) {
		s->opened = true;
		status = s->library.archive_read_open(s->archive, s, NULL, feed, NULL);
		if (status == ARCHIVE_OK)
			status = s->library.archive_read_next_header(s->archive, &entry);
	}
	if (status == ARCHIVE_OK || status == ARCHIVE_WARN)
		status = s->library.archive_read_data_block(s->archive, &at, &length, &offset);
	s->block = span_of(at, status == ARCHIVE_OK || status == ARCHIVE_WARN ? length : 0);
	return status;
}

static ssize_t stream_read(void *decoder, void *to, size_t size, const char **why)
{
	struct stream *s = decoder;
	size_t count;

	while (s->block.length == 0 && !s->ended && !s->failed) {
		int status = next_block(s);
		if (status == ARCHIVE_EOF) {
			s->ended = true;
		} else if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
			const char *text = s->library.archive_error_string(s->archive);
			snprintf(s->why, sizeof s->why, "is damaged or ends too early (%s)",
				 text ? text : "unknown reason");
			s->failed = true;
		}
	}
	if (s->block.length == 0) {
		*why = s->why;
		return s->failed ? -1 : 0;
	}
	count = size < s->block.length ? size : s->block.length;
	memcpy(to, s->block.at, count);
	s->block = span_from(s->block, count);
	return (ssize_t)count;
}

static void stream_destroy(void *decoder)
{
	struct stream *s = decoder;

	if (!s)
		return;
	s->library.archive_read_free(s->archive);
	free(s);
}

const struct decoder_kind decoder_zstd = {
	.name = "zstd",
	.library = LIBARCHIVE_SONAME,
	.magic = { 0x28, 0xb5, 0x2f, 0xfd },
	.magic_length = 4,
	.create = zstd_create,
	.read = stream_read,
	.destroy = stream_destroy,
};

const struct decoder_kind decoder_lz4 = {
	.name = "lz4",
	.library = LIBARCHIVE_SONAME,
	.magic = { 0x04, 0x22, 0x4d, 0x18 },
	.magic_length = 4,
	.create = lz4_create,
	.read = stream_read,
	.destroy = stream_destroy,
};
