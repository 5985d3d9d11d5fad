/* SPDX-License-Identifier: BSD-2-Clause */
/* message_page: the messages of a session with their recipients, for the text report. */
#ifndef SMTPSCOPE_MESSAGE_PAGE_H
#define SMTPSCOPE_MESSAGE_PAGE_H

#include "page.h"
#include "session_facts.h"

/*
 * Writes the messages, if any. |secrets| are masked; NULL: nothing is. |with_text|: also the text of the reply that decided, because
 * the dialogue may lack it.
 */
void message_page(struct page *p, const struct session_facts *session, const struct secret_set *secrets,
		  bool with_text);

#endif
