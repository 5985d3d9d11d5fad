/* SPDX-License-Identifier: BSD-2-Clause */
/* greeting: the server refuses at once (RFC 5321 3.1), or the client speaks before it may (4.3.1). */
#include "diagnosis.h"

struct state {
	bool greeted, early_told;
};

static void inspect_reply(struct inspection *in, struct state *state)
{
	const struct exchange *x = in->event->exchange;
	struct suspicion s;

	if (x->answers != ANSWERS_CONNECT)
		return;
	state->greeted = true;
	if (x->reply->code < 400)
		return;
	suspicion_init(&s, in, "greeting-refused", x->reply->code < 500 ? "deferred" : "rejected");
	if (x->unsure)
		s.certainty = CERTAINTY_LIKELY;
	words_reply(&s.words, x->reply);
	inspection_raise(in, &s);
}

static void inspect_command(struct inspection *in, struct state *state)
{
	const struct session_facts *session = in->event->session;
	const struct command *command = in->event->command;
	struct suspicion s;

	/* A PROXY header goes before the greeting (PROXY protocol 2), one with a fault in it, too. */
	if (state->greeted || state->early_told || command->kind == COMMAND_PROXY ||
	    (command->start == 0 && command_is(command, "PROXY")) || session->flow->opened != FLOW_HANDSHAKE ||
	    !flow_from_start(session->flow) || !session->flow->side[DIR_SERVER].seen ||
	    session->visibility & (VISIBILITY_GAP | VISIBILITY_TRUNCATED_PACKETS) || session->reply_count)
		return;
	if (!command->seen_known || in->history->foreign != FOREIGN_NONE)
		return;
	state->early_told = true;
	suspicion_init(&s, in, "early-talker", command->seen ? "inside-greeting" : "before-greeting");
	s.frame = command->frame;
	words_command(&s.words, command);
	inspection_raise(in, &s);
}

static void inspect(struct inspection *in, void *state)
{
	if (in->event->kind == SMTP_REPLY)
		inspect_reply(in, state);
	else if (in->event->kind == SMTP_COMMAND)
		inspect_command(in, state);
	else if (in->event->kind == SMTP_NOT_REPLY)
		((struct state *)state)->greeted = true; /* it has spoken, if not SMTP */
}

const struct diagnosis diag_greeting = {
	.name = "greeting",
	.state_size = sizeof(struct state),
	.events = DIAGNOSIS_OF(SMTP_REPLY) | DIAGNOSIS_OF(SMTP_COMMAND) | DIAGNOSIS_OF(SMTP_NOT_REPLY),
	.inspect = inspect,
};
