/* SPDX-License-Identifier: BSD-2-Clause */
#include "replies_due.h"

#include "transaction.h"

enum { CODE_PRDR = 353 };

/*
 * With PRDR a 353 to the end of data says that a reply for each recipient follows, and one for the message as a whole
 * (draft-hall-prdr).
 */
static void count_prdr_replies(const struct transaction *t, struct place *place, struct exchange *x)
{
	const struct recipient *r;

	if (place->replies_seen == 0 && x->reply->code == CODE_PRDR)
		place->replies_due = (unsigned)transaction_accepted(t) + 2;
	if (place->replies_seen == 0 || place->replies_seen + 1 >= place->replies_due)
		return;
	r = transaction_next_recipient(t);
	if (r)
		x->recipient = r->address;
}

/* It is not known whether recipients that were lost were accepted, and so how many replies there will be. */
static unsigned doubt_lost_recipients(const struct doubt *dialogue, struct place *place)
{
	if (!doubt_has(dialogue, DOUBT_CAPTURE))
		return 0;
	place->doubt |= DOUBT_REPLY_MAY_BE_LOST;
	return DOUBT_REPLY_COUNT | DOUBT_REPLY_OWED;
}

/* LMTP answers the end of data once for each recipient that it accepted. */
unsigned replies_due_count(const struct transaction *t, bool lmtp, const struct doubt *dialogue,
			   struct place *place, struct exchange *x)
{
	const struct recipient *r;

	if (transaction_has_prdr(t) &&
	    (place->command.kind == COMMAND_END_OF_DATA || place->command.flags & COMMAND_LAST_CHUNK)) {
		count_prdr_replies(t, place, x);
		return doubt_lost_recipients(dialogue, place);
	}
	if (!lmtp || (place->command.kind != COMMAND_END_OF_DATA && place->command.kind != COMMAND_BDAT))
		return 0;
	if (place->command.kind == COMMAND_BDAT && !(place->command.flags & COMMAND_LAST_CHUNK))
		return 0;
	/* The command is rejected, not the message. */
	if (place->command.kind == COMMAND_BDAT && place->replies_seen == 0 && x->reply->code >= 500 &&
	    x->reply->code <= 504)
		return 0;
	if (place->replies_seen == 0 && transaction_accepted(t) > 1)
		place->replies_due = (unsigned)transaction_accepted(t);
	r = transaction_next_recipient(t);
	if (r)
		x->recipient = r->address;
	return doubt_lost_recipients(dialogue, place);
}
