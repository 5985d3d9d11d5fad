/* SPDX-License-Identifier: BSD-2-Clause */
/* cut_table: finds the marked session that a segment belongs to, by its endpoints and its place in the capture. */
#ifndef SMTPSCOPE_CUT_TABLE_H
#define SMTPSCOPE_CUT_TABLE_H

#include "map.h"
#include "marks.h"

struct cut_table {
	struct account *account;
	struct map pairs;
};

/* |account| (NULL: none) is charged with it and must outlive it. Returns false if memory runs out. */
bool cut_table_init(struct cut_table *t, const uint64_t secret[static 2], struct account *account);
void cut_table_finish(struct cut_table *t);
/* Adds a session behind the others with the same endpoints. Returns false if memory runs out. */
bool cut_table_add(struct cut_table *t, const struct session_marks *marks);
/* Returns the session of a segment, and its sender in |*d|, or NULL. To be asked in the order of the packets. */
const struct session_marks *cut_table_find(struct cut_table *t, const struct segment *segment,
					   enum direction *d);

#endif
