/* SPDX-License-Identifier: BSD-2-Clause */
#include "curses_library.h"

LIBRARY_NOTE(LIBNCURSESW_SONAME, "top", "Draw smtpscope top");

bool curses_library_load(struct curses_library *library)
{
	static const struct library_function functions[] = {
		LIBRARY_FUNCTION(struct curses_library, newterm),
		LIBRARY_FUNCTION(struct curses_library, set_term),
		LIBRARY_FUNCTION(struct curses_library, stdscr),
		LIBRARY_FUNCTION(struct curses_library, has_colors),
		LIBRARY_FUNCTION(struct curses_library, start_color),
		LIBRARY_FUNCTION(struct curses_library, use_default_colors),
		LIBRARY_FUNCTION(struct curses_library, init_pair),
		LIBRARY_FUNCTION(struct curses_library, cbreak),
		LIBRARY_FUNCTION(struct curses_library, noecho),
		LIBRARY_FUNCTION(struct curses_library, nonl),
		LIBRARY_FUNCTION(struct curses_library, keypad),
		LIBRARY_FUNCTION(struct curses_library, nodelay),
		LIBRARY_FUNCTION(struct curses_library, set_escdelay),
		LIBRARY_FUNCTION(struct curses_library, isendwin),
		LIBRARY_FUNCTION(struct curses_library, endwin),
		LIBRARY_FUNCTION(struct curses_library, getmaxx),
		LIBRARY_FUNCTION(struct curses_library, getmaxy),
		LIBRARY_FUNCTION(struct curses_library, waddch),
		LIBRARY_FUNCTION(struct curses_library, waddnstr),
		LIBRARY_FUNCTION(struct curses_library, wmove),
		LIBRARY_FUNCTION(struct curses_library, wattr_set),
		LIBRARY_FUNCTION(struct curses_library, wrefresh),
		LIBRARY_FUNCTION(struct curses_library, wget_wch),
		LIBRARY_FUNCTION(struct curses_library, curs_set),
	};

	return library_load(library, LIBNCURSESW_SONAME, functions, sizeof functions / sizeof *functions);
}
