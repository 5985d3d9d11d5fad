/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * markdown: appends text to Markdown (CommonMark) such that nothing in it acts as markup, and no character hides or reorders its
 * neighbors.
 */
#ifndef SMTPSCOPE_MARKDOWN_H
#define SMTPSCOPE_MARKDOWN_H

#include "buf.h"

/* Appends |text|, a sentence that may contain bytes from the wire, on one line. */
void markdown_prose(struct buf *out, struct span text);
/* Appends |text|, bytes from the wire, as a code span on one line. */
void markdown_code(struct buf *out, struct span text);

#endif
