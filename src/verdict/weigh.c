/* SPDX-License-Identifier: BSD-2-Clause */
#include "weigh.h"

#include <string.h>

static int by_place(const struct finding *a, const struct finding *b)
{
	const struct frame_ref *x = &a->frame, *y = &b->frame;

	/* One packet may have several replies. */
	if (a->code && b->code && x->file == y->file && x->number == y->number && x->time == y->time)
		return a->reply < b->reply ? -1 : a->reply > b->reply;
	if (x->file == y->file && x->number && y->number)
		return x->number < y->number ? -1 : x->number > y->number;
	return x->time < y->time ? -1 : x->time > y->time;
}

static const struct charge *origin(const struct charge *c)
{
	while (c->root)
		c = c->root;
	return c;
}

/* Does |cause| explain |effect|? It must not come later, and must be about the same message where both are about one. */
static bool explains(const struct charge *cause, const struct charge *effect)
{
	const struct finding *a = &cause->finding, *b = &effect->finding;

	if (by_place(a, b) > 0 || !explanation_covers(cause->explanation, effect->explanation))
		return false;
	return !a->message || !b->message || a->message == b->message || cause->explanation->lasting;
}

/* Was any recipient of the message that |c| is about accepted? */
static bool message_goes_on(const struct hearing *h, const struct charge *c)
{
	const struct session_facts *s = h->session;
	const struct message *m = c->finding.message && c->finding.message <= s->message_count
				      ? &s->messages[c->finding.message - 1]
				      : NULL;

	for (size_t i = 0; m && i < m->recipient_count; i++)
		if (m->recipients[i].code < 400)
			return true;
	return false;
}

/* The refusal of one recipient explains nothing about a message that goes to others. */
static bool out_of_reach(const struct hearing *h, const struct charge *cause, const struct charge *effect)
{
	if (!cause->finding.recipient || !message_goes_on(h, cause))
		return false;
	return !effect->finding.recipient || strcmp(cause->finding.recipient, effect->finding.recipient) != 0;
}

static void tie(const struct hearing *h, struct charge *effect)
{
	const struct charge *best = NULL;

	if (effect->root)
		return;
	for (size_t i = 0; i < h->docket->count; i++) {
		const struct charge *c = h->docket->charges[i];

		if (c == effect || origin(c) == effect || !explains(c, effect) || out_of_reach(h, c, effect))
			continue;
		if (!best || by_place(&c->finding, &best->finding) < 0)
			best = c;
	}
	effect->root = best;
}

/* Has what was refused been accepted later on? */
static bool overcome(const struct hearing *h, const struct charge *c)
{
	const struct ledger_accepted *a = &h->ledger->accepted;
	const tstamp at[] = {
		[HEALED_NEVER] = TSTAMP_NONE, [HEALED_BY_HELLO] = a->hello,	[HEALED_BY_LOGIN] = a->login,
		[HEALED_BY_TLS] = a->tls,     [HEALED_BY_MESSAGE] = a->message,
	};
	tstamp healed = at[c->explanation->healed];

	return healed != TSTAMP_NONE && healed > c->finding.frame.time;
}

/*
 * A cause is as grave as the gravest of its consequences: an extension that was not offered does no harm alone, but it does where
 * the login fails because of it. Where a mail queue retries by itself, it is no more than a warning: the rejections that follow from a
 * temporary one are temporary, too.
 */
static void raise_to(const struct hearing *h, const struct charge *root, enum severity severity)
{
	struct charge *c;

	if (root->finding.retry == RETRY_AUTOMATIC && severity > SEVERITY_WARNING)
		severity = SEVERITY_WARNING;
	c = root->finding.severity < severity ? docket_find(h->docket, root->finding.number) : NULL;
	if (c)
		c->finding.severity = severity;
}

/* Consequences, and what was overcome, are information. */
static void settle_severities(const struct hearing *h)
{
	for (size_t i = 0; i < h->docket->count; i++) {
		struct charge *c = h->docket->charges[i];

		c->finding.root = c->root ? origin(c)->finding.number : 0;
		if (c->root && !overcome(h, c))
			raise_to(h, origin(c), c->finding.severity);
	}
	for (size_t i = 0; i < h->docket->count; i++) {
		struct charge *c = h->docket->charges[i];

		if (c->root || overcome(h, c))
			c->finding.severity = SEVERITY_INFO;
	}
}

void weigh_findings(const struct hearing *h)
{
	/* What the diagnoses have said goes first: a tie must not lead back to it. */
	for (size_t i = 0; i < h->docket->count; i++) {
		struct charge *c = h->docket->charges[i];

		if (c->finding.root < c->finding.number)
			c->root = docket_find(h->docket, c->finding.root);
	}
	/* What comes after the last message is about none. */
	for (size_t i = 0; i < h->docket->count; i++)
		if (h->docket->charges[i]->finding.message > h->session->message_count)
			h->docket->charges[i]->finding.message = 0;
	for (size_t i = 0; i < h->docket->count; i++)
		tie(h, h->docket->charges[i]);
	settle_severities(h);
}

static unsigned bit_of_session(enum session_outcome outcome)
{
	switch (outcome) {
	case SESSION_DEFERRED:
		return EXPLAINS_DEFERRED;
	case SESSION_REJECTED:
		return EXPLAINS_REJECTED;
	case SESSION_ABORTED:
		return EXPLAINS_ABORTED;
	case SESSION_UNKNOWN:
		return EXPLAINS_UNKNOWN;
	case SESSION_NO_MAIL:
		return EXPLAINS_NO_MAIL;
	case SESSION_DELIVERED:
		return EXPLAINS_DELIVERED;
	case SESSION_PARTIAL:
		return EXPLAINS_PARTIAL;
	}
	return 0;
}

static unsigned bit_of_message(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_DEFERRED:
		return EXPLAINS_DEFERRED;
	case OUTCOME_REJECTED:
		return EXPLAINS_REJECTED;
	case OUTCOME_ABORTED:
		return EXPLAINS_ABORTED;
	case OUTCOME_UNKNOWN:
		return EXPLAINS_UNKNOWN;
	case OUTCOME_ACCEPTED:
		break;
	}
	return 0;
}

/* Can |c| be the reason for an outcome of |bits| of |message| (0: of any)? */
static bool bears_on(const struct hearing *h, const struct charge *c, unsigned bits, size_t message)
{
	if (!(c->explanation->outcomes & bits) || overcome(h, c))
		return false;
	return !message || !c->finding.message || c->finding.message == message || c->explanation->lasting;
}

/* Does |c| go back to something that did harm? */
static bool is_grave(const struct charge *c)
{
	return origin(c)->finding.severity != SEVERITY_INFO;
}

/*
 * The first finding that can be the reason for an outcome of |bits|, as far back as its cause goes; with |last| the one nearest to the
 * end: what was broken off was broken off at the end, whatever went wrong before. What did no harm is the reason only if nothing else is.
 */
static const struct charge *pick(const struct hearing *h, unsigned bits, size_t message, bool last)
{
	const struct charge *best = NULL;

	for (size_t i = 0; i < h->docket->count; i++) {
		const struct charge *c = h->docket->charges[i];
		int order = best ? by_place(&c->finding, &best->finding) : 0;

		if (!bears_on(h, c, bits, message) || (best && is_grave(best) > is_grave(c)))
			continue;
		if (!best || is_grave(c) > is_grave(best) || (last ? order > 0 : order < 0))
			best = c;
	}
	return best ? origin(best) : NULL;
}

static bool same_packet(const struct frame_ref *a, const struct frame_ref *b)
{
	return a->number && a->number == b->number && a->file == b->file;
}

/*
 * The gravest finding about the reply in packet |frame| that decided, as far back as its cause goes. Several findings may be about one
 * reply; the others have become information.
 */
static const struct charge *about_reply(const struct hearing *h, const struct frame_ref *frame, unsigned bits)
{
	const struct charge *best = NULL;

	for (size_t i = 0; i < h->docket->count; i++) {
		const struct charge *c = h->docket->charges[i];

		if (c->explanation->outcomes & bits && same_packet(&c->finding.frame, frame) &&
		    (!best || c->finding.severity > best->finding.severity))
			best = c;
	}
	return best ? origin(best) : NULL;
}

/* What decided the outcome |bits| of |m|: the reply to the message, or to one of its recipients. */
static const struct charge *by_reply(const struct hearing *h, const struct message *m, unsigned bits)
{
	const struct charge *c = m->code >= 400 ? about_reply(h, &m->frame, bits) : NULL;

	for (size_t i = 0; !c && i < m->recipient_count; i++)
		if (m->recipients[i].code >= 400)
			c = about_reply(h, &m->recipients[i].frame, EXPLAINS_DEFERRED | EXPLAINS_REJECTED);
	return c;
}

static const struct charge *of_message(const struct hearing *h, size_t number)
{
	const struct message *m = &h->session->messages[number - 1];
	unsigned bits = bit_of_message(m->outcome);
	const struct charge *c = by_reply(h, m, bits ? bits : EXPLAINS_DEFERRED | EXPLAINS_REJECTED);

	if (c)
		return c;
	if (!bits) {
		/* A recipient that is not kept, if any. */
		c = m->omitted ? pick(h, EXPLAINS_DEFERRED | EXPLAINS_REJECTED, number, false) : NULL;
		return c && c->finding.message == number ? c : NULL;
	}
	return pick(h, bits, number, (bits & (EXPLAINS_ABORTED | EXPLAINS_UNKNOWN)) != 0);
}

static bool decides(const struct message *m, enum session_outcome outcome)
{
	return outcome == SESSION_PARTIAL ? !message_is_wholly_accepted(m)
					  : (bit_of_message(m->outcome) & bit_of_session(outcome)) != 0;
}

static const struct charge *of_session(const struct hearing *h)
{
	const struct session_facts *s = h->session;
	const struct charge *c = NULL;

	for (size_t i = 0; !c && i < s->message_count; i++)
		if (decides(&s->messages[i], s->outcome))
			c = of_message(h, i + 1);
	if (c)
		return c;
	return pick(h, bit_of_session(s->outcome), 0,
		    s->outcome == SESSION_ABORTED || s->outcome == SESSION_UNKNOWN);
}

const struct charge *weigh_cause(const struct hearing *h, size_t message)
{
	return message ? of_message(h, message) : of_session(h);
}

/* A session without mail failed where something kept it from coming that far. */
static bool kept_from_mail(const struct hearing *h)
{
	const struct charge *c = pick(h, EXPLAINS_NO_MAIL, 0, false);

	return c && c->finding.severity != SEVERITY_INFO;
}

/* Was the end of a message sent, and its reply not seen, although the dialogue could be read? */
static bool message_left_open(const struct session_facts *s)
{
	static const unsigned blind = VISIBILITY_ENCRYPTED | VISIBILITY_CLIENT_ONLY | VISIBILITY_SERVER_ONLY |
				      VISIBILITY_GAP | VISIBILITY_TRUNCATED_PACKETS | VISIBILITY_UNFINISHED |
				      VISIBILITY_EVICTED;

	if (s->visibility & blind)
		return false;
	for (size_t i = 0; i < s->message_count; i++)
		if (s->messages[i].outcome == OUTCOME_UNKNOWN)
			return true;
	return false;
}

bool weigh_failed(const struct hearing *h)
{
	switch (h->session->outcome) {
	case SESSION_DELIVERED:
		return false;
	case SESSION_PARTIAL:
	case SESSION_DEFERRED:
	case SESSION_REJECTED:
	case SESSION_ABORTED:
		return true;
	case SESSION_UNKNOWN:
		return message_left_open(h->session) || pick(h, EXPLAINS_UNKNOWN, 0, true);
	case SESSION_NO_MAIL:
		break;
	}
	return kept_from_mail(h);
}

bool weigh_explains_acceptance(const struct hearing *h, const struct charge *cause)
{
	return h->session->outcome == SESSION_DELIVERED && cause->explanation->outcomes & EXPLAINS_DELIVERED;
}
