/* SPDX-License-Identifier: BSD-2-Clause */
/* session_page: what the text report says about a session around its verdict and dialogue. |secrets| are masked; NULL: nothing is. */
#ifndef SMTPSCOPE_SESSION_PAGE_H
#define SMTPSCOPE_SESSION_PAGE_H

#include "page.h"
#include "record.h"

/* Writes the first line of a block: number, outcome and findings. */
void session_page_title(struct page *p, const struct record *ended);
/* Writes the endpoints, the time, and what limited the view. */
void session_page_facts(struct page *p, const struct session_facts *session, const struct secret_set *secrets);
/* Writes the display filter that finds its packets, on one line, so that it can be copied. */
void session_page_filter(struct page *p, const struct session_facts *session);
/* Writes all of a session with nothing to explain: one line, cut at the edge of the page. */
void session_page_line(struct page *p, const struct record *ended, const struct secret_set *secrets);

#endif
