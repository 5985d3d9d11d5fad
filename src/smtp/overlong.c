/* SPDX-License-Identifier: BSD-2-Clause */
#include "overlong.h"

#include "command_parser.h"

/* The latest command line that is longer than a server's buffer. */
struct overlong {
	struct account *account; /* charged with it */
	struct place *place;	 /* answered, in no queue; owned */
	uint64_t length;	 /* bytes of it that have arrived */
	uint64_t answered;	 /* replies to pieces of it */
};

/* No server that reads in pieces is known to have a smaller buffer; RFC 5321 4.5.3.1.4 asks for 512. */
enum { BUFFER_LEAST = 4096 };

bool overlong_is(uint64_t length)
{
	return length > BUFFER_LEAST;
}

void overlong_forget(struct overlong **kept, struct pairing *pairing)
{
	if (!*kept)
		return;
	pairing_release(pairing, (*kept)->place);
	account_free((*kept)->account, *kept);
	*kept = NULL;
}

void overlong_keep(struct overlong **kept, struct pairing *pairing, struct place *place, bool claimed,
		   struct account *account)
{
	if (place->command.kind != COMMAND_LINE || (!overlong_is(place->command.line_length) && !claimed)) {
		pairing_release(pairing, place);
		return;
	}
	overlong_forget(kept, pairing);
	*kept = account_take(account, sizeof **kept);
	if (*kept)
		**kept = (struct overlong){
			.account = account, .place = place, .length = place->command.line_length, .answered = 1
		};
	else
		pairing_release(pairing, place);
}

void overlong_grows(struct overlong *o, uint64_t length)
{
	if (o)
		o->length = length;
}

/* A command that a server which has come this far knows, without a fault. */
static bool is_beyond_doubt(const struct command *command, bool hello_done)
{
	const unsigned odd = COMMAND_BARE_LF | COMMAND_BARE_CR | COMMAND_NUL | COMMAND_CONTROL |
			     COMMAND_NON_ASCII | COMMAND_LONG | COMMAND_CUT | COMMAND_UNFINISHED |
			     COMMAND_BODY_TEXT | COMMAND_ASSUMED;

	if (command->kind != COMMAND_LINE || command->flags & odd || !command_is_well_formed(command))
		return false;
	switch (command->verb_id) {
	case VERB_NOOP:
	case VERB_QUIT:
	case VERB_RSET:
	case VERB_MAIL:
	case VERB_RCPT:
	case VERB_DATA:
		return true;
	default:
		return hello_done && (command->verb_id == VERB_EHLO || command->verb_id == VERB_HELO);
	}
}

struct place *overlong_place(const struct overlong *o)
{
	return o ? o->place : NULL;
}

bool overlong_claims(struct overlong *o, const struct pairing *pairing, const struct reply *reply,
		     const struct pairing_result *result, bool hello_done)
{
	if (!o || reply->code != 500 || o->answered > o->length / BUFFER_LEAST ||
	    (result->answers != ANSWERS_NONE && result->answers != ANSWERS_COMMAND))
		return false;
	if (result->answers == ANSWERS_COMMAND &&
	    (result->place != pairing_head(pairing) || !is_beyond_doubt(&result->place->command, hello_done)))
		return false;
	o->answered++;
	return true;
}
