/* SPDX-License-Identifier: BSD-2-Clause */
/* clinic: a dialog (tests/smtp/dialog.h) whose events go to the annotate stage, and a log of what that makes of them. */
#ifndef SMTPSCOPE_TEST_CLINIC_H
#define SMTPSCOPE_TEST_CLINIC_H

#include "annotate.h"
#include "dialog.h"

struct clinic {
	struct dialog dialog;
	struct annotate *annotate;
	struct buf findings; /* "id/cause" one a line; of those that are watched */
	struct buf expected; /* "CODE yes|no|unknown", one a line */
	const char *watched; /* only findings of this id; NULL: all */
	char why[2048];	     /* of the last finding */
	struct finding last; /* its plain values; strings of the rules, |frames| not kept */
};

void clinic_init(struct clinic *c, enum flow_opened opened, const char *watched);
/* See dialog_say; also "wait SECONDS" on a line of its own. */
void clinic_say(struct clinic *c, const char *lines);
/* The findings since the last call, "id/cause" each, marked " crossed", " root=N", " likely"; separated by LF. */
const char *clinic_findings(struct clinic *c);
/* Replies since the last call and whether they were expected. */
const char *clinic_expected(struct clinic *c);
void clinic_finish(struct clinic *c);

/* One session from its handshake to its end: the findings of |watched|. */
const char *clinic_of(const char *watched, const char *lines);

#endif
