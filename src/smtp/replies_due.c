/* SPDX-License-Identifier: BSD-2-Clause */
#include "replies_due.h"

#include "transaction.h"

enum { CODE_PRDR = 353 };

/*
 * With PRDR a 353 to the end of data says that a reply for each recipient follows, and one for the message as a whole
 * (draft-hall-prdr).
 */
static void count_prdr_replies(struct session *s, struct place *place, struct exchange *x)
{
	const struct recipient *r;

	if (place->replies_seen == 0 && x->reply->code == CODE_PRDR)
		place->replies_due = (unsigned)s->transaction.accepted + 2;
	if (place->replies_seen == 0 || place->replies_seen + 1 >= place->replies_due)
		return;
	r = transaction_next_recipient(s);
	if (r)
		x->recipient = r->address;
}

/* Of recipients that were lost nobody knows whether they were taken, and so how many replies there will be. */
static void note_lost_recipients(struct session *s, struct place *place, struct exchange *x)
{
	if (session_is_lossy(s)) {
		place->reply_may_be_lost = true;
		s->pairing.unsure = s->pairing.owed = true;
		x->likely = true;
	}
}

/* LMTP answers the end of data once a recipient that it took. */
void replies_due_count(struct session *s, struct place *place, struct exchange *x)
{
	const struct recipient *r;

	if (s->transaction.prdr &&
	    (place->command.kind == COMMAND_END_OF_DATA || place->command.flags & COMMAND_LAST_CHUNK)) {
		count_prdr_replies(s, place, x);
		note_lost_recipients(s, place, x);
		return;
	}
	if (!s->lmtp || (place->command.kind != COMMAND_END_OF_DATA && place->command.kind != COMMAND_BDAT))
		return;
	if (place->command.kind == COMMAND_BDAT && !(place->command.flags & COMMAND_LAST_CHUNK))
		return;
	/* It is the command that is refused, not the message. */
	if (place->command.kind == COMMAND_BDAT && place->replies_seen == 0 && x->reply->code >= 500 &&
	    x->reply->code <= 504)
		return;
	if (place->replies_seen == 0 && s->transaction.accepted > 1)
		place->replies_due = (unsigned)s->transaction.accepted;
	note_lost_recipients(s, place, x);
	r = transaction_next_recipient(s);
	if (r)
		x->recipient = r->address;
}
