/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unexpected-reply: a code other than 221 and 500 that is not allowed for the command it answers, or that
 * answers no command. Disproved by a question that the capture may have lost: annotation.expected is then
 * not EXPECTED_NO.
 */
#include "catalog.h"
#include "diagnosis.h"

static enum finding_cause cause_of(const struct exchange *x)
{
	if (x->answers == ANSWERS_NONE)
		return x->in_message ? CAUSE_UNEXPECTED_REPLY_DURING_DATA : CAUSE_UNEXPECTED_REPLY_UNASKED;
	return CAUSE_UNEXPECTED_REPLY_OUT_OF_PLACE;
}

static void name_question(struct words *w, const struct exchange *x)
{
	const char *question = catalog_question(x);

	if (!question)
		words_text(w, "question", "nothing");
	else if (x->answers == ANSWERS_CONNECT)
		words_text(w, "question", "the connection");
	else if (x->answers == ANSWERS_END_OF_DATA)
		words_text(w, "question", "the end of the message");
	else if (question == x->command->verb)
		words_verb(w, "question", x->command);
	else
		words_text(w, "question", question);
}

static void on_reply(struct inspection *in, void *state, const struct exchange *x)
{
	struct suspicion s;

	(void)state;
	if (in->annotation->expected != EXPECTED_NO)
		return;
	/* 421 is allowed at any time (RFC 5321 3.8, 4.2.3). */
	if (x->reply->code == 221 || x->reply->code == 500 || x->reply->code == 421)
		return;
	/* Some servers reject a client that has already disconnected. */
	if (x->answers == ANSWERS_NONE && x->reply->code >= 400 &&
	    (in->session->flow->side[DIR_CLIENT].fin || in->session->flow->side[DIR_CLIENT].rst))
		return;
	suspicion_init(&s, in, cause_of(x));
	if (x->likely)
		s.certainty = CERTAINTY_LIKELY;
	suspicion_reply(&s, x->reply);
	name_question(&s.words, x);
	if (x->command) {
		words_command(&s.words, x->command);
		suspicion_evidence(&s, &x->command->frame);
	}
	inspection_raise(in, &s);
}

const struct diagnosis diag_unexpected_reply = {
	.name = "unexpected_reply",
	.odd_reply = on_reply,
};
