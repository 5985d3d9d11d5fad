/* SPDX-License-Identifier: BSD-2-Clause */
#include "farewell.h"

enum farewell farewell_of(const struct rules *rules, const struct reply *reply)
{
	static const struct {
		enum phrase phrase;
		enum farewell farewell;
	} reasons[] = {
		{ PHRASE_SERVER_SHUTDOWN, FAREWELL_SHUTDOWN },
		{ PHRASE_IDLE_TIMEOUT, FAREWELL_IDLE },
		{ PHRASE_TOO_MANY_ERRORS, FAREWELL_ERRORS },
		{ PHRASE_NOT_SMTP, FAREWELL_NOT_SMTP },
	};

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reply_says(rules, reply, reasons[i].phrase))
			return reasons[i].farewell;
	return FAREWELL_UNSAID;
}

bool farewell_ends(const struct rules *rules, const struct exchange *x)
{
	if (x->reply->code == 221 || x->reply->code == 421)
		return true;
	/* Only a refusal can be a goodbye besides; most replies need not be read for it. */
	return x->reply->code >= 400 &&
	       (x->answers == ANSWERS_CONNECT || farewell_of(rules, x->reply) != FAREWELL_UNSAID ||
		reply_says(rules, x->reply, PHRASE_GOODBYE));
}
