/* SPDX-License-Identifier: BSD-2-Clause */
/* dialogue_page: writes a dialogue as lines of a page: time, packet, speaker, text and meaning. */
#ifndef SMTPSCOPE_DIALOGUE_PAGE_H
#define SMTPSCOPE_DIALOGUE_PAGE_H

#include "dialogue.h"
#include "page.h"

struct dialogue_view {
	tstamp start;	      /* times are relative to it */
	bool several_inputs;  /* packets are shown with their file */
	const char *left_out; /* the kind of remarks (remark.h) that are not shown, or NULL */
	bool full; /* everything; otherwise hidden entries are summed up, and the finding told elsewhere is brief */
	uint64_t told; /* number of the finding whose advice the verdict gives; 0: none */
};

void dialogue_page(struct page *p, const struct dialogue *d, const struct dialogue_view *view);
/* Writes only the findings. */
void dialogue_page_findings(struct page *p, const struct dialogue *d, const struct dialogue_view *view);

/* "#14"; with several inputs "#0:14" (file 0). */
#define FRAME_TEXT_SIZE 40
void frame_text(char text[static FRAME_TEXT_SIZE], const struct frame_ref *frame, bool several_inputs);

/* The style of findings of that severity, and its word in upper case. */
enum style severity_style(enum severity severity);
const char *severity_word(enum severity severity);

#endif
