/* SPDX-License-Identifier: BSD-2-Clause */
/* match: what a session's records have shown so far of the criteria that a user gave. */
#ifndef SMTPSCOPE_MATCH_H
#define SMTPSCOPE_MATCH_H

#include "criteria.h"
#include "failure_signs.h"

/* Zeroed at the start of a session; owns nothing. */
struct match {
	unsigned met; /* bits of the criteria that are met; a criterion that is met stays so */
	struct failure_signs signs;
};

enum match_answer {
	MATCH_OPEN,  /* not yet; no, if the session has ended */
	MATCH_YES,   /* all criteria are met; final */
	MATCH_NEVER, /* one can no longer be met; final */
};

/*
 * Takes the next record of the session. |scratch| is overwritten; it must be able to grow. Lines are compared with credentials
 * replaced by <redacted>, so that a pattern cannot be used to guess them.
 */
enum match_answer match_note(struct match *m, const struct criteria *c, const struct record *record,
			     struct buf *scratch);

#endif
