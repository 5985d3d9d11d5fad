/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * still-waiting: one side of an open session has been waiting for the other for a long time (RFC 5321
 * 4.5.3.2). Reported once for each wait, while it lasts; live captures only.
 */
#include "command_parser.h"
#include "diagnosis.h"

enum turn { TURN_NOBODY, TURN_SERVER, TURN_CLIENT };

struct state {
	enum turn turn;
	tstamp since;
	struct frame_ref question; /* TURN_SERVER: the packet that the server has to answer */
	enum command_kind kind;
	enum verb verb_id;
	char verb[COMMAND_VERB_SIZE]; /* "": the greeting is awaited */
	bool next;		      /* not |verb| is open, but the command after it */
	bool told;
};

static void begin(struct state *state, enum turn turn, const struct frame_ref *frame)
{
	state->turn = turn;
	state->since = frame->time;
	state->question = *frame;
	state->told = false;
}

static void begin_server(struct state *state, const struct command *open)
{
	begin(state, TURN_SERVER, &open->frame);
	state->kind = open->kind;
	state->next = false;
	state->verb_id = open->verb_id;
	memcpy(state->verb, open->verb, sizeof state->verb);
}

/* Of pipelined commands, the wait for the next reply begins with the reply to the previous command. */
static void on_reply(struct inspection *in, void *opaque, const struct exchange *x)
{
	struct state *state = opaque;
	const struct smtp_event *event = in->event;
	const struct command *open = event->oldest_open;

	if (!x->open || !open) {
		begin(state, TURN_CLIENT, &event->frame);
		return;
	}
	begin_server(state, open);
	state->since = event->frame.time;
	/* The command that was just answered may still be the oldest. */
	if (x->command && x->command->end == open->end) {
		state->next = true;
		state->kind = COMMAND_LINE;
	}
}

static void on_flow(struct inspection *in, void *opaque, const struct flow_event *event)
{
	struct state *state = opaque;

	(void)event;
	if (state->turn == TURN_NOBODY)
		begin(state, TURN_SERVER, &in->event->frame);
}

static void on_command(struct inspection *in, void *opaque, const struct command *command)
{
	struct state *state = opaque;

	(void)command;
	if (in->event->oldest_open && state->turn != TURN_SERVER)
		begin_server(state, in->event->oldest_open);
}

/* The time that the waiting side should allow, in ns (RFC 5321 4.5.3.2). */
static tstamp limit_of(const struct state *state, enum phase phase)
{
	static const tstamp MINUTE = 60 * TSTAMP_SECOND;

	if (state->turn == TURN_CLIENT)
		return phase == PHASE_BODY ? 3 * MINUTE : 5 * MINUTE;
	if (state->kind == COMMAND_END_OF_DATA || state->kind == COMMAND_BDAT)
		return 10 * MINUTE;
	return !state->next && state->verb_id == VERB_DATA ? 2 * MINUTE : 5 * MINUTE;
}

static enum finding_cause cause_of(const struct state *state)
{
	if (state->turn == TURN_CLIENT)
		return CAUSE_STILL_WAITING_CLIENT;
	if (!*state->verb)
		return CAUSE_STILL_WAITING_GREETING;
	return state->kind == COMMAND_END_OF_DATA || state->kind == COMMAND_BDAT
		   ? CAUSE_STILL_WAITING_END_OF_DATA
		   : CAUSE_STILL_WAITING_COMMAND;
}

/*
 * Is it known whose turn it is? It is not in a dialogue that was not captured completely, and nobody's once
 * a side has closed.
 */
static bool is_known(const struct inspection *in)
{
	const struct session_facts *session = in->session;

	return session->flow->closed == FLOW_OPEN && session->visibility == 0 && !session->unsure &&
	       in->event->phase != PHASE_TLS && in->event->phase != PHASE_UNKNOWN &&
	       in->event->phase != PHASE_QUIT;
}

static void on_wait(struct inspection *in, void *pointer)
{
	struct state *state = pointer;
	const struct flow *flow = in->session->flow;
	tstamp since = state->since;
	struct suspicion s;

	if (state->turn == TURN_NOBODY || state->told || !is_known(in))
		return;
	/* Each packet of a message is progress. */
	if (in->event->phase == PHASE_BODY && flow->last.time > since)
		since = flow->last.time;
	if (in->now - since < in->waiting)
		return;
	state->told = true;
	suspicion_init(&s, in, cause_of(state));
	suspicion_evidence(&s, &state->question);
	if (!*state->verb)
		words_text(&s.words, "question", "The greeting");
	else if (state->next || verb_is_known(state->verb_id))
		words_text(&s.words, "question", state->next ? "The next command" : state->verb);
	else
		words_wire(&s.words, "question", span_text(state->verb));
	words_duration(&s.words, "duration", in->now - since);
	words_duration(&s.words, "limit", limit_of(state, in->event->phase));
	inspection_raise(in, &s);
}

const struct diagnosis diag_still_waiting = {
	.name = "still_waiting",
	.of_packets = true,
	.state_size = sizeof(struct state),
	.flow = on_flow,
	.flows = FLOWS_ARE(ESTABLISHED),
	.command = on_command,
	.reply = on_reply,
	.wait = on_wait,
};
