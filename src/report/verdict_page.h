/* SPDX-License-Identifier: BSD-2-Clause */
/* verdict_page: the verdict of a session, its time budget, and stories, for the text report. */
#ifndef SMTPSCOPE_VERDICT_PAGE_H
#define SMTPSCOPE_VERDICT_PAGE_H

#include "ledger.h"
#include "page.h"
#include "story.h"
#include "verdict.h"

/*
 * Writes up to three lines and what the capture could not show: the headline, who is responsible and whether a retry helps, what to
 * do. Nothing if nothing needs an explanation.
 */
void verdict_page(struct page *p, const struct verdict *v);
/* Writes one line with the phases that took a second or more, and who had to act; nothing if there are none. */
void verdict_page_times(struct page *p, const struct ledger *l);
/* Writes a story: its headline, its sessions and the advice. */
void verdict_page_story(struct page *p, const struct story *s);

#endif
