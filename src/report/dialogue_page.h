/* SPDX-License-Identifier: BSD-2-Clause */
/* dialogue_page: writes a dialogue as lines of a page: time, packet, speaker, text and meaning. */
#ifndef SMTPSCOPE_DIALOGUE_PAGE_H
#define SMTPSCOPE_DIALOGUE_PAGE_H

#include "dialogue.h"
#include "page.h"

/*
 * Writes the whole dialogue; times are relative to |start|. |several_inputs|: packets are shown with their
 * file. |left_out|: the kind of remarks (remark.h) that are not shown, or NULL.
 */
void dialogue_page(struct page *p, const struct dialogue *d, tstamp start, bool several_inputs,
		   const char *left_out);
/* Writes only the findings. */
void dialogue_page_findings(struct page *p, const struct dialogue *d, bool several_inputs);

/* "#14"; with several inputs "#0:14" (file 0). */
#define FRAME_TEXT_SIZE 40
void frame_text(char text[static FRAME_TEXT_SIZE], const struct frame_ref *frame, bool several_inputs);

/* The style of findings of that severity, and its word in upper case. */
enum style severity_style(enum severity severity);
const char *severity_word(enum severity severity);

#endif
