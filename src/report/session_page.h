/* SPDX-License-Identifier: BSD-2-Clause */
/* session_page: what stands around a session's dialogue: who, where, when, what became of it; and its messages. */
#ifndef SMTPSCOPE_SESSION_PAGE_H
#define SMTPSCOPE_SESSION_PAGE_H

#include "page.h"
#include "record.h"

/* The lines above the dialogue. |secrets|: taken out of what is shown; NULL: nothing is. */
void session_page_head(struct page *p, const struct record *ended, const struct secret_set *secrets);
/* The messages with their recipients; nothing where there are none. */
void session_page_messages(struct page *p, const struct session_facts *session,
			   const struct secret_set *secrets);

#endif
