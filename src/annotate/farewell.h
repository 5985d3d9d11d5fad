/* SPDX-License-Identifier: BSD-2-Clause */
/* farewell: the reason that a server gives for ending a session, and other wording of replies, as the phrases of the rules know it. */
#ifndef SMTPSCOPE_FAREWELL_H
#define SMTPSCOPE_FAREWELL_H

#include "exchange.h"
#include "phrase.h"

enum farewell { FAREWELL_UNSAID, FAREWELL_SHUTDOWN, FAREWELL_IDLE, FAREWELL_ERRORS, FAREWELL_NOT_SMTP };

/* If the reply gives several reasons, the first in the order of the enum. */
enum farewell farewell_of(const struct rules *rules, const struct reply *reply);

/* Does the server end the session with this reply: 221, 421, or a refusal in words of a farewell or in place of a greeting? */
bool farewell_ends(const struct rules *rules, const struct exchange *x);

/* Does any line of the reply hold |phrase|? */
static inline bool reply_says(const struct rules *rules, const struct reply *reply, enum phrase phrase)
{
	return phrase_matches(rules, phrase, reply->lines, reply->line_count);
}

#endif
