/* SPDX-License-Identifier: BSD-2-Clause */
/* reply_cause: why a server refused a command, as far as its reply tells, and what to do about it. */
#ifndef SMTPSCOPE_REPLY_CAUSE_H
#define SMTPSCOPE_REPLY_CAUSE_H

#include "certainty.h"
#include "responsibility.h"

/* Strings live as long as the set of rules. */
struct reply_cause {
	const char *cause; /* NULL only for codes below 400 */
	const char *rule;  /* id of the text rule that decided; NULL if the codes did, or nothing */
	enum certainty certainty;
	const char *advice; /* id of the rule of the level "advice" that gives what follows; NULL: none */
	const char *title;  /* of the cause; NULL where the rules have no finding for it */
	enum responsible responsible;
	enum retry retry;
	const char *detail;  /* the reason within the cause, one sentence; NULL: not known */
	const char *meaning; /* begins with |detail|; NULL: no rule says more than the cause does */
	const char *fix;     /* what to do; NULL only where |title| is */
	const char *url;     /* where to read on; NULL: nowhere */
};

#endif
