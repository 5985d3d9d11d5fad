/* SPDX-License-Identifier: BSD-2-Clause */
#include "source_file.h"

#include <inttypes.h>

const char *source_name(const char *path)
{
	return strcmp(path, "-") == 0 ? "standard input" : path;
}

int source_damaged(struct source *s, const struct source_options *options, const struct compressed *input,
		   uint64_t number, uint64_t offset, const char *what)
{
	buf_format(&s->error, "%s: packet %" PRIu64 ", byte %" PRIu64 "%s: %s", source_name(options->path),
		   number, offset, compressed_kind(input) ? " (decompressed)" : "", what);
	return -1;
}
