/* SPDX-License-Identifier: BSD-2-Clause */
/* list_view: the list of sessions: which rows, in which order, which is current. */
#ifndef SMTPSCOPE_LIST_VIEW_H
#define SMTPSCOPE_LIST_VIEW_H

#include "list_filter.h"

enum list_order { BY_NUMBER, BY_START, BY_CLIENT, BY_SERVER, BY_OUTCOME, BY_CAUSE, LIST_ORDERS };

struct list_view {
	struct filter filter;
	enum list_order order;
	struct roster_row **rows; /* those that the filter shows, in order; owned */
	size_t count, capacity;
	uint64_t revision; /* of the roster when they were chosen */
	uint64_t current;  /* number of the current session; 0: none */
	size_t at, top;	   /* its index; that of the first visible row */
	uint64_t until;	   /* later sessions are hidden: the list is paused */
	bool follow;	   /* the newest session is the current one */
};

void list_view_init(struct list_view *v);
void list_view_finish(struct list_view *v);
/* Chooses the rows again, if the roster changed or |force|. */
void list_view_update(struct list_view *v, const struct roster *r, bool force);
/* Moves the current row by |rows|. Movement ends following; the end of the list begins it again. */
void list_view_move(struct list_view *v, long rows);
void list_view_go(struct list_view *v, size_t index);
/* Goes to the next (1) or previous (-1) row that contains |word|. Returns false if there is none. */
bool list_view_find(struct list_view *v, const char *word, int step);
/* The current row, or NULL. */
struct roster_row *list_view_current(const struct list_view *v);
/* Makes |height| rows around the current one visible. */
void list_view_scroll(struct list_view *v, size_t height);
/* Appends one row, |width| columns wide, as visible text. */
void list_view_text(struct buf *out, const struct roster_row *row, size_t width);
void list_view_heading(struct buf *out, size_t width);
const char *list_order_name(enum list_order order);

#endif
