/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ticket: what became of a failed session, written in Markdown for the three who have to know: the person who asks, the
 * postmaster of the other side, and the network team. The part for the postmaster holds only what that side has seen itself and
 * needs to find the session in its logs: no other recipients, no findings about one's own systems.
 */
#ifndef SMTPSCOPE_TICKET_H
#define SMTPSCOPE_TICKET_H

#include "dialogue.h"

struct ticket {
	struct buf *out;
	const struct record *record;	  /* SMTP_ENDED of the session, with its verdict */
	const struct dialogue *dialogue;  /* of the session; NULL: it was not kept */
	const struct secret_set *secrets; /* credentials to mask; NULL: none are masked */
	struct buf *scratch;		  /* for masked text */
};

/* Appends the ticket. */
void ticket_write(const struct ticket *t);

#endif
