/* SPDX-License-Identifier: BSD-2-Clause */
/* found: a reply or delivery status that a text holds, and what the text says about it. */
#ifndef SMTPSCOPE_FOUND_H
#define SMTPSCOPE_FOUND_H

#include "span.h"

enum { FOUND_REPLY_KEPT = 64 * 1024, FOUND_QUESTION_SIZE = 32, FOUND_RECIPIENT_SIZE = 321 };

/* Valid during the call only. */
struct found {
	/* lines with their codes, separated by LF; or a status: "5.4.4 Host not found", or text alone */
	struct span reply;
	const char *question;  /* what it answers, as in rules.h; NULL: the text does not show it */
	struct span recipient; /* empty: the text does not show it */
	size_t line;	       /* number of the input line that completed it */
};

typedef void found_sink(void *context, const struct found *found);

#endif
