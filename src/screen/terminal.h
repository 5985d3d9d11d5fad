/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * terminal: the whole terminal, drawn with ncursesw (curses_library.h). The only file that uses it. There is one at a time, as ncurses
 * has one screen.
 */
#ifndef SMTPSCOPE_TERMINAL_H
#define SMTPSCOPE_TERMINAL_H

#include "lines.h"

/* Keys that are not characters. */
enum press {
	PRESS_NONE = 0,		/* no key is waiting */
	PRESS_NAMED = 0x110000, /* beyond Unicode */
	PRESS_UP,
	PRESS_DOWN,
	PRESS_LEFT,
	PRESS_RIGHT,
	PRESS_PAGE_UP,
	PRESS_PAGE_DOWN,
	PRESS_FIRST,
	PRESS_LAST,
	PRESS_ENTER,
	PRESS_ESCAPE,
	PRESS_ERASE,
	PRESS_RESIZE,	/* the size changed */
	PRESS_FUNCTION, /* F1 is PRESS_FUNCTION + 1 */
};

struct terminal_options {
	bool color;
	bool *ascii; /* set to whether the locale lacks UTF-8 */
};

struct terminal;

/*
 * Takes the terminal over. Returns NULL, with a line in |error|, if standard output is not one or it is not known, or if ncursesw is not
 * installed.
 */
struct terminal *terminal_open(const struct terminal_options *options, struct buf *error);
/* Gives it back as it was. Accepts NULL. */
void terminal_close(struct terminal *t);
void terminal_size(const struct terminal *t, size_t *rows, size_t *columns);
/* Draws |text|, visible UTF-8, at a place; the rest of |width| columns becomes blank. */
void terminal_put(const struct terminal *t, size_t row, size_t column, size_t width, enum line_style style,
		  bool reversed, const char *text);
/* Shows what was drawn. The cursor is visible at |column| of |row| if |cursor|. */
void terminal_show(const struct terminal *t, bool cursor, size_t row, size_t column);
/* Returns the next key: a character (Unicode), or one of enum press. Never waits. */
uint32_t terminal_read(const struct terminal *t);

#endif
