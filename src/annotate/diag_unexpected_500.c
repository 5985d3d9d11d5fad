/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unexpected-500: the server did not recognize a command (RFC 5321 4.2.4), and why. Several 500 replies to
 * the same fault have the first finding as their root. Not raised where losses leave the question in doubt:
 * annotation.expected is then not EXPECTED_NO.
 */
#include "command_parser.h"
#include "diagnosis.h"
#include "farewell.h"

enum { VERB_LENGTH_MAX = 16 };

/* This check does not decide; a later one may. */
static const enum finding_cause NONE = CAUSE_UNEXPECTED_500_UNKNOWN;

struct state {
	uint64_t foreign_root; /* finding about the first 500 to another protocol */
	uint64_t text_root;    /* finding that message text read as commands follows from, */
	unsigned accepted;     /* while no more replies than these have accepted something */
	bool cut;	       /* that message was accepted up to the text */
	uint64_t line_start;   /* client offset of the command that the newest 500 answered */
	uint64_t line_root; /* finding about that command, which may get several 500 (smtp/overlong.h); 0: none */
};

static bool is_mangled(const char *verb)
{
	size_t length = strlen(verb);

	/*
	 * Firewalls overwrite a command that they do not allow with as many letters X; no verb is longer
	 * than the limit.
	 */
	return length >= 4 && length <= VERB_LENGTH_MAX &&
	       (strspn(verb, "X") == length || strspn(verb, "*") == length);
}

/* Do the server's own lines show that a device on the path overwrites words? */
static bool path_mangles(const struct session_facts *session)
{
	if (session->greeting && strlen(session->greeting) >= 4 &&
	    strspn(session->greeting, "*20 ") == strlen(session->greeting))
		return true;
	for (size_t i = 0; i < session->capability_count; i++) {
		const char *keyword = session->capabilities[i];
		size_t masked = strspn(keyword, "X");

		if (masked >= 3 && (keyword[masked] == 0 || keyword[masked + 1] == 0))
			return true;
	}
	return false;
}

static bool is_hello(const struct command *command)
{
	return command->verb_id == VERB_EHLO;
}

static enum finding_cause foreign_cause(enum foreign foreign)
{
	switch (foreign) {
	case FOREIGN_HTTP:
		return CAUSE_UNEXPECTED_500_HTTP_ON_SMTP_PORT;
	case FOREIGN_TLS:
		return CAUSE_UNEXPECTED_500_TLS_ON_PLAINTEXT_PORT;
	case FOREIGN_PROXY:
		return CAUSE_UNEXPECTED_500_PROXY_HEADER;
	case FOREIGN_BINARY:
		return CAUSE_UNEXPECTED_500_BINARY;
	case FOREIGN_OTHER:
		return CAUSE_UNEXPECTED_500_NON_SMTP_CLIENT;
	case FOREIGN_SSH:
	case FOREIGN_POP3:
	case FOREIGN_IMAP:
	case FOREIGN_NONE:
		break;
	}
	return NONE;
}

/* Decides by the bytes of the line. */
static enum finding_cause cause_by_bytes(const struct rules *rules, const struct command *command,
					 const struct reply *reply)
{
	if (command->flags & (COMMAND_NUL | COMMAND_CONTROL))
		return CAUSE_UNEXPECTED_500_BINARY;
	if (command->flags & COMMAND_NON_ASCII && !reply_says(rules, reply, PHRASE_ARGUMENTS))
		return CAUSE_UNEXPECTED_500_NON_ASCII;
	if (command->flags & COMMAND_BARE_CR)
		return CAUSE_UNEXPECTED_500_MALFORMED_COMMAND;
	return NONE;
}

/* For a command that every server must support. */
static enum finding_cause cause_of_basic(const struct rules *rules, const struct command *command,
					 const struct reply *reply)
{
	if (!command_is_well_formed(command) || reply_says(rules, reply, PHRASE_SYNTAX_ERROR) ||
	    reply_says(rules, reply, PHRASE_PARAMETER_ERROR))
		return CAUSE_UNEXPECTED_500_MALFORMED_COMMAND;
	/* LMTP has LHLO instead (RFC 2033 4.1). */
	if (command->verb_id == VERB_HELO && (reply_says(rules, reply, PHRASE_UNRECOGNIZED_COMMAND) ||
					      reply_says(rules, reply, PHRASE_UNKNOWN_COMMAND)))
		return CAUSE_UNEXPECTED_500_NOT_SUPPORTED;
	return CAUSE_UNEXPECTED_500_UNKNOWN;
}

static enum finding_cause cause_by_verb(const struct rules *rules, const struct command *command,
					const struct reply *reply)
{
	static const enum verb basic[] = { VERB_MAIL, VERB_RCPT, VERB_DATA, VERB_RSET,
					   VERB_NOOP, VERB_QUIT, VERB_HELO, VERB_EHLO };

	if (command->flags & COMMAND_NO_VERB)
		return CAUSE_UNEXPECTED_500_MALFORMED_COMMAND;
	for (size_t i = 0; i < sizeof basic / sizeof *basic; i++)
		if (command->verb_id == basic[i])
			return command->flags & COMMAND_BARE_LF ? CAUSE_UNEXPECTED_500_BARE_LF
								: cause_of_basic(rules, command, reply);
	if (verb_is_known(command->verb_id))
		return reply_says(rules, reply, PHRASE_SYNTAX_ERROR) &&
			       !reply_says(rules, reply, PHRASE_UNRECOGNIZED_COMMAND)
			   ? CAUSE_UNEXPECTED_500_MALFORMED_COMMAND
			   : CAUSE_UNEXPECTED_500_NOT_SUPPORTED;
	return CAUSE_UNEXPECTED_500_UNKNOWN_COMMAND;
}

/* Decides by the server's text why the form of a message was rejected. */
static enum finding_cause cause_in_message(const struct rules *rules, const struct reply *reply)
{
	if (reply_says(rules, reply, PHRASE_LINE_TOO_LONG))
		return CAUSE_UNEXPECTED_500_LINE_TOO_LONG;
	if (reply_says(rules, reply, PHRASE_BARE_LF))
		return CAUSE_UNEXPECTED_500_BARE_LF;
	return CAUSE_UNEXPECTED_500_UNKNOWN;
}

static enum finding_cause cause_of(const struct rules *rules, const struct exchange *x,
				   const struct history *h, const struct session_facts *session)
{
	const struct command *command = x->command;
	enum finding_cause cause, foreign;

	if (!command && x->answers == ANSWERS_NONE && !x->in_message && !x->to_tls_hello)
		return session->flow->side[DIR_CLIENT].delivered ? CAUSE_UNEXPECTED_500_UNASKED
								 : CAUSE_UNEXPECTED_500_BEFORE_FIRST_COMMAND;
	if (!command)
		return x->in_message ? cause_in_message(rules, x->reply) : CAUSE_UNEXPECTED_500_UNKNOWN;
	/* Whatever the server says, it rejected the PROXY header. */
	if (command->kind == COMMAND_PROXY)
		return CAUSE_UNEXPECTED_500_PROXY_HEADER;
	foreign = h->mail_seen ? NONE : foreign_cause(h->foreign);
	if (reply_says(rules, x->reply, PHRASE_PIPELINING))
		return foreign != NONE ? foreign : CAUSE_UNEXPECTED_500_PIPELINING_REFUSED;
	if (command->kind == COMMAND_END_OF_DATA)
		return cause_in_message(rules, x->reply);
	if (command->flags & COMMAND_BODY_TEXT)
		return CAUSE_UNEXPECTED_500_MESSAGE_TEXT_AS_COMMANDS;
	if (is_mangled(command->verb) || (verb_is_standard(command->verb_id) && path_mangles(session)))
		return CAUSE_UNEXPECTED_500_COMMAND_MANGLED;
	if (foreign != NONE)
		return foreign;
	if (reply_says(rules, x->reply, PHRASE_LINE_TOO_LONG) ||
	    reply_says(rules, x->reply, PHRASE_LIMIT_EXCEEDED))
		return CAUSE_UNEXPECTED_500_LINE_TOO_LONG;
	if (is_hello(command) && !(command->flags & COMMAND_BARE_LF))
		return CAUSE_UNEXPECTED_500_EHLO_FALLBACK;
	cause = cause_by_bytes(rules, command, x->reply);
	if (cause != NONE)
		return cause;
	if (command->flags & COMMAND_LONG)
		return CAUSE_UNEXPECTED_500_LINE_TOO_LONG;
	if (command->kind == COMMAND_AUTH_RESPONSE)
		return CAUSE_UNEXPECTED_500_MALFORMED_COMMAND;
	return cause_by_verb(rules, command, x->reply);
}

/* Replies that did not reject anything. */
static unsigned accepted_by(const struct ledger *l)
{
	return l->replies - l->refusals;
}

/* Why did the server read the text of a message, of which |command| is a line? */
static void tell_text(const struct inspection *in, struct state *state, struct suspicion *s,
		      const struct command *command)
{
	tstamp accepted = in->ledger->accepted.message;

	/* A message that was accepted when its text had already been sent ended before it. */
	if (!state->text_root)
		state->cut = accepted != TSTAMP_NONE && command->frame.time <= accepted;
	words_text(&s->words, "value",
		   state->cut ? "A line with a single dot ended the message, and the client went on with its text"
			      : "The server had not accepted the message, and the client sent it anyway");
	if (state->cut)
		s->fix =
		    "Fix the client: it must put another dot in front of each line of the message that begins with a dot (RFC 5321 "
		    "4.5.2). The server has accepted the message, but only up to that line.";
}

static void on_reply(struct inspection *in, void *opaque, const struct exchange *x)
{
	struct state *state = opaque;
	struct suspicion s;
	uint64_t number;
	bool text, foreign, same;

	if (state->text_root && accepted_by(in->ledger) != state->accepted)
		state->text_root = 0;
	if (x->reply->code != 500 || in->annotation->expected != EXPECTED_NO)
		return;
	suspicion_init(&s, in, cause_of(in->rules, x, in->history, in->session));
	text = s.cause == CAUSE_UNEXPECTED_500_MESSAGE_TEXT_AS_COMMANDS;
	foreign = s.cause != NONE && foreign_cause(in->history->foreign) == s.cause;
	if (x->likely || s.cause == CAUSE_UNEXPECTED_500_BEFORE_FIRST_COMMAND)
		s.certainty = CERTAINTY_LIKELY;
	same = x->command && state->line_root && state->line_start == x->command->start;
	s.root = text ? state->text_root : foreign ? state->foreign_root : same ? state->line_root : 0;
	suspicion_reply(&s, x->reply);
	if (text)
		tell_text(in, state, &s, x->command);
	if (x->to_tls_hello)
		words_text(&s.words, "line", "TLS hello");
	else if (!x->command)
		words_text(&s.words, "line", x->in_message ? "the message" : "the connection");
	/* It is unknown which line of the message was meant. */
	if (x->in_message || x->answers == ANSWERS_END_OF_DATA)
		words_text(&s.words, "bytes", "too many");
	else if (x->command)
		words_number(&s.words, "bytes", x->command->line_length);
	if (x->command) {
		words_command(&s.words, x->command);
		words_number(&s.words, "limit", 512);
		suspicion_evidence(&s, &x->command->frame);
	}
	number = inspection_raise(in, &s);
	if (x->command && !same) {
		state->line_start = x->command->start;
		state->line_root = number;
	}
	if (foreign && !state->foreign_root)
		state->foreign_root = number;
	/* A rejected BDAT is the root of the 500 replies to the lines of its chunk. */
	if (!state->text_root && (text || x->answers == ANSWERS_BDAT)) {
		state->text_root = number;
		state->accepted = accepted_by(in->ledger);
	}
}

const struct diagnosis diag_unexpected_500 = {
	.name = "unexpected_500",
	.state_size = sizeof(struct state),
	.odd_reply = on_reply,
};
