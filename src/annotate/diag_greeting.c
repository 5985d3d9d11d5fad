/* SPDX-License-Identifier: BSD-2-Clause */
/* greeting: the server rejects the client in its greeting (RFC 5321 3.1). */
#include "diagnosis.h"
#include "farewell.h"
#include "text_rules.h"

static void on_reply(struct inspection *in, void *state, const struct exchange *x)
{
	struct suspicion s;

	(void)state;
	if (x->answers != ANSWERS_CONNECT || x->reply->code < 400)
		return;
	suspicion_init(
	    &s, in, x->reply->code < 500 ? CAUSE_GREETING_REFUSED_DEFERRED : CAUSE_GREETING_REFUSED_REJECTED);
	if (x->unsure)
		s.certainty = CERTAINTY_LIKELY;
	suspicion_reply(&s, x->reply);
	if (reply_says(in->rules, x->reply, PHRASE_PROXY_HEADER_MISSING))
		s.cause = CAUSE_GREETING_REFUSED_MISSING_PROXY_HEADER;
	else if (in->annotation->reason && in->annotation->reason->cause &&
		 strcmp(in->annotation->reason->cause, "unspecified") != 0)
		suspicion_reason(&s, in);
	suspicion_closing(&s, in);
	inspection_raise(in, &s);
}

const struct diagnosis diag_greeting = {
	.name = "greeting",
	.odd_reply = on_reply,
};
