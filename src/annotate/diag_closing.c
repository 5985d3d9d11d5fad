/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * closing: the connection ended while a reply, a message or a farewell was still missing (RFC 5321 3.8,
 * 4.1.1.10). Disproved by a farewell, by losses that may have hidden the reply, by a reply whose
 * question was not seen, and, if nothing seems to be open, by lines of the client that losses leave unread.
 */
#include "diagnosis.h"

struct state {
	bool told;
};

/* May the newest reply be the one that seems to be missing? Its question was not seen, and no command came since. */
static bool is_misplaced(const struct history *h)
{
	return h->newest.unseen && !h->newest.command_came;
}

/* Was the newest reply a rejection? */
static bool was_refused(const struct history *h)
{
	return h->newest.code >= 400;
}

/* Does the capture prove that a reply was not sent? */
static bool whole_view(const struct inspection *in)
{
	const struct session_facts *session = in->session;
	const struct flow *flow = session->flow;

	return flow->side[DIR_CLIENT].seen && flow->side[DIR_SERVER].seen &&
	       flow->opened != FLOW_UNANSWERED && flow->opened != FLOW_REFUSED && session->reply_count > 0 &&
	       session->protocol != PROTOCOL_OTHER &&
	       !(session->visibility & (VISIBILITY_GAP | VISIBILITY_TRUNCATED_PACKETS | VISIBILITY_ENCRYPTED));
}

static bool message_is_open(const struct inspection *in)
{
	const struct command *open = in->event->oldest_open;

	return in->event->phase == PHASE_BODY ||
	       (open && (open->kind == COMMAND_END_OF_DATA || open->kind == COMMAND_BDAT));
}

/*
 * A reset after a rejection aborts a transaction that had already failed, although a server should still
 * wait for QUIT (RFC 5321 4.1.1.10). It is harmless if no other command was open.
 */
static void soften(const struct inspection *in, struct suspicion *s)
{
	if (!was_refused(in->history) || message_is_open(in))
		return;
	s->at_most_warning = true;
	s->more = "The last reply was a rejection, so no message was in progress.";
	s->harmless = !in->event->oldest_open;
}

/* A client that sends nothing for so long in a message has stalled; the server that closes then gave up waiting. */
static const tstamp STALLED = 30 * TSTAMP_SECOND;

static bool stalled(const struct inspection *in)
{
	tstamp last = in->session->client_spoke;

	return last != TSTAMP_NONE && in->event->frame.time - last >= STALLED;
}

static void raise(struct inspection *in, struct state *state, enum finding_cause cause)
{
	const struct command *open = in->event->oldest_open;
	const struct frame_ref *reply = &in->ledger->last_reply;
	struct suspicion s;

	state->told = true;
	suspicion_init(&s, in, cause);
	/* A reply whose question was not seen may be the one that seems to be missing. */
	if (in->session->unsure)
		s.certainty = CERTAINTY_LIKELY;
	/* Too few packets may have been captured to tell a reset of another device. */
	if (in->event->flow_event && in->event->flow_event->kind == FLOW_EVENT_RST &&
	    !flow_from_start(in->session->flow))
		s.certainty = CERTAINTY_LIKELY;
	words_text(&s.words, "line", "nothing");
	words_text(&s.words, "verb", "nothing");
	if (open) {
		words_command(&s.words, open);
		suspicion_evidence(&s, &open->frame);
	}
	words_number(&s.words, "count", in->session->open);
	words_duration(&s.words, "duration",
		       in->event->frame.time - (open ? open->frame.time : in->session->flow->first.time));
	words_duration(&s.words, "idle", reply->number ? in->event->frame.time - reply->time : -1);
	suspicion_evidence(&s, reply);
	if (cause == CAUSE_LOST_CONNECTION_DURING_MESSAGE && stalled(in)) {
		s.responsible = RESPONSIBLE_CLIENT;
		s.more = "The client had sent nothing for a long time; the server only stopped waiting.";
	}
	if (cause == CAUSE_LOST_CONNECTION_SERVER_RESET || cause == CAUSE_LOST_CONNECTION_CLIENT_RESET)
		soften(in, &s);
	inspection_raise(in, &s);
}

static bool only_quit_is_open(const struct inspection *in)
{
	const struct command *open = in->event->oldest_open;

	return open && open->verb_id == VERB_QUIT && in->session->open == 1;
}

/* After losses, lines of the client may be left unread (a message, or commands): has it sent something since the last reply? */
static bool unread_lines(const struct inspection *in)
{
	return in->session->unsure && in->session->client_spoke != TSTAMP_NONE &&
	       in->session->client_spoke > in->ledger->last_reply.time;
}

static void closed_by_server(struct inspection *in, struct state *state, bool reset)
{
	const struct command *open = in->event->oldest_open;
	bool message = in->event->phase == PHASE_BODY || ledger_chunk_short(in->event);

	if (in->history->newest.farewell || (open && is_misplaced(in->history)))
		return;
	if (only_quit_is_open(in)) {
		raise(in, state, CAUSE_QUIT_WITHOUT_221_SERVER_CLOSED);
	} else if (open && open->kind == COMMAND_END_OF_DATA) {
		raise(in, state, CAUSE_LOST_CONNECTION_MESSAGE_UNANSWERED);
	} else if (message) {
		raise(in, state, CAUSE_LOST_CONNECTION_DURING_MESSAGE);
	} else if (reset) {
		raise(in, state, CAUSE_LOST_CONNECTION_SERVER_RESET);
	} else if (open) {
		raise(in, state, CAUSE_CLOSED_WITHOUT_REPLY_COMMAND_UNANSWERED);
	} else if (!was_refused(in->history) && !unread_lines(in)) {
		raise(in, state, CAUSE_CLOSED_WITHOUT_REPLY_IDLE);
	}
}

static void closed_by_client(struct inspection *in, struct state *state, bool reset)
{
	const struct command *open = in->event->oldest_open;

	/* diag_gave_up reports a client that stopped waiting for a reply. */
	if (in->history->newest.farewell || in->ledger->end->leave.how || (open && is_misplaced(in->history)))
		return;
	/* A command that never arrived cannot be answered; diag_transport reports that. */
	if (open && open->end > in->session->flow->side[DIR_CLIENT].acked)
		return;
	if (in->event->phase == PHASE_BODY)
		raise(in, state,
		      reset ? CAUSE_LOST_CONNECTION_CLIENT_RESET : CAUSE_LOST_CONNECTION_CLIENT_CLOSED);
	else if (reset && open && !only_quit_is_open(in))
		raise(in, state, CAUSE_LOST_CONNECTION_CLIENT_RESET);
}

static void on_flow(struct inspection *in, void *opaque, const struct flow_event *event)
{
	struct state *state = opaque;
	bool reset = event->kind == FLOW_EVENT_RST;

	/* diag_foreign_reset reports a reset that another device sent. */
	if (reset && ledger_reset_is_foreign(in->ledger) && in->ledger->end->close.side == event->direction)
		return;
	/* diag_line_ends reports an end that the server could not see, diag_chunk a client that waited for nothing. */
	if (ledger_dot_unread(in->ledger, in->session->flow, event->frame.time) ||
	    (event->direction == DIR_CLIENT && ledger_chunk_short(in->event)))
		return;
	if (state->told || !whole_view(in))
		return;
	/* Only the first side to close matters; the close of the other side follows from it. */
	if (in->session->flow->side[direction_other(event->direction)].fin ||
	    in->session->flow->side[direction_other(event->direction)].rst)
		return;
	/* A reset after the same side's FIN only rejects data that arrived later (RFC 9293 3.6.1). */
	if (reset && in->session->flow->side[event->direction].fin && !message_is_open(in))
		return;
	if (event->direction == DIR_SERVER)
		closed_by_server(in, state, reset);
	else
		closed_by_client(in, state, reset);
}

/* The session continued, but this command was not answered. diag_gave_up reports a client that did not wait longer. */
static void on_unanswered(struct inspection *in, void *state, const struct command *command)
{
	struct suspicion s;

	(void)state;
	if (in->ledger->end->leave.how && command->start < in->ledger->end->leave.sent)
		return;
	if (in->session->over || in->session->unsure || !whole_view(in))
		return;
	suspicion_init(&s, in, CAUSE_MISSING_REPLY_SKIPPED);
	s.certainty = CERTAINTY_LIKELY;
	words_command(&s.words, command);
	s.frame = command->frame;
	inspection_raise(in, &s);
}

const struct diagnosis diag_closing = {
	.name = "closing",
	.of_packets = true,
	.state_size = sizeof(struct state),
	.unanswered = on_unanswered,
	.flow = on_flow,
	.flows = FLOWS_ARE(FIN) | FLOWS_ARE(RST),
};
