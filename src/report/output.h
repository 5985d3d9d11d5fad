/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * output: the destination of a report: a file or, while the selection holds back a session that may not be
 * selected, a buffer. Formats only write.
 */
#ifndef SMTPSCOPE_OUTPUT_H
#define SMTPSCOPE_OUTPUT_H

#include "buf.h"

#include <stdio.h>

struct output {
	/* owned by the caller; it records write errors (ferror), which are checked at the end */
	FILE *file;
	struct buf *into; /* owned by the caller; NULL: write to |file| */
	bool cut;	  /* |into| could not hold everything */
};

static inline void output_write(struct output *o, const void *at, size_t length)
{
	if (!o->into)
		fwrite_unlocked(at, 1, length, o->file);
	else if (buf_append(o->into, span_of(at, length)) < length)
		o->cut = true;
}

#endif
