/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * escape: makes bytes from the wire safe for a terminal. Control characters (and escape sequences), invalid
 * UTF-8, and characters that hide or reorder their neighbors (bidirectional controls, zero-width characters)
 * become visible: \x1b, \u202e. The output is valid UTF-8 on one line. Widths are columns: 0 for combining
 * characters, 2 for wide ones.
 */
#ifndef SMTPSCOPE_ESCAPE_H
#define SMTPSCOPE_ESCAPE_H

#include "buf.h"

#define ESCAPE_WHOLE SIZE_MAX

/*
 * Appends |text| to |out| in at most |columns| columns (ESCAPE_WHOLE: no limit); longer text is cut and ends
 * with an ellipsis. Returns the columns used.
 */
size_t escape_append(struct buf *out, struct span text, size_t columns);
/* Is the character |point| one that is not shown unchanged: a control, or one that hides or reorders its neighbors? */
bool escape_hides(uint32_t point);
/* Returns the columns of the complete |text|. */
size_t escape_width(struct span text);
/*
 * Returns how many bytes of |text| fit into |columns| columns, in whole characters; sets |*used| to their
 * columns. Takes at least one character, so that a caller always makes progress.
 */
size_t escape_fit(struct span text, size_t columns, size_t *used);

#endif
