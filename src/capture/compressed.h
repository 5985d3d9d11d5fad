/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compressed: reads the decompressed bytes of a capture file or of standard input. The compression (gzip,
 * zstd, xz, lz4 or none) is recognized by the first bytes, not by the name. Pipes work like files.
 */
#ifndef SMTPSCOPE_COMPRESSED_H
#define SMTPSCOPE_COMPRESSED_H

#include <sys/types.h>

#include "buf.h"

struct compressed;

/* Is told about the reads of an input. Both are called with |context|. */
struct read_watch {
	void *context;
	/* Before each read, which may block. Returns false to end the input here, as if it were at its end. */
	bool (*before)(void *context, int fd);
	/* |bytes| were read from the file, as they are in it. */
	void (*after)(void *context, size_t bytes);
};

#define COMPRESSED_HEAD_SIZE 64 /* size of compressed_head, if the file is that long */

/*
 * Opens |path|, or standard input for "-". Reads |buffer_size| bytes at a time and uses about that much
 * memory. Returns NULL, and the reason in |error| ("FILE: No such file or directory"), if it cannot be
 * opened. Damage in an opened file is reported by compressed_read. |watch| must live as long as the result; NULL: none.
 */
struct compressed *compressed_open(const char *path, size_t buffer_size, const struct read_watch *watch,
				   struct buf *error);
/* Closes |c|; accepts NULL. */
void compressed_close(struct compressed *c);

/* Returns the name of the compression, such as "gzip", or NULL if there is none. */
const char *compressed_kind(const struct compressed *c);
/*
 * Returns the first decompressed bytes without consuming them; fewer than COMPRESSED_HEAD_SIZE if the file is
 * shorter or a pipe has not delivered more.
 */
struct span compressed_head(const struct compressed *c);
/* Like read(2), but returns decompressed bytes: 0 at the end, -1 on an error, see compressed_error. */
ssize_t compressed_read(struct compressed *c, void *to, size_t size);
/* Returns whether the watch has ended the input. What was read before may then end anywhere. */
bool compressed_stopped(const struct compressed *c);
/*
 * Returns why reading failed, such as "the gzip data ends too early", or NULL if nothing has failed. Valid as
 * long as |c|.
 */
const char *compressed_error(const struct compressed *c);

#endif
