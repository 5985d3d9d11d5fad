/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decoder: takes one kind of compression off a stream of bytes. gzip and xz are decoded with their own
 * libraries: with libarchive, which works in blocks of 64 KiB, a damaged file would lose the last block whole
 * (all of a small capture), and libarchive leaves gzip's checksum unread. zstd and lz4, whose blocks
 * libarchive hands on as they are, go through it, each with the one filter by name ("all filters" may start
 * programs).
 */
#ifndef SMTPSCOPE_DECODER_H
#define SMTPSCOPE_DECODER_H

#include <stdint.h>
#include <sys/types.h>

#include "span.h"

/* Gives the next compressed bytes, valid until its next call: their count, 0 at the end, -1 where reading
 * failed. */
typedef ssize_t decoder_input(void *context, const uint8_t **at);

struct decoder_kind {
	const char *name; /* as people call it: "gzip" */
	uint8_t magic[6]; /* what such a stream begins with */
	size_t magic_length;
	/* A decoder that takes its bytes from |input|; NULL where memory is short. */
	void *(*create)(decoder_input *input, void *context);
	/*
	 * Up to |size| (not 0) decoded bytes: their count, 0 at the sound end of the stream, -1 where it is
	 * damaged or ends early. All that can be decoded is delivered before -1, which is then the answer to
	 * every later call too; |*why| continues the sentence "the gzip data ..." and lives as long as the
	 * decoder.
	 */
	ssize_t (*read)(void *decoder, void *to, size_t size, const char **why);
	void (*destroy)(void *decoder);
};

extern const struct decoder_kind decoder_gzip; /* RFC 1952, several members too */
extern const struct decoder_kind decoder_xz;
extern const struct decoder_kind decoder_zstd; /* RFC 8878 */
extern const struct decoder_kind decoder_lz4;  /* frames */

/* The kind whose streams begin like |head|, or NULL. */
const struct decoder_kind *decoder_find(struct span head);

#endif
