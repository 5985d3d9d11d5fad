/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session_page: the parts of a session's block around the dialogue: endpoints, time and outcome; and its
 * messages.
 */
#ifndef SMTPSCOPE_SESSION_PAGE_H
#define SMTPSCOPE_SESSION_PAGE_H

#include "page.h"
#include "record.h"

/* Writes the lines above the dialogue. |secrets| are masked; NULL: nothing is. */
void session_page_head(struct page *p, const struct record *ended, const struct secret_set *secrets);
/* Writes the messages with their recipients, if any. */
void session_page_messages(struct page *p, const struct session_facts *session,
			   const struct secret_set *secrets);

#endif
