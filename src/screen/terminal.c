/* SPDX-License-Identifier: BSD-2-Clause */
#include "terminal.h"

#include "curses_library.h"
#include "escape.h"
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ESCAPE_TIME = 25 /* ms to wait for the rest of a function key */ };

/* Colors of the styles; pair 0 is the terminal's own. */
static const struct {
	short color;
	attr_t attributes;
} STYLES[LINE_STYLES] = {
	[LINE_PLAIN] = { -1, 0 },
	[LINE_DIM] = { -1, A_DIM },
	[LINE_BOLD] = { -1, A_BOLD },
	[LINE_GOOD] = { COLOR_GREEN, 0 },
	[LINE_WARNING] = { COLOR_YELLOW, 0 },
	[LINE_BAD] = { COLOR_RED, A_BOLD },
	[LINE_CLIENT] = { COLOR_CYAN, 0 },
	[LINE_SERVER] = { COLOR_MAGENTA, 0 },
	[LINE_MARKED] = { COLOR_YELLOW, A_BOLD },
};

struct terminal {
	struct curses_library curses;
	WINDOW *screen; /* all of it */
};

static void open_colors(const struct curses_library *c, bool color)
{
	if (!color || !c->has_colors() || c->start_color() != OK || c->use_default_colors() != OK)
		return;
	for (short i = 0; i < LINE_STYLES; i++)
		c->init_pair((short)(i + 1), STYLES[i].color, -1);
}

static bool is_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* Draws on the whole terminal from now on. */
static void begin(struct terminal *t, SCREEN *screen, bool color)
{
	const struct curses_library *c = &t->curses;

	c->set_term(screen);
	t->screen = *c->stdscr;
	open_colors(c, color);
	c->cbreak();
	c->noecho();
	c->nonl();
	c->keypad(t->screen, TRUE);
	c->nodelay(t->screen, TRUE);
	c->set_escdelay(ESCAPE_TIME);
}

struct terminal *terminal_open(const struct terminal_options *options, struct buf *error)
{
	struct terminal *t;
	SCREEN *screen = NULL;

	setlocale(LC_ALL, "");
	*options->ascii = !is_utf8();
	if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO)) {
		buf_text(error, "top needs a terminal; smtpscope watch and read write to files and pipes");
		return NULL;
	}
	t = calloc(1, sizeof *t);
	if (!t)
		buf_text(error, "out of memory");
	else if (!curses_library_load(&t->curses))
		buf_format(error, "top needs %s, which is not installed", LIBNCURSESW_SONAME);
	/* Unlike initscr, newterm returns if the terminal is not known. */
	else if (!(screen = t->curses.newterm(NULL, stdout, stdin)))
		buf_text(error, "this terminal is not known (TERM); try TERM=xterm or install ncurses-term");
	if (!screen) {
		free(t);
		return NULL;
	}
	begin(t, screen, options->color);
	return t;
}

void terminal_close(struct terminal *t)
{
	if (t && !t->curses.isendwin())
		t->curses.endwin();
	free(t);
}

void terminal_size(const struct terminal *t, size_t *rows, size_t *columns)
{
	int height = t->curses.getmaxy(t->screen), width = t->curses.getmaxx(t->screen);

	*rows = height > 0 ? (size_t)height : 1;
	*columns = width > 0 ? (size_t)width : 1;
}

/* Draws one "." for each column of a character that the locale does not have. */
static void put_ascii(const struct terminal *t, const char *text, size_t bytes)
{
	struct span rest = span_of(text, bytes);

	while (rest.length) {
		size_t used, length = escape_fit(rest, 1, &used);

		t->curses.waddch(t->screen, *rest.at < 0x80 ? *rest.at : '.');
		for (size_t i = 1; i < used; i++)
			t->curses.waddch(t->screen, '.');
		rest = span_from(rest, length);
	}
}

void terminal_put(const struct terminal *t, size_t row, size_t column, size_t width, enum line_style style,
		  bool reversed, const char *text)
{
	size_t used, bytes = escape_fit(span_text(text), width, &used);

	if (!*text)
		bytes = used = 0;
	if (used > width)
		bytes = used = 0;
	t->curses.wattr_set(t->screen, STYLES[style].attributes | (reversed ? A_REVERSE : 0),
			    (short)(style + 1), NULL);
	t->curses.wmove(t->screen, (int)row, (int)column);
	if (is_utf8())
		t->curses.waddnstr(t->screen, text, (int)bytes);
	else
		put_ascii(t, text, bytes);
	for (; used < width; used++)
		t->curses.waddch(t->screen, ' ');
	t->curses.wattr_set(t->screen, A_NORMAL, 0, NULL);
}

void terminal_show(const struct terminal *t, bool cursor, size_t row, size_t column)
{
	t->curses.curs_set(cursor ? 1 : 0);
	t->curses.wmove(t->screen, (int)row, (int)column);
	t->curses.wrefresh(t->screen);
}

static uint32_t named(wint_t key)
{
	static const struct {
		wint_t key;
		uint32_t name;
	} KEYS[] = {
		{ KEY_UP, PRESS_UP },		{ KEY_DOWN, PRESS_DOWN },     { KEY_LEFT, PRESS_LEFT },
		{ KEY_RIGHT, PRESS_RIGHT },	{ KEY_PPAGE, PRESS_PAGE_UP }, { KEY_NPAGE, PRESS_PAGE_DOWN },
		{ KEY_HOME, PRESS_FIRST },	{ KEY_END, PRESS_LAST },      { KEY_ENTER, PRESS_ENTER },
		{ KEY_BACKSPACE, PRESS_ERASE }, { KEY_DC, PRESS_ERASE },      { KEY_RESIZE, PRESS_RESIZE },
	};

	for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++)
		if (KEYS[i].key == key)
			return KEYS[i].name;
	for (unsigned f = 1; f <= 12; f++)
		if (key == (wint_t)KEY_F(f))
			return PRESS_FUNCTION + f;
	return PRESS_NONE;
}

uint32_t terminal_read(const struct terminal *t)
{
	wint_t key;
	int kind = t->curses.wget_wch(t->screen, &key);

	if (kind == ERR)
		return PRESS_NONE;
	if (kind == KEY_CODE_YES)
		return named(key);
	switch (key) {
	case '\r':
	case '\n':
		return PRESS_ENTER;
	case 27:
		return PRESS_ESCAPE;
	case 8:
	case 127:
		return PRESS_ERASE;
	default:
		return key;
	}
}
