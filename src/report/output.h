/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * output: the destination of a report: a file; in a thread other than that of the file, a draft; or, while the selection holds back a
 * session that may not be selected, a buffer. Formats only write.
 */
#ifndef SMTPSCOPE_OUTPUT_H
#define SMTPSCOPE_OUTPUT_H

#include "buf.h"

#include <stdio.h>

struct output {
	/* owned by the caller; it records write errors (ferror), which are checked at the end */
	FILE *file;
	struct buf *draft; /* owned by the caller; takes everything instead of |file|; NULL: write to |file| */
	struct buf *into; /* owned by the caller; takes what may not be shown at all; NULL: write it at once */
	bool cut;	  /* |into| could not hold everything */
	bool draft_cut;	  /* |draft| could not */
	bool marked; /* a number behind a mark (later_number.h) was written; set by formats, cleared by the caller */
};

static inline void output_write(struct output *o, const void *at, size_t length)
{
	if (o->into)
		o->cut |= buf_append(o->into, span_of(at, length)) < length;
	else if (o->draft)
		o->draft_cut |= buf_append(o->draft, span_of(at, length)) < length;
	else
		fwrite_unlocked(at, 1, length, o->file);
}

#endif
