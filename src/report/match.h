/* SPDX-License-Identifier: BSD-2-Clause */
/* match: which of the user's criteria the records of a session have met so far. */
#ifndef SMTPSCOPE_MATCH_H
#define SMTPSCOPE_MATCH_H

#include "criteria.h"
#include "record.h"

/* Zero it at the start of a session; it owns nothing. */
struct match {
	unsigned met; /* bits of the criteria that are met; they stay set */
};

enum match_answer {
	MATCH_OPEN,  /* not yet; if the session has ended, no */
	MATCH_YES,   /* all criteria are met; final */
	MATCH_NEVER, /* one criterion can no longer be met; final */
};

/*
 * Processes the next record of the session. |scratch| is overwritten; it must be able to grow. Lines are
 * compared with credentials masked as <redacted>, so that a pattern cannot be used to guess them.
 */
enum match_answer match_note(struct match *m, const struct criteria *c, const struct record *record,
			     struct buf *scratch);

#endif
