/* SPDX-License-Identifier: BSD-2-Clause */
/* screen_state: the state of the screen, for the files that handle its keys and draw it. */
#ifndef SMTPSCOPE_SCREEN_STATE_H
#define SMTPSCOPE_SCREEN_STATE_H

#include "list_view.h"
#include "pages.h"
#include "screen_config.h"

enum {
	TITLE_ROWS = 2,
	FOOT_ROWS = 2,
	VIEWS_DEEP = 4,
	INPUT_SIZE = 256,
	MESSAGE_SIZE = 512,
	TEXT_SIZE = 2048
};

enum view_kind {
	VIEW_LIST,
	VIEW_SESSION,
	VIEW_FINDING,
	VIEW_BYTES,
	VIEW_FIGURES,
	VIEW_DIFFERENCE,
	VIEW_HELP
};
enum prompt { PROMPT_NONE, PROMPT_SEARCH, PROMPT_FILTER, PROMPT_SAVE };

/* A page that can be scrolled, opened on top of others. */
struct view {
	enum view_kind kind;
	struct lines lines;
	size_t at, top;		 /* the current line; the first visible one */
	uint64_t session, other; /* what it shows */
	uint64_t entry;		 /* serial of the entry; 0: none */
	uint64_t revision;	 /* of the row or roster when the lines were made */
	size_t width;		 /* they were made for */
};

struct screen {
	struct screen_config config;
	struct list_view list;
	struct view views[VIEWS_DEEP]; /* [0] is the list */
	size_t depth;		       /* index of the view on top */
	size_t rows, columns;
	bool whole, paused, ended;
	enum prompt prompt;
	char input[INPUT_SIZE], search[INPUT_SIZE], message[MESSAGE_SIZE];
};

/* The view that is shown. */
struct view *screen_top(struct screen *s);
/* Rows between the headings and the foot. */
size_t screen_body_rows(const struct screen *s);
/* The entry of the row's dialogue with this serial, or NULL. */
const struct entry *screen_entry(const struct roster_row *row, uint64_t serial);
/* Makes the lines of |v| again if what they show has changed. */
void screen_update_view(struct screen *s, struct view *v);

#endif
