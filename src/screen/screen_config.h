/* SPDX-License-Identifier: BSD-2-Clause */
/* screen_config: what a screen shows, and how it saves sessions. */
#ifndef SMTPSCOPE_SCREEN_CONFIG_H
#define SMTPSCOPE_SCREEN_CONFIG_H

#include "roster.h"

enum { SAVE_NAME_SIZE = 256, SAVE_SESSIONS_MAX = 1000 };

/* Sessions to save. */
struct save_request {
	const char *name; /* of the file; its ending says the format */
	const struct roster_row *const *rows;
	size_t count;
};

struct terminal;

struct screen_config {
	struct terminal *terminal; /* open; must outlive the screen */
	struct roster *roster;	   /* must outlive the screen */
	const char *source;	   /* the interfaces or files, for the title */
	bool live;		   /* more sessions arrive */
	bool ascii;
	void *context;
	/* Saves sessions. Returns whether that worked; one line in |message| says what was saved, or why not. */
	bool (*save)(void *context, const struct save_request *request, struct buf *message);
};

#endif
