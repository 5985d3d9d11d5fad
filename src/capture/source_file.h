/* SPDX-License-Identifier: BSD-2-Clause */
/* source_file: what the kinds of capture files share with source_open, and nobody else needs. */
#ifndef SMTPSCOPE_SOURCE_FILE_H
#define SMTPSCOPE_SOURCE_FILE_H

#include "compressed.h"
#include "source.h"

/*
 * A source over |input|, which is the source's from now on. NULL where it cannot be made, with the reason but
 * not the file's name in |error|; |input| is closed then.
 */
struct source *classic_open(const struct source_options *options, struct compressed *input, struct buf *error);
struct source *pcapng_source_open(const struct source_options *options, struct compressed *input,
				  struct buf *error);

/* Does a file that begins so claim to be classic pcap? Four bytes are enough. */
bool classic_recognize(struct span head);

/* Notes that the file is damaged at its byte |offset|, where packet |number| begins or would; returns -1. */
int source_damaged(struct source *s, const struct source_options *options, const struct compressed *input,
		   uint64_t number, uint64_t offset, const char *what);

/* The ending of "byte" after a number. */
static inline const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

/* What people call the file. */
const char *source_name(const char *path);

#endif
