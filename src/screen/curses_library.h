/* SPDX-License-Identifier: BSD-2-Clause */
/* curses_library: the functions of libncursesw that terminal.c calls; the library is loaded for `top` alone. */
#ifndef SMTPSCOPE_CURSES_LIBRARY_H
#define SMTPSCOPE_CURSES_LIBRARY_H

#define NCURSES_NOMACROS 1
#define NCURSES_WIDECHAR 1
#include <curses.h>

#include "library.h"

struct curses_library {
	LIBRARY_POINTER(newterm);
	LIBRARY_POINTER(set_term);
	LIBRARY_POINTER(stdscr);
	LIBRARY_POINTER(has_colors);
	LIBRARY_POINTER(start_color);
	LIBRARY_POINTER(use_default_colors);
	LIBRARY_POINTER(init_pair);
	LIBRARY_POINTER(cbreak);
	LIBRARY_POINTER(noecho);
	LIBRARY_POINTER(nonl);
	LIBRARY_POINTER(keypad);
	LIBRARY_POINTER(nodelay);
	LIBRARY_POINTER(set_escdelay);
	LIBRARY_POINTER(isendwin);
	LIBRARY_POINTER(endwin);
	LIBRARY_POINTER(getmaxx);
	LIBRARY_POINTER(getmaxy);
	LIBRARY_POINTER(waddch);
	LIBRARY_POINTER(waddnstr);
	LIBRARY_POINTER(wmove);
	LIBRARY_POINTER(wattr_set);
	LIBRARY_POINTER(wrefresh);
	LIBRARY_POINTER(wget_wch);
	LIBRARY_POINTER(curs_set);
};

/* Returns false if the library is not installed or has another interface. */
bool curses_library_load(struct curses_library *library);

#endif
