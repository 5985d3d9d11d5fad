/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * list_columns: the columns of the list and their widths. First the content is looked at, then the widths are settled: each column
 * gets what its content needs, as far as there is room.
 */
#ifndef SMTPSCOPE_LIST_COLUMNS_H
#define SMTPSCOPE_LIST_COLUMNS_H

#include "buf.h"

enum list_column {
	LIST_NUMBER,
	LIST_START,
	LIST_CLIENT,
	LIST_SERVER,
	LIST_HELO,
	LIST_FROM,
	LIST_TO,
	LIST_OUTCOME,
	LIST_CODE,
	LIST_CAUSE,
	LIST_COLUMNS
};

/* Between an address and the number of further ones. */
#define LIST_MORE " +"

struct list_columns {
	size_t width;		     /* of a line */
	size_t needed[LIST_COLUMNS]; /* by the content so far */
	size_t widths[LIST_COLUMNS];
};

/* |width|: columns of the terminal. */
void list_columns_init(struct list_columns *c, unsigned width);
/* Looks at a row: the texts of its columns, each followed by NUL. */
void list_columns_fit(struct list_columns *c, const char *fields);
/* Most of the content is still to come: the columns get what they usually need. */
void list_columns_expect(struct list_columns *c);
void list_columns_settle(struct list_columns *c);
/* Appends |text| in the width of |column|, padded or cut. */
void list_columns_put(const struct list_columns *c, struct buf *line, enum list_column column,
		      const char *text);
const char *list_columns_head(enum list_column column);

#endif
