/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * greeting: the server rejects the client in its greeting (RFC 5321 3.1), or the client sends data before
 * the greeting (4.3.1). The latter is disproved by anything from the server that the capture may have lost,
 * and does not apply to PROXY headers and other protocols.
 */
#include "diagnosis.h"
#include "farewell.h"
#include "text_rules.h"

struct state {
	bool greeted, early_told;
};

static void on_reply(struct inspection *in, void *opaque, const struct exchange *x)
{
	struct state *state = opaque;
	struct suspicion s;

	if (x->answers != ANSWERS_CONNECT)
		return;
	state->greeted = true;
	if (x->reply->code < 400)
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
	inspection_raise(in, &s);
}

static void on_command(struct inspection *in, void *opaque, const struct command *command)
{
	struct state *state = opaque;
	const struct session_facts *session = in->session;
	struct suspicion s;

	/* A PROXY header comes before the greeting (PROXY protocol 2), even a malformed one. */
	if (state->greeted || state->early_told || command->kind == COMMAND_PROXY ||
	    (command->start == 0 && command_is(command, "PROXY")) || session->flow->opened != FLOW_HANDSHAKE ||
	    !flow_from_start(session->flow) || !session->flow->side[DIR_SERVER].seen ||
	    session->visibility & (VISIBILITY_GAP | VISIBILITY_TRUNCATED_PACKETS) || session->reply_count)
		return;
	if (!command->seen_known || in->history->foreign != FOREIGN_NONE)
		return;
	state->early_told = true;
	suspicion_init(
	    &s, in, command->seen ? CAUSE_EARLY_TALKER_INSIDE_GREETING : CAUSE_EARLY_TALKER_BEFORE_GREETING);
	s.frame = command->frame;
	words_command(&s.words, command);
	inspection_raise(in, &s);
}

/* The server has sent something, although it was not a reply. */
static void on_not_reply(struct inspection *in, void *opaque, struct span line)
{
	struct state *state = opaque;

	(void)in;
	(void)line;
	state->greeted = true;
}

const struct diagnosis diag_greeting = {
	.name = "greeting",
	.state_size = sizeof(struct state),
	.reply = on_reply,
	.command = on_command,
	.not_reply = on_not_reply,
};
