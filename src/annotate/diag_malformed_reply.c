/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * malformed-reply: the server sent a line that is not a reply, or an incomplete reply (RFC 5321 4.2.1).
 * Disproved by losses, and by a session that is not SMTP. A greeting that is broken off by a refusal does no harm: servers test their
 * clients with a first line of it, and the refusal says what they found.
 */
#include "diagnosis.h"

struct state {
	unsigned lines; /* lines so far that were not replies */
};

enum { LINES_REPORTED = 20 };

static void on_not_reply(struct inspection *in, void *opaque, struct span line)
{
	struct state *state = opaque;
	struct suspicion s;

	/* Before the first reply it is unknown whether the server speaks SMTP. */
	if (in->session->unsure || in->session->reply_count == 0 || in->session->protocol == PROTOCOL_OTHER ||
	    state->lines++ >= LINES_REPORTED)
		return;
	suspicion_init(&s, in, CAUSE_MALFORMED_REPLY_NOT_A_REPLY);
	words_wire(&s.words, "text", line);
	inspection_raise(in, &s);
}

static void on_reply(struct inspection *in, void *state, const struct exchange *x)
{
	const struct reply *reply = x->reply;
	struct suspicion s;

	(void)state;
	if (!(reply->flags & (REPLY_NO_END | REPLY_NO_LINE_END)) || in->session->unsure)
		return;
	suspicion_init(&s, in,
		       reply->flags & REPLY_MIXED_CODES ? CAUSE_MALFORMED_REPLY_MIXED_CODES
		       : reply->flags & REPLY_NO_END	? CAUSE_MALFORMED_REPLY_UNFINISHED
							: CAUSE_MALFORMED_REPLY_NO_LINE_END);
	if (reply->flags & REPLY_ASSUMED_END)
		s.certainty = CERTAINTY_LIKELY;
	s.harmless =
	    x->answers == ANSWERS_CONNECT && reply->flags & REPLY_MIXED_CODES && reply->last_code >= 400;
	suspicion_reply(&s, reply);
	words_number(&s.words, "value", reply->last_code);
	inspection_raise(in, &s);
}

const struct diagnosis diag_malformed_reply = {
	.name = "malformed_reply",
	.state_size = sizeof(struct state),
	.not_reply = on_not_reply,
	.odd_reply = on_reply,
};
