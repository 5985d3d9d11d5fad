/* SPDX-License-Identifier: BSD-2-Clause */
/* pages: what the screen shows of a session, of a finding, of all sessions, and of two sessions side by side. */
#ifndef SMTPSCOPE_PAGES_H
#define SMTPSCOPE_PAGES_H

#include "lines.h"
#include "roster.h"

struct page_look {
	size_t width; /* columns */
	bool ascii;   /* no characters beyond ASCII */
	bool whole;   /* all lines of a reply, not only the first */
};

/* Verdict and dialogue: the client's lines on the left, the server's on the right, findings where they belong. */
void page_session(struct lines *l, const struct roster *r, const struct roster_row *row,
		  const struct page_look *look);
/* The finding of |entry|: why, what to do, reference. */
void page_finding(struct lines *l, const struct entry *entry, const struct page_look *look);
/* The kept bytes of |entry| in hexadecimal, as they were sent. */
void page_bytes(struct lines *l, const struct entry *entry, const struct page_look *look);
/* Rates, outcomes, causes, slowest phases, servers that refuse. */
void page_figures(struct lines *l, const struct roster *r, const struct page_look *look);
/* Two dialogues, command by command; the first difference is marked. Returns its line, or 0. */
size_t page_difference(struct lines *l, const struct roster_row *a, const struct roster_row *b,
		       const struct page_look *look);
void page_help(struct lines *l, const struct page_look *look);

#endif
