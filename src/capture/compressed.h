/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compressed: a capture file, or standard input, as the bytes it holds once decompressed. What it is
 * compressed with (gzip, zstd, xz, lz4, or nothing) is recognized by its first bytes, never by its name;
 * pipes work as files do.
 */
#ifndef SMTPSCOPE_COMPRESSED_H
#define SMTPSCOPE_COMPRESSED_H

#include <stdio.h>
#include <sys/types.h>

#include "buf.h"

struct compressed;

#define COMPRESSED_HEAD_SIZE 64 /* bytes of compressed_head, where the file has as many */

/*
 * Opens |path|, or standard input for "-". Reads go in pieces of |buffer_size| bytes, which is about the
 * memory it takes. NULL, and the reason in |error| ("FILE: No such file or directory"), where that is
 * impossible. What is opened but damaged is told by reading.
 */
struct compressed *compressed_open(const char *path, size_t buffer_size, struct buf *error);
/* Closes it; NULL may be given. A FILE that compressed_file gave out must have been closed before. */
void compressed_close(struct compressed *c);

/* What it is compressed with, as people call it, or NULL. */
const char *compressed_kind(const struct compressed *c);
/* The first decompressed bytes, which stay to be read; fewer than COMPRESSED_HEAD_SIZE where there are no
 * more, or came no more so far. */
struct span compressed_head(const struct compressed *c);
/* As read(2): decompressed bytes, 0 at the end, -1 where compressed_error says what is wrong. */
ssize_t compressed_read(struct compressed *c, void *to, size_t size);
/*
 * The same bytes, from the first, as a stream of the C library that is the caller's to close. To be called at
 * most once, and not together with compressed_read. NULL where memory is short. ftello works on it, seeking
 * does not.
 */
FILE *compressed_file(struct compressed *c);
/* Why reading failed, such as "the gzip data ends too early"; NULL where nothing is wrong so far. Lives as
 * long as |c|. */
const char *compressed_error(const struct compressed *c);

#endif
