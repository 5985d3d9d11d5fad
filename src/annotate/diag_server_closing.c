/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server-closing: the server ends the session by itself with 421 (RFC 5321 3.8, 4.2.3), or gives up on a message with the words of a
 * timeout, or refuses RSET or NOOP because there were too many commands, and why. What it says is compared with what the session shows: who was silent, for how long, after how many bytes.
 *
 * Disproofs: the 421 is a greeting, or it answers EHLO, STARTTLS or AUTH (other findings report those); the client had said QUIT or
 * closed before; for a stalled client: it was not silent, or its message was complete; for the server's own timeout: the reply came
 * at once, so the timeout it mentions was not here, or the chunk that it answers was not complete.
 */
#include "diagnosis.h"
#include "farewell.h"
#include "text_rules.h"

/* A client that has sent nothing for so long in a message has stalled; one that is sending pauses for round trips only. */
static const int64_t STALLED = 5 * TSTAMP_SECOND;
/* A server that answers sooner than this did not wait for anything of its own. */
static const int64_t OWN_WAIT = 5 * TSTAMP_SECOND;
/* Silence between commands that speaks for an idle timeout, whatever the words. */
static const int64_t IDLE = 30 * TSTAMP_SECOND;
enum { MANY_REFUSALS = 3 };

struct state {
	bool under_way; /* MAIL was accepted and its message is not settled */
	bool leaving;	/* QUIT was sent */
	bool told;
	bool chunks_follow; /* the newest chunk was accepted and not the last one, so that the message goes on */
	uint64_t chunked_bytes; /* of the chunks of the message that were accepted */
};

static void on_command(struct inspection *in, void *opaque, const struct command *command)
{
	struct state *state = opaque;

	(void)in;
	if (command->kind == COMMAND_LINE && command->verb_id == VERB_QUIT)
		state->leaving = true;
}

static void on_message(struct inspection *in, void *opaque, const struct message *message)
{
	struct state *state = opaque;

	(void)in;
	(void)message;
	state->under_way = false;
	state->chunks_follow = false;
	state->chunked_bytes = 0;
}

static bool asks_for(const struct exchange *x, enum verb verb)
{
	return x->answers == ANSWERS_COMMAND && x->command->verb_id == verb;
}

/* Other findings report a refusal of these. */
static bool reported_elsewhere(const struct exchange *x)
{
	return x->answers == ANSWERS_CONNECT || x->answers == ANSWERS_AUTH_RESPONSE || asks_for(x, VERB_AUTH) ||
	       asks_for(x, VERB_EHLO) || asks_for(x, VERB_HELO) || asks_for(x, VERB_LHLO) ||
	       asks_for(x, VERB_STARTTLS) || asks_for(x, VERB_QUIT) || x->to_tls_hello;
}

static bool to_end_of_message(const struct exchange *x)
{
	return x->answers == ANSWERS_END_OF_DATA || x->answers == ANSWERS_BDAT;
}

/* Bytes of the chunk that |x| answers that had come; |*whole|: all of them. */
static uint64_t chunk_bytes(const struct inspection *in, const struct exchange *x, bool *whole)
{
	uint64_t start = x->command->end, sent = in->session->flow->side[DIR_CLIENT].delivered;

	*whole = sent >= start + x->command->body_bytes;
	return *whole ? x->command->body_bytes : sent > start ? sent - start : 0;
}

/* Has the client more of the message to send before it may wait for this reply? */
static bool message_goes_on(const struct inspection *in, const struct state *state, const struct exchange *x)
{
	bool whole = true;

	if (x->answers == ANSWERS_BDAT)
		(void)chunk_bytes(in, x, &whole);
	return x->in_message || !whole || (x->answers == ANSWERS_NONE && state->chunks_follow);
}

/* The client was sending a message and fell silent. */
static bool stalled(const struct inspection *in, const struct state *state, const struct exchange *x)
{
	return message_goes_on(in, state, x) && x->silence >= STALLED;
}

/* A refusal of a command that does no harm, because there were too many of them. */
static bool ends_idle_talk(const struct inspection *in, const struct exchange *x)
{
	return x->reply->code > 500 && (asks_for(x, VERB_RSET) || asks_for(x, VERB_NOOP)) &&
	       reply_says(in->rules, x->reply, PHRASE_TOO_MANY_ERRORS);
}

/* What the server's words and the session show together. |*agreed|: the session bears the words out. */
static enum finding_cause cause_of(const struct inspection *in, const struct state *state,
				   const struct exchange *x, bool *agreed)
{
	const struct rules *rules = in->rules;
	const struct reply *reply = x->reply;
	const struct reply_cause *reason = in->annotation->reason;
	bool timeout = reply_says(rules, reply, PHRASE_IDLE_TIMEOUT);
	bool in_message = message_goes_on(in, state, x);
	bool lossy =
	    in->session->visibility & (VISIBILITY_GAP | VISIBILITY_TRUNCATED_PACKETS | VISIBILITY_MIDSTREAM);

	*agreed = true;
	if (ends_idle_talk(in, x))
		return CAUSE_SERVER_CLOSING_TOO_MANY_COMMANDS;
	if (reply_says(rules, reply, PHRASE_SESSION_LIMIT))
		return CAUSE_SERVER_CLOSING_SESSION_LIMIT;
	if (reply_says(rules, reply, PHRASE_PROXY_HEADER_MISSING))
		return CAUSE_SERVER_CLOSING_MISSING_PROXY_HEADER;
	/* The end of the message may be among what was lost: nobody knows then who was waited for. */
	*agreed = false;
	if (in_message && lossy)
		return CAUSE_SERVER_CLOSING_UNKNOWN;
	*agreed = true;
	if (timeout && to_end_of_message(x) && !in_message && x->latency >= OWN_WAIT)
		return CAUSE_SERVER_CLOSING_OWN_TIMEOUT;
	if (timeout && stalled(in, state, x))
		return CAUSE_SERVER_CLOSING_CLIENT_STALLED;
	*agreed = x->silence >= STALLED;
	if (timeout && !in_message && x->answers == ANSWERS_NONE)
		return CAUSE_SERVER_CLOSING_IDLE_TIMEOUT;
	*agreed = true;
	if (reply_says(rules, reply, PHRASE_SERVER_SHUTDOWN))
		return CAUSE_SERVER_CLOSING_SERVER_SHUTDOWN;
	*agreed = in->history->refusals >= 2;
	if (reply_says(rules, reply, PHRASE_TOO_MANY_ERRORS))
		return CAUSE_SERVER_CLOSING_TOO_MANY_ERRORS;
	*agreed = true;
	if (reason && reason->cause && strcmp(reason->cause, "rate-limited") == 0)
		return CAUSE_SERVER_CLOSING_RATE_LIMITED;
	if (reply_says(rules, reply, PHRASE_OVERLOAD))
		return CAUSE_SERVER_CLOSING_OVERLOAD;
	*agreed = false;
	if (stalled(in, state, x))
		return CAUSE_SERVER_CLOSING_CLIENT_STALLED;
	if (in_message)
		return CAUSE_SERVER_CLOSING_DURING_DATA;
	if (x->answers == ANSWERS_NONE && in->history->refusals_in_a_row >= MANY_REFUSALS)
		return CAUSE_SERVER_CLOSING_TOO_MANY_ERRORS;
	if (x->answers == ANSWERS_NONE && x->silence >= IDLE)
		return CAUSE_SERVER_CLOSING_IDLE_TIMEOUT;
	*agreed = true;
	return CAUSE_SERVER_CLOSING_UNKNOWN;
}

/* A code other than 421 that ends a message with the words of a timeout, after the wait that they mention. */
static bool gives_up_on_message(const struct inspection *in, const struct state *state,
				const struct exchange *x)
{
	if (x->reply->code < 400 || !reply_says(in->rules, x->reply, PHRASE_IDLE_TIMEOUT))
		return false;
	return stalled(in, state, x) || (to_end_of_message(x) && x->latency >= OWN_WAIT);
}

static bool names_reason(const struct reply_cause *reason)
{
	return reason && reason->cause && strcmp(reason->cause, "unspecified") != 0;
}

/* Does the reply name a timeout, although the client did not keep the server waiting? */
static bool waited_for_another(const struct inspection *in, const struct exchange *x)
{
	return x->command && x->silence >= 0 && x->silence < STALLED &&
	       ledger_spent(in->ledger, LEDGER_BODY, LEDGER_CLIENT) < STALLED &&
	       ledger_spent(in->ledger, LEDGER_ENVELOPE, LEDGER_CLIENT) < STALLED &&
	       reply_says(in->rules, x->reply, PHRASE_IDLE_TIMEOUT);
}

/* Bytes that have come of the message under way. */
static uint64_t message_bytes(const struct inspection *in, const struct state *state, const struct exchange *x)
{
	bool whole;

	if (x->answers == ANSWERS_BDAT)
		return state->chunked_bytes + chunk_bytes(in, x, &whole);
	return state->chunks_follow ? state->chunked_bytes : ledger_body_bytes(in->ledger, in->session->flow);
}

static void raise(struct inspection *in, struct state *state, const struct exchange *x)
{
	const struct ledger *ledger = in->ledger;
	enum finding_cause cause;
	bool agreed;
	struct suspicion s;

	cause = cause_of(in, state, x, &agreed);
	suspicion_init(&s, in, cause);
	if (!agreed || x->likely || x->unsure)
		s.certainty = CERTAINTY_LIKELY;
	/* Between mails nothing is lost: the client opens another connection for the next one. */
	s.harmless = !state->under_way && x->answers == ANSWERS_NONE;
	s.at_most_warning = x->reply->code < 500;
	if (x->reply->code >= 500)
		s.retry = RETRY_LATER; /* a queue does not retry after 5yz */
	suspicion_reply(&s, x->reply);
	if (cause == CAUSE_SERVER_CLOSING_CLIENT_STALLED && x->answers == ANSWERS_BDAT)
		s.fix =
		    "The client sent less than it had announced with BDAT. Find out whether it stopped, or counts the bytes of "
		    "the chunk before it changes line ends or dots.";
	/* Where the session does not show why, the server's words may. */
	if (cause == CAUSE_SERVER_CLOSING_UNKNOWN ||
	    (cause == CAUSE_SERVER_CLOSING_DURING_DATA && names_reason(in->annotation->reason))) {
		suspicion_advice(&s, in);
		if (names_reason(in->annotation->reason) && in->annotation->reason->certainty < s.certainty)
			s.certainty = in->annotation->reason->certainty;
	}
	if (cause == CAUSE_SERVER_CLOSING_UNKNOWN && waited_for_another(in, x)) {
		s.responsible = RESPONSIBLE_SERVER;
		s.fix =
		    "The client had not paused; the server, or a system behind it, was too slow. Wait; the mail queue retries by itself. "
		    "The log of the server shows what it was waiting for.";
	}
	words_duration(&s.words, "idle", x->silence);
	words_duration(&s.words, "duration", x->latency >= 0 ? x->latency : x->silence);
	words_number(&s.words, "bytes", message_bytes(in, state, x));
	words_number(&s.words, "errors", in->history->refusals);
	words_text(&s.words, "question", to_end_of_message(x) ? "the end of the message" : "nothing");
	if (x->command) {
		words_command(&s.words, x->command);
		if (!to_end_of_message(x))
			words_verb(&s.words, "question", x->command);
		suspicion_evidence(&s, &x->command->frame);
	} else {
		suspicion_evidence(&s, &ledger->last_command);
	}
	inspection_raise(in, &s);
	state->told = true;
}

static void on_reply(struct inspection *in, void *opaque, const struct exchange *x)
{
	struct state *state = opaque;
	const struct flow *flow = in->session->flow;

	if (asks_for(x, VERB_MAIL))
		state->under_way = x->reply->code < 400;
	if (x->answers == ANSWERS_BDAT && x->reply->code < 400) {
		state->chunks_follow = !(x->command->flags & COMMAND_LAST_CHUNK);
		state->chunked_bytes += x->command->body_bytes;
	}
	if (state->told || reported_elsewhere(x) || x->answers == ANSWERS_UNSEEN)
		return;
	if (x->reply->code != 421 && !gives_up_on_message(in, state, x) && !ends_idle_talk(in, x))
		return;
	/* Some servers say why they stop to a client that has left. */
	if (x->answers == ANSWERS_NONE &&
	    (state->leaving || flow->side[DIR_CLIENT].fin || flow->side[DIR_CLIENT].rst))
		return;
	raise(in, state, x);
}

const struct diagnosis diag_server_closing = {
	.name = "server_closing",
	.state_size = sizeof(struct state),
	.command = on_command,
	.calm_commands = SUBJECTS_ARE(QUIT),
	.reply = on_reply,
	.calm_replies = SUBJECTS_ARE(MAIL) | SUBJECTS_ARE(CHUNK),
	.message = on_message,
};
