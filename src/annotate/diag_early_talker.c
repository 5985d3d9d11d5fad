/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * early-talker: the client sent data before the greeting (RFC 5321 3.1, 4.3.1). Whether that did harm is known once the server has
 * answered, so the finding waits for that reply.
 *
 * Disproved by: anything from the server that the capture may have lost; a long silence, after which the client gave up on the
 * greeting and was not hasty; a server that offers PIPECONNECT (draft-harris-early-pipe), in this session or, if nothing was
 * refused, in an earlier one; the port for implicit TLS, where no greeting comes; a greeting without a last line that the server
 * meant to be complete, since it answers what follows. It does not apply to PROXY headers and other protocols. If the server accepts what came early, it is only a remark.
 */
#include "diagnosis.h"
#include "server_book.h"

enum { LINE_KEPT = 128 };

struct state {
	bool pending;	 /* the client was early; the server has not answered yet */
	bool inside;	 /* a part of the greeting had arrived */
	bool unfinished; /* the greeting announced another line, but the client did not wait for it */
	bool decided;
	uint64_t start; /* client offset of the early command */
	struct frame_ref frame, greeting;
	size_t length;
	uint8_t line[LINE_KEPT];
	char verb[COMMAND_VERB_SIZE];
};

/* A client that was silent for so long did not act in haste. */
static const tstamp PATIENT = 10 * TSTAMP_SECOND;

static bool is_early(const struct inspection *in, const struct command *command)
{
	const struct session_facts *session = in->session;
	tstamp connected = in->ledger->connected;

	if (in->history->greeted || in->ledger->spoke_otherwise || command->kind == COMMAND_PROXY ||
	    session->flow->opened != FLOW_HANDSHAKE || !flow_from_start(session->flow) ||
	    !session->flow->side[DIR_SERVER].seen ||
	    session->visibility & (VISIBILITY_GAP | VISIBILITY_TRUNCATED_PACKETS) || session->reply_count)
		return false;
	/* A PROXY header comes before the greeting (PROXY protocol 2), even a malformed one. */
	if (command->start == 0 && command_is(command, "PROXY"))
		return false;
	/* How long it was silent is not known without the TCP handshake. */
	if (connected == TSTAMP_NONE ? !session->flow->side[DIR_SERVER].syn
				     : command->frame.time - connected >= PATIENT)
		return false;
	return command->seen_known && in->history->foreign == FOREIGN_NONE;
}

static void on_command(struct inspection *in, void *opaque, const struct command *command)
{
	struct state *state = opaque;

	if (state->decided || !(is_early(in, command) || (state->unfinished && command->start == 0)))
		return;
	state->decided = state->pending = true;
	state->inside = command->seen > 0 || state->unfinished;
	state->start = command->start;
	state->frame = command->frame;
	state->length = command->line.length < LINE_KEPT ? command->line.length : LINE_KEPT;
	if (state->length)
		memcpy(state->line, command->line.at, state->length);
	memcpy(state->verb, command->verb, sizeof state->verb);
}

static void raise(struct inspection *in, struct state *state, bool harmless)
{
	struct suspicion s;

	state->pending = false;
	if (harmless && early_start_knows(&inspection_servers(in)->early_start, &in->session->flow->server))
		return;
	/* The EHLO reply that allows it may be among what was lost. */
	if ((in->session->unsure && !state->unfinished) ||
	    in->session->visibility & (VISIBILITY_GAP | VISIBILITY_TRUNCATED_PACKETS))
		return;
	suspicion_init(
	    &s, in, state->inside ? CAUSE_EARLY_TALKER_INSIDE_GREETING : CAUSE_EARLY_TALKER_BEFORE_GREETING);
	s.frame = state->frame;
	s.harmless = harmless;
	if (state->unfinished) {
		/* The server may have meant the greeting to be complete. */
		s.certainty = CERTAINTY_LIKELY;
		suspicion_evidence(&s, &state->frame);
		s.frame = state->greeting;
	}
	words_wire(&s.words, "line", span_of(state->line, state->length));
	words_wire(&s.words, "verb", span_text(state->verb));
	inspection_raise(in, &s);
}

/*
 * Does the server go on as if the client had not been hasty? If it answers, or merely does not know the command, it meant a greeting without
 * a last line to be complete; diag_malformed_reply reports that.
 */
static bool may_be_early(const struct state *state, const struct exchange *x, bool refused)
{
	if (state->unfinished)
		return !refused || x->reply->code == 500 || x->reply->code == 502;
	return !refused && x->command && early_start_offered(x->reply);
}

static void on_reply(struct inspection *in, void *opaque, const struct exchange *x)
{
	struct state *state = opaque;
	bool refused = x->reply->code >= 400 || (x->reply->code == 221 && strcmp(state->verb, "QUIT") != 0);

	if (x->answers == ANSWERS_CONNECT && x->reply->flags & REPLY_ASSUMED_END) {
		state->unfinished = true;
		state->greeting = in->event->frame;
	}
	if (!state->pending || (x->answers == ANSWERS_CONNECT && !refused))
		return;
	if (may_be_early(state, x, refused))
		state->pending = false;
	else
		raise(in, state, !refused);
}

/*
 * No reply came. If the client closed first, its haste had no consequence that can be seen. On the port for implicit TLS the fault is the
 * plain text, not the haste.
 */
static void on_ended(struct inspection *in, void *opaque)
{
	struct state *state = opaque;
	const struct ledger_close *close = &in->ledger->end->close;

	if (state->pending && in->session->flow->server.port != IMPLICIT_TLS_PORT)
		raise(in, state, !close->seen || close->side == DIR_CLIENT);
}

const struct diagnosis diag_early_talker = {
	.name = "early_talker",
	.of_packets = true,
	.state_size = sizeof(struct state),
	.command = on_command,
	.calm_commands = SUBJECTS_NONE,
	.reply = on_reply,
	.calm_replies = SUBJECTS_NONE,
	.ended = on_ended,
};
