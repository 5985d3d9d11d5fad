/* SPDX-License-Identifier: BSD-2-Clause */
#include "transaction.h"

#include "command_parser.h"
#include "feed.h"
#include "session.h"

#include <assert.h>
#include <stdlib.h>

struct transaction {
	struct message *message; /* |current|; NULL: none is open */
	struct message current;
	size_t accepted; /* recipients the server accepted */
	size_t answered; /* LMTP: those of them with a reply to the end of data */
	bool refused;	 /* MAIL or DATA was rejected: the transaction has failed */
	bool too_late;	 /* the server had closed before: it cannot have accepted the message */
	bool data;	 /* DATA or BDAT was accepted, or may have been */
	bool given_up;	 /* the client ended it with RSET or QUIT */
	bool prdr;	 /* MAIL requested a reply for each recipient (PRDR) and was accepted */
};

struct transaction *transaction_create(void)
{
	return calloc(1, sizeof(struct transaction));
}

bool transaction_is_open(const struct session *s)
{
	return s->transaction->message != NULL;
}

size_t transaction_accepted(const struct session *s)
{
	return s->transaction->accepted;
}

bool transaction_has_prdr(const struct session *s)
{
	return s->transaction->prdr;
}

void transaction_text_begins(struct session *s)
{
	s->transaction->data = true;
}

void transaction_text_sent(struct session *s, bool too_late)
{
	s->text_sent = true;
	s->transaction->too_late = too_late;
}

void transaction_destroy(struct session *s)
{
	for (size_t i = 0; i < s->facts.message_count; i++)
		message_finish(&s->facts.messages[i]);
	free(s->facts.messages);
	if (!s->transaction)
		return;
	if (s->transaction->message)
		message_finish(s->transaction->message);
	free(s->transaction);
}

/* The address of a MAIL or RCPT line, as a string of |m|; NULL: the line was cut before its end. */
static char *address_of(const struct session *s, struct message *m, const struct command *command)
{
	struct span verb, argument, address, parameters;

	if (!command_split(command->line, &verb, &argument))
		return command_is_whole(command) ? arena_string(&m->arena, (struct span){ 0 }) : NULL;
	if (!patterns_path(s->shared->patterns, argument, &address, &parameters))
		address = argument;
	if (!command_is_whole(command) &&
	    (!address.length || address.at + address.length == argument.at + argument.length))
		return NULL;
	return arena_string(&m->arena, address);
}

/* Keeps the lines of |reply|, joined by LF, as the text of |m|. Returns them; empty if memory runs out. */
static struct span keep_text(struct message *m, const struct reply *reply)
{
	size_t length = 0, wanted = 1;

	for (size_t i = 0; i < reply->line_count; i++)
		wanted += reply->lines[i].length + 1;
	/* LMTP: the replies to all recipients may be kept one after the other. Doubling the room bounds what they leave behind. */
	if (wanted > m->text_room) {
		size_t room = wanted > m->text_room * 2 ? wanted : m->text_room * 2;
		char *text = arena_take(&m->arena, room);

		if (!text)
			return (struct span){ 0 };
		m->text = text;
		m->text_room = room;
	}
	for (size_t i = 0; i < reply->line_count; i++) {
		if (i)
			m->text[length++] = '\n';
		if (reply->lines[i].length)
			memcpy(m->text + length, reply->lines[i].at, reply->lines[i].length);
		length += reply->lines[i].length;
	}
	m->text[length] = 0;
	return span_of(m->text, length);
}

/* The reply that decides about the message as a whole. */
static void decide(struct session *s, struct message *m, const struct reply *reply)
{
	struct span text, id;

	m->code = reply->code;
	m->outcome = outcome_of_code(reply->code);
	m->frame = reply->frame;
	enhanced_text(m->enhanced, &reply->enhanced);
	text = keep_text(m, reply);
	if (reply->code < 300 && !m->queue_id && text.length &&
	    patterns_queue_id(s->shared->patterns, text, &id) &&
	    !(reply->flags & REPLY_TRUNCATED && id.at + id.length == text.at + text.length))
		m->queue_id = arena_string(&m->arena, id);
}

static bool keep(struct session *s, struct message *m)
{
	struct session_facts *f = &s->facts;
	size_t count = f->message_count;

	f->outcomes[m->outcome]++;
	f->only_asked += m->only_asked;
	/* The array grows at powers of two. */
	if (count < SESSION_MESSAGES_KEPT && (count & (count - 1)) == 0) {
		struct message *grown = realloc(f->messages, (count ? count * 2 : 1) * sizeof *grown);

		if (!grown)
			return false;
		f->messages = grown;
	}
	if (count >= SESSION_MESSAGES_KEPT) {
		f->messages_omitted++;
		return false;
	}
	f->messages[f->message_count++] = *m;
	return true;
}

static void settle(struct session *s)
{
	struct message m;
	struct smtp_event event = { .kind = SMTP_MESSAGE, .message = &m };
	bool kept;

	if (!s->transaction->message)
		return;
	m = *s->transaction->message;
	assert(message_is_consistent(&m));
	*s->transaction = (struct transaction){ 0 };
	s->text_sent = false;
	kept = keep(s, &m);
	event.frame = m.frame;
	feed_emit(s, &event);
	if (!kept)
		message_finish(&m);
}

void transaction_end(struct session *s)
{
	struct message *m = s->transaction->message;
	const struct recipient *last;

	if (!m)
		return;
	if (m->code == 0) {
		bool sent = s->text_sent && !s->transaction->too_late && !s->transaction->refused;

		m->outcome = sent ? OUTCOME_UNKNOWN : message_outcome_by_recipients(m);
		last = message_last_with(m, m->outcome);
		if (last && (m->outcome == OUTCOME_REJECTED || m->outcome == OUTCOME_DEFERRED)) {
			m->code = last->code;
			m->frame = last->frame;
			memcpy(m->enhanced, last->enhanced, sizeof m->enhanced);
		} else if (!m->frame.number) {
			m->frame = s->flow->last;
		}
	}
	/* Where one side, or the end of the connection, was not captured, nobody knows what became of the message. */
	if (m->outcome == OUTCOME_ABORTED &&
	    (!s->flow->side[DIR_SERVER].seen || (s->facts.over && s->flow->closed == FLOW_OPEN)))
		m->outcome = OUTCOME_UNKNOWN;
	m->only_asked = s->transaction->given_up && !s->transaction->data && message_was_only_asked(m);
	/* Recipients that got replies of their own, or were due to, do not share the message's outcome. */
	if (!s->transaction->answered)
		message_recipients_share(m);
	settle(s);
}

static void begin(struct session *s, const struct command *command)
{
	struct transaction *t = s->transaction;

	transaction_end(s);
	*t = (struct transaction){ .message = &t->current };
	s->text_sent = false;
	if (!command)
		return;
	t->current.mail_from = address_of(s, &t->current, command);
	t->current.frame = command->frame;
	parameters_read(&t->current.parameters, parameters_of(command));
	t->prdr = parameters_find(&t->current.parameters, "PRDR") != NULL;
}

static struct recipient *add_recipient(struct session *s, const struct command *command)
{
	struct message *m = s->transaction->message;
	size_t count = m->recipient_count;

	if (count >= MESSAGE_RECIPIENTS_KEPT) {
		m->recipients_omitted++;
		return NULL;
	}
	/* The array grows at powers of two; the smaller ones that it leaves in the arena are not larger together. */
	if (count == 0 || (count > 1 && (count & (count - 1)) == 0)) {
		struct recipient *grown = arena_take(&m->arena, (count ? count * 2 : 2) * sizeof *grown);

		if (!grown)
			return NULL;
		if (count)
			memcpy(grown, m->recipients, count * sizeof *grown);
		m->recipients = grown;
	}
	m->recipients[count] = (struct recipient){ .address = address_of(s, m, command) };
	parameters_read(&m->recipients[count].parameters, parameters_of(command));
	m->recipient_count++;
	return &m->recipients[count];
}

static void mail_answered(struct session *s, const struct command *command, const struct reply *reply)
{
	/* A second MAIL that is refused leaves the first one's transaction as it was (RFC 5321 4.1.4). */
	if (reply->code >= 400 && s->transaction->message && !s->transaction->refused)
		return;
	begin(s, command);
	if (!s->transaction->message || reply->code < 400)
		return;
	decide(s, s->transaction->message, reply);
	s->transaction->refused = true;
}

static void rcpt_answered(struct session *s, const struct command *command, const struct reply *reply)
{
	struct recipient *r;

	if (!s->transaction->message) {
		/* Without a transaction the refusal says nothing of a mail; where MAIL was not captured, there was one. */
		if (reply->code >= 400 || !(s->facts.visibility & (VISIBILITY_MIDSTREAM | VISIBILITY_GAP)))
			return;
		begin(s, NULL);
		if (!s->transaction->message)
			return;
	}
	r = add_recipient(s, command);
	if (outcome_of_code(reply->code) == OUTCOME_ACCEPTED)
		s->transaction->accepted++;
	if (!r)
		return;
	/* Behind a refused MAIL, "503 need MAIL" only follows from that refusal: it decides nothing. */
	if (s->transaction->refused && s->transaction->message->code && reply->code >= 400) {
		recipient_shares(r, s->transaction->message);
		return;
	}
	r->code = reply->code;
	r->frame = reply->frame;
	enhanced_text(r->enhanced, &reply->enhanced);
	/* An accepted recipient waits for the end of data, which decides. */
	r->outcome = reply->code < 400 ? OUTCOME_UNKNOWN : outcome_of_code(reply->code);
}

static void data_refused(struct session *s, const struct reply *reply)
{
	struct message *m = s->transaction->message;

	if (!m || m->code)
		return;
	/* "No valid recipients" is not the cause where every recipient had its own. */
	if (m->recipient_count && s->transaction->accepted == 0) {
		s->transaction->refused = true;
		return;
	}
	decide(s, m, reply);
	s->transaction->refused = true;
}

struct recipient *transaction_next_recipient(struct session *s)
{
	struct message *m = s->transaction->message;

	if (!m)
		return NULL;
	for (size_t i = 0; i < m->recipient_count; i++)
		if (m->recipients[i].outcome == OUTCOME_UNKNOWN)
			return &m->recipients[i];
	return NULL;
}

/* LMTP: one reply a recipient (RFC 2033 4.2). The message counts as accepted when one of them was. */
static void recipient_delivered(struct session *s, const struct reply *reply)
{
	struct message *m = s->transaction->message;
	struct recipient *r = transaction_next_recipient(s);

	s->transaction->answered++;
	/* 221 and 3yz neither accept nor refuse. */
	if (outcome_of_code(reply->code) == OUTCOME_UNKNOWN)
		return;
	if (r) {
		r->code = reply->code;
		r->frame = reply->frame;
		enhanced_text(r->enhanced, &reply->enhanced);
		r->outcome = outcome_of_code(reply->code);
	}
	if (m->code == 0 || m->code >= 400)
		decide(s, m, reply);
}

/* PRDR: the last of the replies is to the message as a whole; a refusal of that is one for all. */
static void prdr_answered(struct session *s, const struct place *place, const struct reply *reply)
{
	struct message *m = s->transaction->message;
	struct recipient *r = transaction_next_recipient(s);

	if (place->replies_seen == 1)
		return;
	if (place->replies_seen < place->replies_due) {
		if (!r)
			return;
		r->code = reply->code;
		r->frame = reply->frame;
		enhanced_text(r->enhanced, &reply->enhanced);
		r->outcome = outcome_of_code(reply->code);
		return;
	}
	decide(s, m, reply);
	for (size_t i = 0; reply->code >= 400 && i < m->recipient_count; i++)
		if (m->recipients[i].outcome == OUTCOME_ACCEPTED)
			m->recipients[i].outcome = OUTCOME_UNKNOWN;
	message_recipients_share(m);
	settle(s);
}

static void end_answered(struct session *s, const struct place *place, const struct reply *reply)
{
	struct message *m;

	if (!s->transaction->message && place->command.kind == COMMAND_END_OF_DATA)
		begin(s, NULL);
	m = s->transaction->message;
	if (!m)
		return;
	if (place->command.kind == COMMAND_END_OF_DATA && place->replies_seen == 1)
		m->bytes += place->command.body_bytes;
	if (s->transaction->refused) {
		transaction_end(s);
		return;
	}
	if (s->transaction->prdr && place->replies_due > 1) {
		prdr_answered(s, place, reply);
		return;
	}
	if (s->lmtp && place->replies_due > 1) {
		recipient_delivered(s, reply);
		if (place->replies_seen >= place->replies_due)
			settle(s);
		return;
	}
	if (outcome_of_code(reply->code) == OUTCOME_UNKNOWN) {
		/* 221 and 3yz accept nothing, and refuse nothing. */
		s->text_sent = true;
		transaction_end(s);
		return;
	}
	decide(s, m, reply);
	message_recipients_share(m);
	settle(s);
}

static void count_bytes(struct session *s, const struct command *command)
{
	if (s->transaction->message)
		s->transaction->message->bytes += command->body_bytes;
}

static void chunk_taken(struct session *s, const struct place *place)
{
	s->transaction->data = true;
	/* LMTP: several replies to one chunk. */
	if (place->replies_seen == 1)
		count_bytes(s, &place->command);
}

/* BURL puts a part of the message in place; "LAST" ends it (RFC 4468 3.2). */
static void burl_answered(struct session *s, const struct place *place, const struct reply *reply)
{
	struct span line = place->command.line;

	if (reply->code >= 400)
		data_refused(s, reply);
	else if (line.length > 5 && strncasecmp((const char *)line.at + line.length - 5, " LAST", 5) == 0)
		end_answered(s, place, reply);
	else
		s->transaction->data = true;
}

void transaction_interrupted(struct session *s, const struct reply *reply)
{
	struct message *m = s->transaction->message;

	if (m && !s->transaction->refused && reply->code >= 400)
		decide(s, m, reply);
}

/* Does a positive reply to |verb| end the transaction that is open? */
static bool ends_transaction(enum verb verb)
{
	return verb == VERB_RSET || verb == VERB_QUIT || verb == VERB_EHLO || verb == VERB_HELO ||
	       verb == VERB_LHLO || verb == VERB_STARTTLS || verb == VERB_XCLIENT;
}

void transaction_answered(struct session *s, const struct place *place, const struct reply *reply)
{
	const struct command *command = &place->command;

	if (command->kind == COMMAND_END_OF_DATA) {
		end_answered(s, place, reply);
	} else if (command->kind == COMMAND_BDAT) {
		if (reply->code >= 400)
			data_refused(s, reply);
		else
			chunk_taken(s, place);
		if (reply->code < 400 && command->flags & COMMAND_LAST_CHUNK)
			end_answered(s, place, reply);
	} else if (command->verb_id == VERB_MAIL) {
		mail_answered(s, command, reply);
	} else if (command->verb_id == VERB_RCPT) {
		rcpt_answered(s, command, reply);
	} else if (command->verb_id == VERB_DATA) {
		if (reply->code >= 400)
			data_refused(s, reply);
	} else if (command->verb_id == VERB_BURL) {
		burl_answered(s, place, reply);
	} else if (reply->code < 300 && ends_transaction(command->verb_id)) {
		s->transaction->given_up = command->verb_id == VERB_RSET || command->verb_id == VERB_QUIT;
		transaction_end(s);
	}
}

/* Were all bytes of the chunk sent that |command|, a BDAT, announces? Lost ones count as sent. */
static bool chunk_is_whole(const struct session *s, const struct command *command)
{
	return s->flow->side[DIR_CLIENT].delivered >= command->end + command->body_bytes;
}

/* Does |command| end the text of a message? A last chunk that never became complete does not. */
static bool ends_text(const struct session *s, const struct command *command)
{
	return command->kind == COMMAND_END_OF_DATA ||
	       (command->flags & COMMAND_LAST_CHUNK && chunk_is_whole(s, command));
}

/* Counts the bytes of a chunk as far as they were sent. */
static void count_chunk(struct session *s, const struct command *command)
{
	uint64_t sent = s->flow->side[DIR_CLIENT].delivered;

	if (!s->transaction->message || sent <= command->end)
		return;
	sent -= command->end;
	s->transaction->message->bytes += sent < command->body_bytes ? sent : command->body_bytes;
}

static void unanswered(struct session *s, const struct command *command)
{
	struct recipient *r;

	if (ends_text(s, command)) {
		if (!s->transaction->message)
			begin(s, NULL);
		count_bytes(s, command);
		s->text_sent = true;
		transaction_end(s);
	} else if (command->kind == COMMAND_BDAT) {
		count_chunk(s, command);
	} else if (command->verb_id == VERB_DATA) {
		s->transaction->data = true;
	} else if (command->verb_id == VERB_MAIL) {
		begin(s, command);
	} else if (command->verb_id == VERB_RCPT && s->transaction->message && !s->transaction->refused) {
		r = add_recipient(s, command);
		s->transaction->accepted++;
		if (r)
			r->outcome = OUTCOME_UNKNOWN;
	}
}

void transaction_give_up(struct session *s, struct place *place)
{
	if (!place->loss && place->replies_seen) {
		/* As many as came; of the others nobody knows. */
		transaction_end(s);
	} else if (!place->loss) {
		feed_command(s, SMTP_UNANSWERED, &place->command);
		unanswered(s, &place->command);
	}
	pairing_release(s->pairing, place);
}

void transaction_idle(struct session *s)
{
	if (s->transaction->refused)
		transaction_end(s);
}

enum session_outcome transaction_outcome(const struct session *s)
{
	const struct session_facts *f = &s->facts;
	bool accepted = f->outcomes[OUTCOME_ACCEPTED] > 0, other = false;
	bool seen[5] = { 0 };
	uint64_t messages = 0;

	for (int o = OUTCOME_UNKNOWN; o <= OUTCOME_ABORTED; o++) {
		messages += f->outcomes[o];
		seen[o] = f->outcomes[o] > 0;
		other |= seen[o] && o != OUTCOME_ACCEPTED;
	}
	for (size_t i = 0; i < f->message_count; i++)
		for (size_t k = 0; k < f->messages[i].recipient_count; k++) {
			enum outcome o = f->messages[i].recipients[k].outcome;

			seen[o] = true;
			accepted |= o == OUTCOME_ACCEPTED;
			other |= o != OUTCOME_ACCEPTED;
		}
	if (messages == f->only_asked)
		return SESSION_NO_MAIL;
	if (accepted)
		return other ? SESSION_PARTIAL : SESSION_DELIVERED;
	return seen[OUTCOME_REJECTED]	? SESSION_REJECTED
	       : seen[OUTCOME_DEFERRED] ? SESSION_DEFERRED
	       : seen[OUTCOME_UNKNOWN]	? SESSION_UNKNOWN
					: SESSION_ABORTED;
}
