/* SPDX-License-Identifier: BSD-2-Clause */
/* source_file: shared by source_open and the kinds of capture files; private to them. */
#ifndef SMTPSCOPE_SOURCE_FILE_H
#define SMTPSCOPE_SOURCE_FILE_H

#include "compressed.h"
#include "source.h"

/*
 * Creates a source that reads from |input| and owns it. Returns NULL, and the reason without the file name in
 * |error|, if that fails; |input| is closed then.
 */
struct source *classic_open(const struct source_options *options, struct compressed *input, struct buf *error);
struct source *pcapng_source_open(const struct source_options *options, struct compressed *input,
				  struct buf *error);

/* Returns whether a file that begins with |head| claims to be classic pcap. Four bytes are enough. */
bool classic_recognize(struct span head);

/*
 * Records that the file is damaged at byte |offset|, where packet |number| begins or should begin. Returns
 * -1.
 */
int source_damaged(struct source *s, const struct source_options *options, const struct compressed *input,
		   uint64_t number, uint64_t offset, const char *what);

/*
 * A capture that goes on this far without a byte of a packet ends there as damaged: a few bytes of compressed input can become any number of
 * empty packets or other blocks.
 */
enum { SOURCE_EMPTY_LIMIT = 64 * 1024 * 1024 };
#define SOURCE_EMPTY_TEXT "64 MiB without the content of a packet"

/* The plural ending of "byte". */
static inline const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

/* The name of the file for messages. */
const char *source_name(const char *path);

#endif
