/* SPDX-License-Identifier: BSD-2-Clause */
#include "pages.h"

static const char *const HELP[] = {
	"Move        arrows or j k, PgUp PgDn, g G (first, last)",
	"Enter, l    open: session, then finding",
	"Esc, h, q   back; q in the list ends the program",
	"/ n N       search, next, previous",
	"F2 s        save the marked sessions, or this one",
	"F4 i        figures: rates, outcomes, causes, slowest phases",
	"F5 c        clear: forget the sessions that have ended",
	"F6 d        difference between two marked sessions",
	"F7 f        filter",
	"F8 p        pause: the list stands still, the analysis goes on",
	"Space       mark a session",
	"o           order: number, time, client, server, outcome, cause",
	"a           follow the newest session on or off",
	"e           all lines of replies, or only the first",
	"x           the bytes of this line",
	"F1 ?        this help",
	"F10 Ctrl-C  end the program",
	"",
	"A filter is words that must all occur in a row (addresses, names, outcome,",
	"code, cause), and selections as in smtpscope read:",
	"client=ADDRESS server=ADDRESS from=PATTERN to=PATTERN code=CODES",
	"cause=CAUSE match=REGEX queue-id=ID since=TIME until=TIME",
	"only=findings only=failed session=NUMBER",
	"",
	"To save, give a file name; its ending says what is saved: .pcap (packets),",
	".txt, .json, .html, .md.",
};

void page_help(struct lines *l, const struct page_look *look)
{
	for (size_t i = 0; i < sizeof HELP / sizeof *HELP; i++)
		lines_text(l, LINE_PLAIN, HELP[i], look->width);
}
