/* SPDX-License-Identifier: BSD-2-Clause */
#include "answer.h"

#include "client.h"
#include "echo.h"
#include "effect.h"
#include "encrypted.h"
#include "feed.h"
#include "overlong.h"
#include "replies_due.h"
#include "session.h"
#include "transaction.h"

#include <assert.h>
#include <stdlib.h>

enum { CODE_PRDR = 353 };

static bool is_hello(const struct place *place)
{
	return place->command.kind == COMMAND_LINE && verb_is_hello(place->command.verb_id);
}

/*
 * Is this the greeting? The first thing a server says after the handshake is. Where the capture began later, a 220 that
 * comes first of all can only be that or the go-ahead to TLS, which says so; a 521 hardly is anything else (RFC 7504 3).
 */
bool answer_is_greeting(const struct session *s, const struct reply *reply)
{
	if (s->parts.progress.greeting_done)
		return false;
	/*
	 * What was sent before the server received any byte of the client can only be the greeting, whatever
	 * was lost.
	 */
	if (reply->start == 0 &&
	    (flow_from_start(s->parts.facts.flow) ||
	     (s->parts.facts.flow->opened != FLOW_MIDSTREAM && reply->acked_known && reply->peer_acked == 0)))
		return true;
	if (!(reply->flags & REPLY_AFTER_GAP) && flow_from_start(s->parts.facts.flow))
		return s->parts.facts.reply_count == 0;
	if (s->parts.facts.reply_count || s->parts.facts.command_count)
		return false;
	return reply->code == 521 ||
	       (reply->code == 220 && reply->line_count && !reply_first_line_has(reply, "TLS"));
}

static enum phase phase_of(const struct session *s, const struct place *place)
{
	const struct command *command = &place->command;

	if (command->kind == COMMAND_END_OF_DATA)
		return PHASE_FINAL;
	if (command->kind == COMMAND_BDAT)
		return PHASE_BODY;
	if (command->kind == COMMAND_AUTH_RESPONSE || place_is(place, VERB_AUTH))
		return PHASE_AUTH;
	if (is_hello(place))
		return PHASE_HELLO;
	if (place_is(place, VERB_STARTTLS))
		return PHASE_TLS;
	if (place_is(place, VERB_QUIT))
		return PHASE_QUIT;
	if (s->parts.progress.hello_done || place_is(place, VERB_MAIL) || place_is(place, VERB_RCPT) ||
	    place_is(place, VERB_DATA))
		return PHASE_ENVELOPE;
	return PHASE_HELLO;
}

static enum answers answers_of(const struct place *place)
{
	switch (place->command.kind) {
	case COMMAND_END_OF_DATA:
		return ANSWERS_END_OF_DATA;
	case COMMAND_BDAT:
		return ANSWERS_BDAT;
	case COMMAND_AUTH_RESPONSE:
		return ANSWERS_AUTH_RESPONSE;
	case COMMAND_LINE:
	case COMMAND_PROXY:
		break;
	}
	return ANSWERS_COMMAND;
}

/* Removes the places before |wanted|: their replies were lost. */
static void drop_before(struct session *s, const struct place *wanted)
{
	while (pairing_head(s->parts.pairing) && pairing_head(s->parts.pairing) != wanted) {
		struct place *place = pairing_pop(s->parts.pairing);

		transaction_give_up(s->parts.transaction, place);
		pairing_release(s->parts.pairing, place);
	}
}

/* When the last byte of the command arrived; that of a chunk may be held until its BDAT is answered. */
static tstamp asked_at(const struct session *s, const struct place *place)
{
	if (place->asked != TSTAMP_NONE || place->command.kind != COMMAND_BDAT)
		return place->asked;
	return client_held_at(s->client, place->command.end + place->command.body_bytes);
}

static int64_t latency_of(const struct session *s, const struct place *place, const struct reply *reply)
{
	tstamp asked = place ? asked_at(s, place) : TSTAMP_NONE;
	int64_t latency;

	if (s->parts.facts.flow->transcript || (place && asked == TSTAMP_NONE))
		return -1;
	if (place)
		latency = reply->first.time - asked;
	else if (s->parts.facts.flow->rtt >= 0)
		latency = reply->first.time - s->parts.facts.flow->first.time - s->parts.facts.flow->rtt;
	else
		return -1;
	return latency < 0 ? 0 : latency;
}

static bool quit_is_open(const struct session *s)
{
	for (const struct place *p = pairing_head(s->parts.pairing); p; p = p->next)
		if (place_is(p, VERB_QUIT))
			return true;
	return false;
}

/* LMTP: of recipients that were lost there may be more replies to the message; what cannot answer QUIT is one. */
static bool is_stray_recipient(const struct session *s, const struct pairing_result *result,
			       const struct reply *reply)
{
	return s->parts.progress.lmtp && doubt_has(&s->parts.doubt, DOUBT_CAPTURE) &&
	       result->answers == ANSWERS_COMMAND && place_is(result->place, VERB_QUIT) &&
	       reply->code != 221 && reply->code != 421 && (reply->code < 500 || reply->code > 504);
}

/*
 * Lines that may have been a message's were left unjudged. If they were none, each gets a reply, and what a server does not
 * understand is rather one of them than the end of a message.
 */
static bool is_to_line_left(struct session *s, const struct pairing_result *result, const struct reply *reply)
{
	struct place *place = result->answers == ANSWERS_COMMAND ? result->place : NULL;

	if (!doubt_has(&s->parts.doubt, DOUBT_REPLY_OWED) || !place)
		return false;
	/* Replies arrive in order: everything before has been answered, or was a message. */
	if (reply->code < 400 && reply->code != 221)
		doubt_remove(&s->parts.doubt, DOUBT_REPLY_OWED);
	if (place->command.kind != COMMAND_END_OF_DATA || !(place->command.flags & COMMAND_ASSUMED) ||
	    reply->code < 500 || reply->code > 504)
		return false;
	place->doubt |= DOUBT_REPLY_MAY_BE_LOST;
	return true;
}

/*
 * Some servers behind a proxy take any first line that begins with PROXY for a header, whatever follows. No server says yes to
 * it as a command: what is good is to the next one.
 */
static void drop_proxy_line(struct session *s, const struct reply *reply)
{
	const struct place *head = pairing_head(s->parts.pairing), *next = head ? head->next : NULL;

	if (!next || next->loss || head->start != 0 || !place_is(head, VERB_PROXY) || reply->code >= 400 ||
	    (reply->code == 221 && !place_is(next, VERB_QUIT)) ||
	    (reply->acked_known && reply->peer_acked <= next->start))
		return;
	pairing_release(s->parts.pairing, pairing_pop(s->parts.pairing));
}

struct pairing_result answer_find(struct session *s, const struct reply *reply)
{
	drop_proxy_line(s, reply);
	return pairing_match(s->parts.pairing, reply);
}

/* What |found| becomes if a lost or unread command is a better explanation of the reply. */
static struct pairing_result reconsider(struct session *s, const struct reply *reply,
					const struct pairing_result *found)
{
	struct pairing_result result = *found;

	if (is_stray_recipient(s, &result, reply) || is_to_line_left(s, &result, reply))
		result = (struct pairing_result){ .answers = ANSWERS_UNSEEN };
	/* A rejection of something from before the capture: more of them may be due. */
	if (result.answers != ANSWERS_COMMAND &&
	    doubt_has(&s->parts.doubt, DOUBT_CLIENT_LOST | DOUBT_UNSETTLED) && reply->code >= 500 &&
	    !flow_from_start(s->parts.facts.flow))
		doubt_add(&s->parts.doubt, DOUBT_REPLY_OWED);
	return result;
}

/* Decides how certain |result| is; all that is known against it is in the reasons. */
static void weigh(const struct session *s, struct exchange *x, const struct pairing_result *result)
{
	const struct newest_command *newest = client_newest(s->client);
	unsigned dialogue = s->parts.doubt.reasons, answer = result->doubt;
	struct certainty certainty;

	/* After an end of data there may be several replies, if a lost command requested them (LMTP, PRDR). */
	if (doubt_has(&s->parts.doubt, DOUBT_CAPTURE) && newest &&
	    (newest->kind == COMMAND_END_OF_DATA || newest->kind == COMMAND_BDAT) &&
	    (result->answers == ANSWERS_NONE || x->reply->code == CODE_PRDR))
		dialogue |= DOUBT_REPLY_COUNT;
	if (x->reply->flags & REPLY_ASSUMED_END)
		answer |= DOUBT_REPLY_END;
	certainty = doubt_weigh(dialogue, answer, result->answers == ANSWERS_COMMAND);
	x->likely = certainty.likely;
	x->unsure = certainty.unsure;
}

static void fill_exchange(struct session *s, struct exchange *x, const struct pairing_result *result)
{
	const struct reply *reply = x->reply;

	x->crossed = result->crossed;
	weigh(s, x, result);
	x->silence = s->turn.reply_silence;
	/* What crossed it did not interrupt the silence as seen by the server. */
	if (x->crossed && s->turn.server_silence > 0)
		x->silence = s->turn.server_silence;
	x->newest = client_newest(s->client);
	x->quit_open = quit_is_open(s);
	x->open = pairing_open(s->parts.pairing);
	x->to_tls_hello = result->answers == ANSWERS_NONE && *s->feed.client_state == CLIENT_TLS &&
			  encrypted_hello_received(&s->parts.encrypted, reply->acked_known, reply->peer_acked);
	x->in_message = *s->feed.client_state == CLIENT_BODY || *s->feed.client_state == CLIENT_BODY_GAP;
	if (result->answers == ANSWERS_COMMAND) {
		x->command = &result->place->command;
		x->answers = answers_of(result->place);
		x->phase = phase_of(s, result->place);
		x->open--;
	} else {
		/* After losses the command may have been lost. */
		x->answers = x->unsure && !x->crossed ? ANSWERS_UNSEEN : result->answers;
		x->phase = x->answers == ANSWERS_UNSEEN && !flow_from_start(s->parts.facts.flow)
			       ? PHASE_UNKNOWN
			       : feed_phase(&s->feed);
	}
	if (x->answers == ANSWERS_COMMAND || x->answers == ANSWERS_AUTH_RESPONSE ||
	    x->answers == ANSWERS_END_OF_DATA || x->answers == ANSWERS_BDAT || x->answers == ANSWERS_CONNECT)
		x->latency = latency_of(s, x->command ? result->place : NULL, reply);
	if (x->phase == PHASE_AUTH)
		x->mechanism = client_mechanism(s->client);
}

/* What is true of every reply: it answers what has a command, and a certain answer was sent after the command had arrived. */
static bool is_consistent(const struct exchange *x)
{
	const struct reply *reply = x->reply;

	if (x->answers == ANSWERS_CONNECT || x->answers == ANSWERS_NONE || x->answers == ANSWERS_UNSEEN)
		return !x->command;
	return x->command && (x->likely || x->unsure || !reply->acked_known || reply->peer_acked == 0 ||
			      reply->peer_acked > x->command->start);
}

static void emit_reply(struct session *s, struct exchange *x)
{
	struct smtp_event event = { .kind = SMTP_REPLY,
				    .frame = x->reply->frame,
				    .exchange = x,
				    .direction = DIR_SERVER,
				    .offset = x->reply->start };

	assert(is_consistent(x));
	x->inside_tls = s->parts.progress.inside;
	echo_hide(&s->parts.secrets, x->reply);
	feed_emit(&s->feed, &event);
	/* The next one, if it is in the same packet, follows without a pause. */
	s->turn.reply_silence = s->turn.server_silence = 0;
	s->parts.facts.reply_count++;
}

void answer_greeting(struct session *s, const struct reply *reply)
{
	struct exchange x = { .reply = reply,
			      .answers = ANSWERS_CONNECT,
			      .phase = PHASE_CONNECT,
			      .silence = s->turn.reply_silence,
			      .newest = client_newest(s->client),
			      .open = pairing_open(s->parts.pairing),
			      .quit_open = quit_is_open(s) };
	unsigned dialogue =
	    s->parts.doubt.reasons | (flow_from_start(s->parts.facts.flow) ? 0 : DOUBT_BEGINNING);
	struct certainty certainty = doubt_weigh(dialogue, 0, true);

	x.likely = certainty.likely;
	x.unsure = certainty.unsure;
	x.latency = latency_of(s, NULL, reply);
	emit_reply(s, &x);
	effect_of_reply(s, NULL, reply, true);
}

/*
 * The reply before broke off: its last line came under another code, and looks like a reply of its own. Where nothing else
 * was asked it is still part of that answer.
 */
static bool answer_broken(struct session *s, const struct reply *reply, const struct pairing_result *result)
{
	struct place *broken = pairing_aside(s->parts.pairing, PAIRING_BROKEN);
	const struct pairing_result same = { .answers = ANSWERS_COMMAND,
					     .place = broken,
					     .doubt = DOUBT_CONTINUATION };
	struct exchange x = { .reply = reply, .latency = -1 };

	if (!broken)
		return false;
	if (result->answers == ANSWERS_NONE) {
		fill_exchange(s, &x, &same);
		x.open++;
		emit_reply(s, &x);
	}
	pairing_keep_aside(s->parts.pairing, PAIRING_BROKEN, NULL);
	return result->answers == ANSWERS_NONE;
}

/* The reply most likely answers |place|, which is not in the queue. |later|: the doubt of what is paired after it. */
static void answer_aside(struct session *s, const struct reply *reply, struct place *place, unsigned later)
{
	const struct pairing_result result = { .answers = ANSWERS_COMMAND, .place = place, .doubt = DOUBT_ASIDE };
	struct exchange x = { .reply = reply, .latency = -1 };

	fill_exchange(s, &x, &result);
	x.open++;
	doubt_add(&s->parts.doubt, later);
	emit_reply(s, &x);
}

/* Another 500 to pieces of a line that is longer than the server's buffer. */
static bool answer_overlong(struct session *s, const struct reply *reply, const struct pairing_result *result)
{
	bool open = result->answers == ANSWERS_COMMAND;

	if (!overlong_claims(s->parts.overlong, s->parts.pairing, reply, result, s->parts.progress.hello_done))
		return false;
	/* Not proven: if it answers the open command after all, later pairings must not rest on it. */
	if (open)
		pairing_doubt_replies(s->parts.pairing);
	answer_aside(s, reply, overlong_place(s->parts.overlong), open ? DOUBT_PIECES : 0);
	return true;
}

/* The client closed within a line, and no command is open: some servers process the line as it is. */
static bool answer_unfinished(struct session *s, const struct reply *reply, const struct pairing_result *result)
{
	struct place *place = pairing_aside(s->parts.pairing, PAIRING_UNFINISHED);

	if (!place || result->answers != ANSWERS_NONE || result->crossed || reply->code == 421 ||
	    (reply->code == 221 && !place_is(place, VERB_QUIT)))
		return false;
	answer_aside(s, reply, place, 0);
	pairing_keep_aside(s->parts.pairing, PAIRING_UNFINISHED, NULL);
	return true;
}

/*
 * The reply of |x| answers |place|: applies its effects, and takes the place out of the queue if no more replies are due. Returns
 * whether it did; the place is then destroyed or kept aside.
 */
static bool complete(struct session *s, struct place *place, const struct exchange *x)
{
	const struct reply *reply = x->reply;

	place->replies_seen++;
	place->reply_end = reply->end;
	if (place->replies_seen < place->replies_due) {
		transaction_answered(s->parts.transaction, place, reply);
		return false;
	}
	pairing_pop(s->parts.pairing);
	effect_of_reply(s, place, reply, !x->unsure && !x->likely);
	overlong_forget(&s->parts.overlong, s->parts.pairing);
	if (reply->flags & REPLY_MIXED_CODES)
		pairing_keep_aside(s->parts.pairing, PAIRING_BROKEN, place);
	else
		overlong_keep(&s->parts.overlong, s->parts.pairing, place, client_line_is_claimed(s->client),
			      s->parts.facts.account);
	return true;
}

struct answered answer_reply(struct session *s, const struct reply *reply, const struct pairing_result *found)
{
	struct answered answered = { .answers = ANSWERS_CONNECT };
	struct exchange x = { .reply = reply, .latency = -1 };
	struct pairing_result result = reconsider(s, reply, found);
	struct place *place = result.answers == ANSWERS_COMMAND ? result.place : NULL;
	unsigned due;

	/* The greeting broke off ("220-" and then another code): a refusal that nothing else explains still belongs to it. */
	if (s->parts.progress.greeting_open && reply->code >= 400 && !place) {
		s->parts.progress.greeting_open = false;
		answer_greeting(s, reply);
		return answered;
	}
	s->parts.progress.greeting_open = false;
	s->parts.progress.greeting_done = true;
	if (answer_broken(s, reply, &result) || answer_overlong(s, reply, &result) ||
	    answer_unfinished(s, reply, &result))
		return answered;
	if (place)
		drop_before(s, place);
	due = place
		  ? replies_due_count(s->parts.transaction, s->parts.progress.lmtp, &s->parts.doubt, place, &x)
		  : 0;
	result.doubt |= due & DOUBT_REPLY_COUNT;
	fill_exchange(s, &x, &result);
	doubt_add(&s->parts.doubt, due);
	/* It may also be meant for the unfinished line. */
	if (x.unsure && reply->code >= 500)
		client_doubt_line(s->client);
	if (x.unsure || x.answers == ANSWERS_UNSEEN)
		echo_hide_words(&s->parts.secrets, reply);
	emit_reply(s, &x);
	if (x.answers == ANSWERS_NONE && x.in_message && !x.unsure)
		transaction_interrupted(s->parts.transaction, reply);
	answered.answers = x.answers;
	if (place) {
		answered.start = place->start;
		answered.completed = complete(s, place, &x);
	}
	return answered;
}
