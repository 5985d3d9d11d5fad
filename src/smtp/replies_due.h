/* SPDX-License-Identifier: BSD-2-Clause */
/* replies_due: ends of data that get several replies: LMTP (RFC 2033 4.2) and PRDR (draft-hall-prdr). */
#ifndef SMTPSCOPE_REPLIES_DUE_H
#define SMTPSCOPE_REPLIES_DUE_H

#include "pairing.h"

struct transaction;

/*
 * Determines how many replies |place| gets in all, and the recipient of |x|. Called for each reply before it
 * is passed on. |lmtp|: the dialogue is LMTP; |dialogue|: its doubt. Returns the doubt that begins with it (of enum doubt_reason).
 */
unsigned replies_due_count(const struct transaction *t, bool lmtp, const struct doubt *dialogue,
			   struct place *place, struct exchange *x);

#endif
