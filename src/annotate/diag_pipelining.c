/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pipelining: a command that was sent before the reply to the previous one, although PIPELINING is not
 * offered or the previous one must be the last of its group (RFC 2920 3.1). There are two proofs, and both
 * are needed: the packet of the command did not acknowledge that reply, and it was captured before it.
 * Disproved by a smuggled message (nobody sent its commands ahead) and by losses.
 */
#include "command_parser.h"
#include "diagnosis.h"
#include "farewell.h"

#include <string.h>

enum kind { NOT_OFFERED, NOT_LAST };

struct previous {
	bool known, answered;
	bool blamed; /* its reply complains about pipelining */
	enum verb verb_id;
	tstamp time;
	char *other_verb;	/* VERB_OTHER: its text; owned; NULL: another verb, or memory ran out */
	uint64_t start;		/* client offset of the command */
	uint64_t reply_start;	/* server offset of its reply */
	struct frame_ref reply; /* first packet of its reply */
};

/* A command that did not wait for a reply. Most sessions have none. Whether it had to is decided when its own reply comes. */
struct hasty {
	bool waiting, blamed;
	enum kind kind;
	uint64_t start, before; /* client offsets of it, and of the command whose reply it did not wait for */
	struct frame_ref frame;
	char verb[COMMAND_VERB_SIZE], before_verb[COMMAND_VERB_SIZE];
};

struct state {
	unsigned told;	       /* bits by enum kind */
	bool smuggled;	       /* the server read text of a message as commands, which nobody pipelined */
	uint64_t greeting_end; /* server offset of the end of the greeting; 0: not seen */
	struct previous previous;
	struct hasty *hasty; /* the newest one; owned; NULL: there was none */
};

/* RFC 2920 3.1, RFC 3207 4, RFC 4954 4. */
static bool has_to_be_last(enum verb verb)
{
	static const enum verb last[] = { VERB_EHLO, VERB_LHLO,	    VERB_DATA, VERB_VRFY,
					  VERB_EXPN, VERB_TURN,	    VERB_ATRN, VERB_QUIT,
					  VERB_NOOP, VERB_STARTTLS, VERB_AUTH };

	for (size_t i = 0; i < sizeof last / sizeof *last; i++)
		if (verb == last[i])
			return true;
	return false;
}

/* A client that continues after this time has given up waiting; it does not pipeline. */
static const tstamp GAVE_UP = TSTAMP_SECOND;

/* Did the client send |command| without waiting for the reply to the one before it? */
static bool is_hasty(const struct state *state, const struct command *command)
{
	const struct previous *p = &state->previous;

	/* Acknowledgements that do not even reach the greeting are not to be trusted. */
	if (!p->known || !command->seen_known || !state->greeting_end || command->seen < state->greeting_end)
		return false;
	if (command->frame.time - p->time >= GAVE_UP)
		return false;
	if (!p->answered)
		return (command->flags & COMMAND_PIPELINED) != 0;
	/* The reader held the command until the reply decided how to read it. */
	return command->seen <= p->reply_start && command->frame.file == p->reply.file &&
	       command->frame.number < p->reply.number;
}

static struct hasty *hasty_of(struct inspection *in, struct state *state)
{
	if (!state->hasty)
		state->hasty = account_take(in->account, sizeof *state->hasty);
	return state->hasty;
}

/* The verb of the command, as in struct command. Only of one that is known. */
static const char *previous_verb(const struct previous *p)
{
	if (p->verb_id == VERB_NONE)
		return "."; /* the end of the message */
	return p->verb_id != VERB_OTHER ? verb_name(p->verb_id) : p->other_verb ? p->other_verb : "?";
}

/* As much of |verb| as has room. */
static void copy_verb(char to[static COMMAND_VERB_SIZE], const char *verb)
{
	size_t length = strnlen(verb, COMMAND_VERB_SIZE - 1);

	memcpy(to, verb, length);
	to[length] = 0;
}

static const char LOGIN_LINE[] = "a line of the login";

static void on_command(struct inspection *in, void *opaque, const struct command *command)
{
	struct state *state = opaque;
	static const unsigned odd =
	    COMMAND_CUT | COMMAND_UNFINISHED | COMMAND_NO_VERB | COMMAND_BODY_TEXT | COMMAND_ASSUMED;
	struct hasty *h;

	if (state->smuggled)
		return;
	if (!(state->hasty && state->hasty->waiting) && !(command->flags & odd) &&
	    command->kind != COMMAND_PROXY && is_hasty(state, command) && (h = hasty_of(in, state))) {
		*h = (struct hasty){ .waiting = true,
				     .start = command->start,
				     .before = state->previous.start,
				     .frame = command->frame };
		h->kind = has_to_be_last(state->previous.verb_id) ? NOT_LAST : NOT_OFFERED;
		h->blamed = state->previous.blamed;
		memcpy(h->verb, command->verb, sizeof h->verb);
		if (command->kind == COMMAND_AUTH_RESPONSE)
			memcpy(h->verb, LOGIN_LINE, sizeof LOGIN_LINE);
		copy_verb(h->before_verb, previous_verb(&state->previous));
	}
	if (state->previous.other_verb)
		account_free(in->account, state->previous.other_verb);
	state->previous = (struct previous){ .known = !(command->flags & odd) && command->kind != COMMAND_PROXY,
					     .verb_id = command->verb_id,
					     .start = command->start,
					     .time = command->frame.time };
	if (command->verb_id == VERB_OTHER)
		state->previous.other_verb = account_string(in->account, span_text(command->verb));
	/* Pipelining is about commands, not about the lines of an authentication exchange. */
	if (command->kind == COMMAND_AUTH_RESPONSE)
		state->previous.known = false;
}

static void name_command(struct words *w, const char *name, const char *verb)
{
	if (strcmp(verb, ".") == 0)
		words_text(w, name, "the end of the message");
	else if (strcmp(verb, LOGIN_LINE) == 0 || verb_is_known(verb_of(span_text(verb))))
		words_text(w, name, verb);
	else
		words_wire(w, name, span_text(verb));
}

static void raise(struct inspection *in, struct state *state, bool harmless)
{
	static const enum finding_cause causes[] = {
		[NOT_OFFERED] = CAUSE_CONTRACT_VIOLATION_PIPELINING_NOT_OFFERED,
		[NOT_LAST] = CAUSE_CONTRACT_VIOLATION_NOT_LAST_IN_GROUP,
	};
	struct hasty *h = state->hasty;
	struct suspicion s;

	state->told |= 1u << h->kind;
	suspicion_init(&s, in, causes[h->kind]);
	s.harmless = harmless;
	s.frame = h->frame;
	name_command(&s.words, "line", h->verb);
	name_command(&s.words, "verb", h->verb);
	name_command(&s.words, "value", h->before_verb);
	suspicion_evidence(&s, &in->session->offers.frame);
	suspicion_evidence(&s, &in->event->frame);
	inspection_raise(in, &s);
}

/* Did the client have to wait? */
static bool had_to_wait(const struct inspection *in, const struct state *state)
{
	const struct session_facts *session = in->session;
	static const unsigned losses = VISIBILITY_MIDSTREAM | VISIBILITY_GAP | VISIBILITY_TRUNCATED_PACKETS;

	if (session->offers.state == OFFERS_UNKNOWN || session->visibility & losses ||
	    in->event->exchange->unsure)
		return false;
	/* With this extension of Exim a client may even pipeline EHLO. */
	if (offers_find(&session->offers, "PIPECONNECT") || offers_find(&session->offers, "X_PIPE_CONNECT") ||
	    offers_find(&session->offers, "PIPE_CONNECT"))
		return false;
	return state->hasty->kind == NOT_LAST || !offers_find(&session->offers, "PIPELINING");
}

static bool blames_haste(const struct rules *rules, const struct reply *reply)
{
	return reply->code >= 500 && (reply_says(rules, reply, PHRASE_SYNCHRONIZATION) ||
				      reply_says(rules, reply, PHRASE_PIPELINING));
}

static void on_reply(struct inspection *in, void *opaque, const struct exchange *x)
{
	struct state *state = opaque;
	const struct reply *reply = x->reply;
	struct hasty *h = state->hasty;
	bool to_hasty, to_before;

	if (x->answers == ANSWERS_CONNECT)
		state->greeting_end = reply->end;
	if (!x->command)
		return;
	if (state->previous.known && x->command->start == state->previous.start) {
		state->previous.answered = true;
		state->previous.reply_start = reply->start;
		state->previous.reply = reply->first;
		state->previous.blamed = blames_haste(in->rules, reply);
	}
	if (!h)
		return;
	to_hasty = h->waiting && x->command->start == h->start;
	to_before = h->waiting && x->command->start == h->before;
	if (!to_hasty && !(to_before && blames_haste(in->rules, reply))) {
		/* Its own reply will not come. */
		h->waiting = h->waiting && x->command->start <= h->start;
		return;
	}
	h->waiting = false;
	if (state->told & 1u << h->kind || !had_to_wait(in, state))
		return;
	raise(in, state,
	      !h->blamed && !blames_haste(in->rules, reply) && reply->code != 500 && reply->code != 503);
}

static void on_note(struct inspection *in, void *opaque, enum smtp_note note)
{
	struct state *state = opaque;

	(void)in;
	state->smuggled |= note == NOTE_LAX_END_READ;
}

static void finish(void *opaque, struct account *account)
{
	struct state *state = opaque;

	account_free(account, state->hasty);
	account_free(account, state->previous.other_verb);
}

const struct diagnosis diag_pipelining = {
	.name = "pipelining",
	.of_packets = true,
	.state_size = sizeof(struct state),
	.command = on_command,
	.reply = on_reply,
	.note = on_note,
	.finish = finish,
};
