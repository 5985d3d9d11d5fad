/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unexpected-221: a 221 that does not answer QUIT (RFC 5321 4.1.1.10; 3.8 calls for 421 when a server
 * closes on its own). Disproved by a QUIT, also one that the capture may have lost: annotation.expected is
 * then not EXPECTED_NO.
 */
#include "diagnosis.h"
#include "farewell.h"

/*
 * So much silence before a farewell indicates an idle timeout. RFC 5321 4.5.3.2.7 asks for 5 minutes, but
 * servers allow less.
 */
static const int64_t LONG_SILENCE = 10 * TSTAMP_SECOND;
/* After this time the 221 may be an idle timeout of the server rather than its answer to the command. */
static const int64_t SLOW_ANSWER = 2 * TSTAMP_SECOND;
/* So many consecutive rejections before a farewell indicate an error limit. */
enum { MANY_REFUSALS = 3 };

/* Is a hello that the client may have said among what was not captured? */
static bool hello_may_be_unseen(const struct inspection *in)
{
	const struct flow *flow = in->session->flow;
	const struct flow_side *client = &flow->side[DIR_CLIENT];

	return flow->opened == FLOW_MIDSTREAM || flow->continues || client->guessed || client->missing;
}

/* Has the client said no hello, as far as was captured? */
static bool no_hello(const struct inspection *in)
{
	return !in->history->mail_seen && !in->session->helo;
}

/* Does the client speak another protocol? Its first words were of one, or it said no hello before the command that |x| answers. */
static bool is_not_mail_client(const struct inspection *in, const struct exchange *x)
{
	return in->history->foreign != FOREIGN_NONE ||
	       (x->answers == ANSWERS_COMMAND && no_hello(in) && !hello_may_be_unseen(in));
}

/* Decides in this order: by the server's text, by the course of the session, by the position of the reply. */
static enum finding_cause cause_of(const struct inspection *in, const struct exchange *x)
{
	const struct history *h = in->history;

	/* The lines of a message that the server had refused: whatever it says to them, nobody meant them as commands. */
	if (x->command && x->command->flags & COMMAND_BODY_TEXT)
		return CAUSE_UNEXPECTED_221_MESSAGE_TEXT_AS_COMMANDS;
	switch (farewell_of(in->rules, x->reply)) {
	case FAREWELL_SHUTDOWN:
		return CAUSE_UNEXPECTED_221_SERVER_SHUTDOWN;
	case FAREWELL_IDLE:
		return CAUSE_UNEXPECTED_221_IDLE_TIMEOUT;
	case FAREWELL_ERRORS:
		return CAUSE_UNEXPECTED_221_TOO_MANY_ERRORS;
	case FAREWELL_NOT_SMTP:
		/*
		 * It disconnects because of one line: another protocol, or text of a message that it read
		 * as a command. Before any hello, it was not a message.
		 */
		return is_not_mail_client(in, x) ? CAUSE_UNEXPECTED_221_NON_SMTP_CLIENT
						 : CAUSE_UNEXPECTED_221_ANSWERED_OTHER_COMMAND;
	case FAREWELL_UNSAID:
		break;
	}
	if (h->foreign != FOREIGN_NONE)
		return CAUSE_UNEXPECTED_221_NON_SMTP_CLIENT;
	if (h->refusals_in_a_row >= MANY_REFUSALS)
		return CAUSE_UNEXPECTED_221_TOO_MANY_ERRORS;
	if (x->silence >= LONG_SILENCE)
		return CAUSE_UNEXPECTED_221_IDLE_TIMEOUT;
	if (x->answers == ANSWERS_CONNECT)
		return CAUSE_UNEXPECTED_221_AT_GREETING;
	if (x->in_message)
		return CAUSE_UNEXPECTED_221_DURING_DATA;
	if (x->answers == ANSWERS_COMMAND && x->quit_open && x->open && x->command->start >= in->ledger->group)
		return CAUSE_UNEXPECTED_221_GROUP_DROPPED;
	if (x->answers != ANSWERS_NONE)
		return CAUSE_UNEXPECTED_221_ANSWERED_OTHER_COMMAND;
	return CAUSE_UNEXPECTED_221_UNKNOWN;
}

static void on_reply(struct inspection *in, void *opaque, const struct exchange *x)
{
	struct suspicion s;

	(void)opaque;
	if (x->reply->code != 221 || in->annotation->expected != EXPECTED_NO)
		return;
	/* Without acknowledgements, it may be the answer to a QUIT that is open too. */
	if (in->session->flow->transcript && x->quit_open)
		return;
	suspicion_init(&s, in, cause_of(in, x));
	s.crossed = x->crossed;
	/* A client that is not a mail client does not matter, and it is not known what this one is. */
	s.harmless = s.cause == CAUSE_UNEXPECTED_221_ANSWERED_OTHER_COMMAND && no_hello(in) &&
		     hello_may_be_unseen(in) && farewell_of(in->rules, x->reply) == FAREWELL_NOT_SMTP;
	if (x->likely ||
	    (x->command && x->silence >= SLOW_ANSWER && farewell_of(in->rules, x->reply) == FAREWELL_UNSAID))
		s.certainty = CERTAINTY_LIKELY;
	suspicion_reply(&s, x->reply);
	words_duration(&s.words, "idle", x->silence);
	words_number(&s.words, "errors", in->history->refusals);
	words_number(&s.words, "count", x->open + 1);
	if (x->command) {
		words_command(&s.words, x->command);
		suspicion_evidence(&s, &x->command->frame);
	} else if (x->newest) {
		suspicion_evidence(&s, &x->newest->frame);
	}
	inspection_raise(in, &s);
}

const struct diagnosis diag_unexpected_221 = {
	.name = "unexpected_221",
	.odd_reply = on_reply,
};
