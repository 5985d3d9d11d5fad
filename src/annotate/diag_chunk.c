/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chunk: the size that BDAT announces is not the size of the chunk that follows (RFC 3030 2).
 *
 * Disproved by: a chunk that was rejected, whose bytes may be read as commands; bytes that are still under way or were never
 * acknowledged (the client was cut off while it sent); losses of the capture; a known command right behind the chunk.
 */
#include "diagnosis.h"

struct state {
	bool told;
	bool accepted; /* the newest BDAT, by its reply */
	uint64_t early; /* bytes of its chunk that had come when that reply came, if not all had; otherwise 0 */
	uint64_t announced, end; /* bytes of its chunk, and the client offset behind it; end 0: none */
	struct frame_ref frame;
};

/* A client that waits for so long between the chunk and the next command had finished the chunk. */
static const tstamp WAITED = 5 * TSTAMP_SECOND;

static void raise(struct inspection *in, struct state *state, enum finding_cause cause, uint64_t sent)
{
	struct suspicion s;

	state->told = true;
	suspicion_init(&s, in, cause);
	s.certainty = CERTAINTY_LIKELY;
	s.frame = state->frame;
	words_number(&s.words, "limit", state->announced);
	words_number(&s.words, "bytes", sent);
	suspicion_evidence(&s, &in->event->frame);
	inspection_raise(in, &s);
}

static bool can_tell(const struct inspection *in, const struct state *state)
{
	static const unsigned losses = VISIBILITY_GAP | VISIBILITY_TRUNCATED_PACKETS | VISIBILITY_MIDSTREAM;

	return !state->told && state->end && !in->session->unsure && !(in->session->visibility & losses);
}

/* Is |line| the rest of a command whose beginning completed the chunk? */
static bool is_rest_of_command(struct span line)
{
	static const char *const commands[] = { "QUIT", "RSET", "NOOP", "DATA" };

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		size_t length = strlen(commands[i]);

		if (line.length && line.length < length &&
		    strncasecmp((const char *)line.at, commands[i] + length - line.length, line.length) == 0)
			return true;
	}
	return false;
}

static void on_command(struct inspection *in, void *opaque, const struct command *command)
{
	struct state *state = opaque;

	(void)in;
	if (command->kind != COMMAND_BDAT)
		return;
	state->accepted = false;
	state->early = 0;
	state->announced = command->body_bytes;
	state->end = command->end + command->body_bytes;
	state->frame = command->frame;
}

/* The newest BDAT is answered: was its chunk complete? */
static void note_answer(const struct inspection *in, struct state *state, const struct reply *reply)
{
	uint64_t start = state->end - state->announced, sent = in->session->flow->side[DIR_CLIENT].delivered;

	state->accepted = reply->code < 400;
	state->early = state->accepted && sent > start && sent < state->end ? sent - start : 0;
}

/*
 * The server refuses something that it was not asked for. If it had answered a chunk before that was complete, the client's next
 * command went into the chunk, and the server reads what is left of it.
 */
static void inspect_unasked(struct inspection *in, struct state *state, const struct reply *reply)
{
	if (state->early && reply->code >= 500 && can_tell(in, state))
		raise(in, state, CAUSE_CHUNK_MISMATCH_ANSWERED_EARLY, state->early);
}

static void on_reply(struct inspection *in, void *opaque, const struct exchange *x)
{
	struct state *state = opaque;
	const struct command *command = x->command;

	if (x->answers == ANSWERS_BDAT && command->end + command->body_bytes == state->end)
		note_answer(in, state, x->reply);
	if (x->answers == ANSWERS_NONE)
		inspect_unasked(in, state, x->reply);
	/* What stands right behind the chunk is not a command. */
	if (!can_tell(in, state) || !state->accepted || !command || command->kind != COMMAND_LINE ||
	    command->start != state->end || x->reply->code < 500 || verb_is_known(command->verb_id))
		return;
	if (is_rest_of_command(command->line) && command->frame.time - state->frame.time >= WAITED)
		raise(in, state, CAUSE_CHUNK_MISMATCH_TOO_LARGE, state->announced);
	else if (command->frame.time - state->frame.time < WAITED)
		raise(in, state, CAUSE_CHUNK_MISMATCH_TOO_SMALL, state->announced + command->line_length);
}

/* The chunk never became complete, although the client waited for the reply to it. */
static void on_flow(struct inspection *in, void *opaque, const struct flow_event *event)
{
	struct state *state = opaque;
	uint64_t start = state->end - state->announced, sent = in->session->flow->side[DIR_CLIENT].delivered;

	/* A server that closes first may have lost patience with a client that stalled. */
	if (event->direction != DIR_CLIENT || in->ledger->end->close.side != DIR_CLIENT ||
	    !can_tell(in, state) || !ledger_chunk_short(in->event))
		return;
	raise(in, state, CAUSE_CHUNK_MISMATCH_UNFINISHED, sent > start ? sent - start : 0);
}

const struct diagnosis diag_chunk = {
	.name = "chunk",
	.of_packets = true,
	.state_size = sizeof(struct state),
	.command = on_command,
	.calm_commands = SUBJECTS_ARE(CHUNK),
	.reply = on_reply,
	.calm_replies = SUBJECTS_ARE(CHUNK),
	.flow = on_flow,
	.flows = FLOWS_ARE(FIN) | FLOWS_ARE(RST),
};
