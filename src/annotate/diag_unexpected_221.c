/* SPDX-License-Identifier: BSD-2-Clause */
/* unexpected-221: the server says goodbye and no QUIT asked for it (RFC 5321 3.8 wants 421 for that, 4.1.1.10 keeps 221 to QUIT). */
#include "diagnosis.h"
#include "farewell.h"

/* Silence this long before a farewell speaks for an idle timeout; RFC 5321 4.5.3.2.7 asks for 5 minutes, servers give less. */
static const int64_t LONG_SILENCE = 10 * TSTAMP_SECOND;
/* A server that takes this long over a command may as well have never answered it, and gone by its own clock. */
static const int64_t SLOW_ANSWER = 2 * TSTAMP_SECOND;
/* So many refusals in a row before a farewell speak for an error limit. */
enum { MANY_REFUSALS = 3 };

/* The first that holds: the server's words, what the session shows, where the reply stands. */
static enum finding_cause cause_of(const struct rules *rules, const struct exchange *x, const struct history *h)
{
	switch (farewell_of(rules, x->reply)) {
	case FAREWELL_SHUTDOWN:
		return CAUSE_UNEXPECTED_221_SERVER_SHUTDOWN;
	case FAREWELL_IDLE:
		return CAUSE_UNEXPECTED_221_IDLE_TIMEOUT;
	case FAREWELL_ERRORS:
		return CAUSE_UNEXPECTED_221_TOO_MANY_ERRORS;
	case FAREWELL_NOT_SMTP:
		/* It hangs up on one line: what no mail client says, or the text of a message read as commands. */
		return h->foreign != FOREIGN_NONE ? CAUSE_UNEXPECTED_221_NON_SMTP_CLIENT
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
	if (x->answers == ANSWERS_COMMAND && x->quit_open && x->open)
		return CAUSE_UNEXPECTED_221_GROUP_DROPPED;
	if (x->answers != ANSWERS_NONE)
		return CAUSE_UNEXPECTED_221_ANSWERED_OTHER_COMMAND;
	return CAUSE_UNEXPECTED_221_UNKNOWN;
}

static void on_reply(struct inspection *in, void *state, const struct exchange *x)
{
	struct suspicion s;

	(void)state;
	if (x->reply->code != 221 || in->annotation->expected != EXPECTED_NO)
		return;
	suspicion_init(&s, in, cause_of(in->rules, x, in->history));
	s.crossed = x->crossed;
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
	.reply = on_reply,
};
