/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * escape: bytes from the wire made safe for a terminal. Control characters (escape sequences with them), broken UTF-8 and
 * characters that hide or turn round what stands beside them (bidirectional controls, zero-width ones) become visible:
 * \x1b, \u202e. What comes out is valid UTF-8 on one line. Widths are columns: 0 for combining characters, 2 for wide ones.
 */
#ifndef SMTPSCOPE_ESCAPE_H
#define SMTPSCOPE_ESCAPE_H

#include "buf.h"

#define ESCAPE_WHOLE SIZE_MAX

/*
 * Adds |text| to |out|, in at most |columns| columns (ESCAPE_WHOLE: all of it); what is longer is cut and ends with an
 * ellipsis. Returns the columns used.
 */
size_t escape_append(struct buf *out, struct span text, size_t columns);
/* The columns |text| takes whole. */
size_t escape_width(struct span text);
/*
 * How many bytes of |text| fit into |columns| columns, whole characters only; |*used| becomes the columns they take. At
 * least one character is taken, so that who goes on from there gets on.
 */
size_t escape_fit(struct span text, size_t columns, size_t *used);

#endif
