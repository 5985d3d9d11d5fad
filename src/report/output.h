/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * output: where a report's bytes go: into a file, or for a while into a buffer, when the selection holds back a session that may
 * turn out not to be selected. Formats only write.
 */
#ifndef SMTPSCOPE_OUTPUT_H
#define SMTPSCOPE_OUTPUT_H

#include "buf.h"

#include <stdio.h>

struct output {
	FILE *file;	  /* the caller's; write errors are kept by it (ferror) and checked at the end */
	struct buf *into; /* the caller's; NULL: write to |file| */
	bool cut;	  /* |into| could not take all of it */
};

static inline void output_write(struct output *o, const void *at, size_t length)
{
	if (!o->into)
		fwrite_unlocked(at, 1, length, o->file);
	else if (buf_append(o->into, span_of(at, length)) < length)
		o->cut = true;
}

#endif
