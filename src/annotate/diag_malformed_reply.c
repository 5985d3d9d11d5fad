/* SPDX-License-Identifier: BSD-2-Clause */
/* malformed-reply: what the server sent is no reply, or not a whole one (RFC 5321 4.2.1). */
#include "diagnosis.h"

struct state {
	unsigned lines; /* that were no reply, so far */
};

enum { LINES_REPORTED = 20 };

static void inspect_line(struct inspection *in, struct state *state)
{
	struct suspicion s;

	/* Before the first reply it is not even known to be SMTP. */
	if (in->event->session->unsure || in->event->session->reply_count == 0 ||
	    in->event->session->protocol == PROTOCOL_OTHER || state->lines++ >= LINES_REPORTED)
		return;
	suspicion_init(&s, in, "malformed-reply", "not-a-reply");
	words_span(&s.words, "text", in->event->line);
	inspection_raise(in, &s);
}

static void inspect_reply(struct inspection *in)
{
	const struct reply *reply = in->event->exchange->reply;
	struct suspicion s;

	if (!(reply->flags & (REPLY_NO_END | REPLY_NO_LINE_END)) || in->event->session->unsure)
		return;
	suspicion_init(&s, in, "malformed-reply",
		       reply->flags & REPLY_MIXED_CODES ? "mixed-codes"
		       : reply->flags & REPLY_NO_END	? "unfinished"
							: "no-line-end");
	words_reply(&s.words, reply);
	words_number(&s.words, "value", reply->last_code);
	inspection_raise(in, &s);
}

static void inspect(struct inspection *in, void *state)
{
	if (in->event->kind == SMTP_NOT_REPLY)
		inspect_line(in, state);
	else if (in->event->kind == SMTP_REPLY)
		inspect_reply(in);
}

const struct diagnosis diag_malformed_reply = {
	.name = "malformed_reply",
	.state_size = sizeof(struct state),
	.events = DIAGNOSIS_OF(SMTP_NOT_REPLY) | DIAGNOSIS_OF(SMTP_REPLY),
	.inspect = inspect,
};
