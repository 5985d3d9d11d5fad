/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decoder: decompresses a stream of bytes. gzip and xz use their own libraries, because libarchive reads
 * blocks of 64 KiB and loses the last block of a damaged file (all of a small capture), and because it does
 * not verify the checksum of gzip. zstd and lz4 use libarchive, which passes their blocks on unchanged. Each
 * enables only its one filter: "all filters" may start programs.
 */
#ifndef SMTPSCOPE_DECODER_H
#define SMTPSCOPE_DECODER_H

#include <stdint.h>
#include <sys/types.h>

#include "span.h"

/*
 * Supplies the next compressed bytes, valid until the next call. Returns their count, 0 at the end, -1 on a
 * read error.
 */
typedef ssize_t decoder_input(void *context, const uint8_t **at);

struct decoder_kind {
	const char *name;    /* as shown to users: "gzip" */
	const char *library; /* which create loads; NULL: none */
	uint8_t magic[6];    /* first bytes of such a stream */
	size_t magic_length;
	/* Creates a decoder that reads from |input|. Returns NULL if memory runs out or the library is missing. */
	void *(*create)(decoder_input *input, void *context);
	/*
	 * Reads up to |size| (not 0) decompressed bytes. Returns their count, 0 at the regular end of the
	 * stream, or -1 if the stream is damaged or truncated. Delivers everything that can be decoded before
	 * it returns -1; every later call then returns -1 too. |*why| completes the sentence "the gzip data
	 * ..." and is valid as long as the decoder.
	 */
	ssize_t (*read)(void *decoder, void *to, size_t size, const char **why);
	void (*destroy)(void *decoder);
};

extern const struct decoder_kind decoder_gzip; /* RFC 1952; several members are allowed */
extern const struct decoder_kind decoder_xz;
extern const struct decoder_kind decoder_zstd; /* RFC 8878 */
extern const struct decoder_kind decoder_lz4;  /* frames */

/* Returns the decoder for streams that begin with |head|, or NULL. */
const struct decoder_kind *decoder_find(struct span head);

#endif
