/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gave-up: the client left while the server still owed it a reply, or left after it had read what the server offers (RFC 5321
 * 4.5.3.2, 4.1.1.1). FIN, RST, QUIT and RSET count alike.
 *
 * Disproved by: a reply that the capture lost; bytes of the question that the server never acknowledged (the path failed, see
 * transport); a farewell or a refusal of the server, after which nothing was owed; a client that waited for less than a few
 * seconds (it never wanted the reply); a chunk that did not come whole, so that no reply was due yet.
 */
#include "diagnosis.h"

#include <stdio.h>

struct state {
	bool decided;		    /* the client has left; what follows is only its end */
	bool offered;		    /* a reply accepted EHLO; */
	unsigned replies, commands; /* there had been so many by then */
};

static const tstamp MINUTE = 60 * TSTAMP_SECOND;
/* A timer of the client may have run on its own clock. */
static const tstamp TIMER_TOLERANCE = TSTAMP_SECOND;
/* A client that stays longer after the offer than this leaves for another reason. */
static const tstamp LEFT_AT_ONCE = 5 * TSTAMP_SECOND;

static bool both_sides_seen(const struct inspection *in)
{
	const struct flow *flow = in->session->flow;

	return flow->side[DIR_CLIENT].seen && flow->side[DIR_SERVER].seen && flow->opened == FLOW_HANDSHAKE &&
	       !(in->session->visibility &
		 (VISIBILITY_GAP | VISIBILITY_TRUNCATED_PACKETS | VISIBILITY_ENCRYPTED)) &&
	       /* The client has acknowledged a reply that was not captured. */
	       flow->side[DIR_SERVER].acked <= flow->side[DIR_SERVER].delivered;
}

/* How long RFC 5321 4.5.3.2 asks the client to wait, in ns. */
static tstamp limit_of(const struct ledger_leave *leave, const struct command *open)
{
	if (leave->greeting || !open)
		return 5 * MINUTE;
	if (open->kind == COMMAND_END_OF_DATA || open->kind == COMMAND_BDAT)
		return 10 * MINUTE;
	return command_is(open, "DATA") ? 2 * MINUTE : 5 * MINUTE;
}

static enum finding_cause cause_of(const struct ledger_leave *leave, const struct command *open)
{
	if (leave->greeting)
		return CAUSE_CLIENT_GAVE_UP_BEFORE_GREETING;
	return open->kind == COMMAND_END_OF_DATA || open->flags & COMMAND_LAST_CHUNK
		   ? CAUSE_CLIENT_GAVE_UP_AT_END_OF_DATA
		   : CAUSE_CLIENT_GAVE_UP_WAITING_FOR_REPLY;
}

static const char *leaving_words(enum ledger_leaving how)
{
	static const char *const words[] = {
		[LEAVING_NOT] = "left",
		[LEAVING_FIN] = "closed the connection",
		[LEAVING_RST] = "reset the connection",
		[LEAVING_QUIT] = "sent QUIT",
		[LEAVING_RSET] = "sent RSET",
	};

	return words[how];
}

/* On a port for TLS, and towards a client that does not speak SMTP, silence means something else. */
static bool greeting_was_owed(const struct inspection *in)
{
	return in->session->flow->server.port != IMPLICIT_TLS_PORT && flow_from_start(in->session->flow) &&
	       in->session->protocol != PROTOCOL_TLS && in->event->phase != PHASE_TLS &&
	       in->history->foreign == FOREIGN_NONE;
}

static void raise(struct inspection *in)
{
	const struct ledger_leave *leave = &in->ledger->end->leave;
	const struct command *open = leave->greeting ? NULL : in->event->oldest_open;
	tstamp limit = limit_of(leave, open);
	bool patient = leave->waited + TIMER_TOLERANCE >= limit;
	struct suspicion s;

	suspicion_init(&s, in, cause_of(leave, open));
	if (in->session->unsure)
		s.certainty = CERTAINTY_LIKELY;
	s.frame = leave->frame;
	s.responsible = patient ? RESPONSIBLE_SERVER : RESPONSIBLE_CLIENT;
	s.more = patient ? "RFC 5321 asks the client to wait {limit} here, and it did."
			 : "RFC 5321 asks the client to wait {limit} here.";
	words_text(&s.words, "line", "nothing");
	words_text(&s.words, "verb", "nothing");
	if (open) {
		words_command(&s.words, open);
		suspicion_evidence(&s, &open->frame);
	}
	words_duration(&s.words, "duration", leave->waited);
	words_duration(&s.words, "limit", limit);
	words_text(&s.words, "value", leaving_words(leave->how));
	suspicion_evidence(&s, &in->ledger->last_reply);
	inspection_raise(in, &s);
}

/* The client took its leave: was anything owed? */
static void inspect_leave(struct inspection *in, struct state *state)
{
	const struct ledger_leave *leave = &in->ledger->end->leave;
	const struct command *open = in->event->oldest_open;
	uint64_t sent;

	if (state->decided || !leave->how)
		return;
	state->decided = true;
	if (in->history->newest.farewell || !both_sides_seen(in) || (leave->greeting && !greeting_was_owed(in)))
		return;
	if (!leave->greeting) {
		/* The newest reply may be the one that seems to be missing. */
		if (in->history->newest.unseen)
			return;
		sent = open->end + (open->kind == COMMAND_BDAT ? open->body_bytes : 0);
		if (sent > in->session->flow->side[DIR_CLIENT].acked)
			return;
	}
	raise(in);
}

static bool lacks(const struct session_facts *session, const char *keyword)
{
	return !offers_find(&session->offers, keyword);
}

/* Names what the server does not offer, of the extensions that clients insist on. */
static void name_missing(const struct session_facts *session, char *text, size_t size)
{
	static const char *const wanted[] = { "STARTTLS", "AUTH", "SMTPUTF8" };
	size_t length = 0;

	text[0] = 0;
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		if (lacks(session, wanted[i]) && length + strlen(wanted[i]) + 3 < size)
			length += (size_t)snprintf(text + length, size - length, "%s%s", length ? ", " : "",
						   wanted[i]);
}

/* Did the newest reply accept EHLO, and was no command sent since, except the event's own? */
static bool only_offered(const struct inspection *in, const struct state *state)
{
	return state->offered && in->ledger->replies == state->replies &&
	       in->ledger->commands - (in->event->kind == SMTP_COMMAND) == state->commands;
}

/* The client read the offer and left: perhaps it missed something there. Health checks do the same, so it is only possible. */
static void inspect_offer(struct inspection *in, struct state *state)
{
	const struct session_facts *session = in->session;
	char missing[64];
	struct suspicion s;

	if (state->decided || !only_offered(in, state) ||
	    in->event->frame.time - in->ledger->last_reply.time > LEFT_AT_ONCE ||
	    session->offers.state == OFFERS_UNKNOWN || session->message_count || session->login_count ||
	    session_tls(session)->mode != TLS_NONE || session->unsure || !both_sides_seen(in))
		return;
	name_missing(session, missing, sizeof missing);
	if (!*missing)
		return;
	state->decided = true;
	suspicion_init(&s, in, CAUSE_CLIENT_GAVE_UP_AFTER_OFFER);
	s.certainty = CERTAINTY_POSSIBLE;
	s.harmless = true;
	words_text(&s.words, "offer", missing);
	words_text(&s.words, "value",
		   in->event->kind == SMTP_COMMAND		   ? "sent QUIT"
		   : in->event->flow_event->kind == FLOW_EVENT_RST ? "reset the connection"
								   : "closed the connection");
	suspicion_evidence(&s, &session->offers.frame);
	inspection_raise(in, &s);
}

static void on_reply(struct inspection *in, void *opaque, const struct exchange *x)
{
	struct state *state = opaque;

	state->offered = x->answers == ANSWERS_COMMAND && command_is(x->command, "EHLO") &&
			 x->reply->code < 300 && !x->open && !x->unsure;
	state->replies = state->offered ? in->ledger->replies : 0;
	state->commands = state->offered ? in->ledger->commands : 0;
}

static void on_command(struct inspection *in, void *opaque, const struct command *command)
{
	struct state *state = opaque;

	inspect_leave(in, state);
	/* It must have read the offer before it left. */
	if (command_is(command, "QUIT") && command->seen_known && command->seen >= in->history->newest.end)
		inspect_offer(in, state);
}

static void on_flow(struct inspection *in, void *opaque, const struct flow_event *event)
{
	if (event->direction != DIR_CLIENT)
		return;
	inspect_leave(in, opaque);
	if (!in->session->flow->side[DIR_SERVER].fin && !in->session->flow->side[DIR_SERVER].rst)
		inspect_offer(in, opaque);
}

const struct diagnosis diag_gave_up = {
	.name = "gave_up",
	.of_packets = true,
	.state_size = sizeof(struct state),
	.command = on_command,
	.calm_commands = SUBJECTS_ARE(QUIT) | SUBJECTS_ARE(OTHER),
	.reply = on_reply,
	.calm_replies = SUBJECTS_ARE(HELLO),
	.flow = on_flow,
	.flows = FLOWS_ARE(FIN) | FLOWS_ARE(RST),
};
