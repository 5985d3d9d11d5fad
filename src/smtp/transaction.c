/* SPDX-License-Identifier: BSD-2-Clause */
#include "transaction.h"

#include "prefetch.h"

#include "command_parser.h"
#include "dialogue_progress.h"
#include "feed.h"
#include "patterns.h"

#include <assert.h>
#include <stdlib.h>

struct transaction {
	struct session_facts *facts;
	struct dialogue_progress *progress;
	struct feed *feed;
	struct patterns *patterns;
	/* Of the transaction that is open. */
	struct message *message; /* owned; NULL: none is open */
	uint32_t accepted;	 /* recipients the server accepted; UINT32_MAX: that many or more */
	bool refused : 1;	 /* MAIL or DATA was rejected: the transaction has failed */
	bool too_late : 1;	 /* the server had closed before: it cannot have accepted the message */
	bool data : 1;		 /* DATA or BDAT was accepted, or may have been */
	bool given_up : 1;	 /* the client ended it with RSET or QUIT */
	bool answered : 1;	 /* LMTP: an accepted recipient has a reply to the end of data */
	bool prdr : 1;		 /* MAIL requested a reply for each recipient (PRDR) and was accepted */
};

struct transaction *transaction_create(struct session_facts *facts, struct dialogue_progress *progress,
				       struct feed *feed, struct patterns *patterns)
{
	struct transaction *t = account_take_zeroed(facts->account, 1, sizeof *t);

	if (!t)
		return NULL;
	t->facts = facts;
	t->progress = progress;
	t->feed = feed;
	t->patterns = patterns;
	return t;
}

void transaction_expect(const struct transaction *t)
{
	prefetch(t->message, sizeof *t->message);
}

/* Forgets the transaction that was open. */
static void clear(struct transaction *t)
{
	*t = (struct transaction){
		.facts = t->facts, .progress = t->progress, .feed = t->feed, .patterns = t->patterns
	};
	t->progress->text_sent = false;
}

bool transaction_is_open(const struct transaction *t)
{
	return t->message != NULL;
}

size_t transaction_accepted(const struct transaction *t)
{
	return t->accepted;
}

bool transaction_has_prdr(const struct transaction *t)
{
	return t->prdr;
}

void transaction_text_begins(struct transaction *t)
{
	t->data = true;
}

void transaction_text_sent(struct transaction *t, bool too_late)
{
	t->progress->text_sent = true;
	t->too_late = too_late;
}

void transaction_destroy(struct transaction *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->facts->message_count; i++)
		message_finish(&t->facts->messages[i]);
	account_free(t->facts->account, t->facts->messages);
	if (t->message)
		message_finish(t->message);
	account_free(t->facts->account, t->message);
	account_free(t->facts->account, t);
}

/* The address of a MAIL or RCPT line, as a string of |m|; NULL: the line was cut before its end. */
static char *address_of(const struct transaction *t, struct message *m, const struct command *command)
{
	struct span verb, argument, address, parameters;

	if (!command_split(command->line, &verb, &argument))
		return command_is_whole(command) ? arena_string(&m->arena, (struct span){ 0 }) : NULL;
	if (!patterns_path(t->patterns, argument, &address, &parameters))
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
static void decide(struct transaction *t, struct message *m, const struct reply *reply)
{
	struct span text, id;

	m->code = reply->code;
	m->outcome = outcome_of_code(reply->code);
	m->frame = reply->frame;
	enhanced_text(m->enhanced, &reply->enhanced);
	text = keep_text(m, reply);
	if (reply->code < 300 && !m->queue_id && text.length && patterns_queue_id(t->patterns, text, &id) &&
	    !(reply->flags & REPLY_TRUNCATED && id.at + id.length == text.at + text.length))
		m->queue_id = arena_string(&m->arena, id);
}

static void count_one(uint32_t *count)
{
	*count += *count < SESSION_COUNT_MAX;
}

static bool keep(struct transaction *t, struct message *m)
{
	struct session_facts *f = t->facts;
	size_t count = f->message_count;

	count_one(&f->outcomes[m->outcome]);
	if (m->only_asked)
		count_one(&f->only_asked);
	/* The array grows at powers of two. */
	if (count < SESSION_MESSAGES_KEPT && (count & (count - 1)) == 0) {
		struct message *grown =
		    account_resize(f->account, f->messages, (count ? count * 2 : 1) * sizeof *grown);

		if (!grown)
			return false;
		f->messages = grown;
	}
	if (count >= SESSION_MESSAGES_KEPT) {
		count_one(&f->messages_omitted);
		f->partly_omitted |= m->outcome == OUTCOME_ACCEPTED && !message_is_wholly_accepted(m);
		return false;
	}
	f->messages[f->message_count++] = *m;
	return true;
}

static void settle(struct transaction *t)
{
	struct message m;
	struct smtp_event event = { .kind = SMTP_MESSAGE, .message = &m };
	bool kept;

	if (!t->message)
		return;
	m = *t->message;
	account_free(t->facts->account, t->message);
	assert(message_is_consistent(&m));
	clear(t);
	kept = keep(t, &m);
	event.frame = m.frame;
	feed_emit(t->feed, &event);
	if (!kept)
		message_finish(&m);
}

void transaction_end(struct transaction *t)
{
	struct message *m = t->message;
	const struct recipient *last;

	if (!m)
		return;
	if (m->code == 0) {
		bool sent = t->progress->text_sent && !t->too_late && !t->refused;

		m->outcome = sent ? OUTCOME_UNKNOWN : message_outcome_by_recipients(m);
		last = message_last_with(m, m->outcome);
		if (last && (m->outcome == OUTCOME_REJECTED || m->outcome == OUTCOME_DEFERRED)) {
			m->code = last->code;
			m->frame = last->frame;
			memcpy(m->enhanced, last->enhanced, sizeof m->enhanced);
		} else if (!m->frame.number) {
			m->frame = t->facts->flow->last;
		}
	}
	/* Where one side, or the end of the connection, was not captured, nobody knows what became of the message. */
	if (m->outcome == OUTCOME_ABORTED && (!t->facts->flow->side[DIR_SERVER].seen ||
					      (t->facts->over && t->facts->flow->closed == FLOW_OPEN)))
		m->outcome = OUTCOME_UNKNOWN;
	m->only_asked = t->given_up && !t->data && message_was_only_asked(m);
	/* Recipients that got replies of their own, or were due to, do not share the message's outcome. */
	if (!t->answered)
		message_recipients_share(m);
	settle(t);
}

/* If memory runs out, no transaction is open. */
static void begin(struct transaction *t, const struct command *command)
{
	struct message *m;

	transaction_end(t);
	clear(t);
	m = t->message = account_take_zeroed(t->facts->account, 1, sizeof *m);
	if (!m)
		return;
	m->arena.account = t->facts->account;
	if (!command)
		return;
	m->mail_from = address_of(t, m, command);
	m->frame = command->frame;
	parameters_read(&m->parameters, parameters_of(command), t->facts->account);
	t->prdr = parameters_find(&m->parameters, "PRDR") != NULL;
}

/* Keeps a recipient, or counts it if there are too many. Returns NULL if it is not kept, also if memory runs out. */
static struct recipient *add_recipient(struct transaction *t, const struct command *command,
				       enum outcome outcome)
{
	struct message *m = t->message;
	size_t count = m->recipient_count;

	if (count >= MESSAGE_RECIPIENTS_KEPT) {
		message_omit(m, outcome);
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
	m->recipients[count] = (struct recipient){ .address = address_of(t, m, command), .outcome = outcome };
	parameters_read(&m->recipients[count].parameters, parameters_of(command), t->facts->account);
	m->recipient_count++;
	return &m->recipients[count];
}

static void mail_answered(struct transaction *t, const struct command *command, const struct reply *reply)
{
	/* A second MAIL that is refused leaves the first one's transaction as it was (RFC 5321 4.1.4). */
	if (reply->code >= 400 && t->message && !t->refused)
		return;
	begin(t, command);
	if (!t->message || reply->code < 400)
		return;
	decide(t, t->message, reply);
	t->refused = true;
}

/* Notes the reply that decides about |r|. */
static void note_reply(struct recipient *r, const struct reply *reply)
{
	r->code = reply->code;
	r->frame = reply->frame;
	enhanced_text(r->enhanced, &reply->enhanced);
}

static void rcpt_answered(struct transaction *t, const struct command *command, const struct reply *reply)
{
	/* An accepted recipient waits for the end of data, which decides. */
	enum outcome outcome = reply->code < 400 ? OUTCOME_UNKNOWN : outcome_of_code(reply->code);
	struct recipient *r;
	bool shares;

	if (!t->message) {
		/* Without a transaction the refusal says nothing of a mail; where MAIL was not captured, there was one. */
		if (reply->code >= 400 || !(t->facts->visibility & (VISIBILITY_MIDSTREAM | VISIBILITY_GAP)))
			return;
		begin(t, NULL);
		if (!t->message)
			return;
	}
	/* Behind a refused MAIL, "503 need MAIL" only follows from that refusal: it decides nothing. */
	shares = t->refused && t->message->code && reply->code >= 400;
	r = add_recipient(t, command, shares ? t->message->outcome : outcome);
	if (outcome_of_code(reply->code) == OUTCOME_ACCEPTED)
		t->accepted += t->accepted < UINT32_MAX;
	if (!r)
		return;
	if (shares) {
		recipient_shares(r, t->message);
		return;
	}
	note_reply(r, reply);
}

static void data_refused(struct transaction *t, const struct reply *reply)
{
	struct message *m = t->message;

	if (!m || m->code)
		return;
	/* "No valid recipients" is not the cause where every recipient had its own. */
	if (m->recipient_count && t->accepted == 0) {
		t->refused = true;
		return;
	}
	decide(t, m, reply);
	t->refused = true;
}

struct recipient *transaction_next_recipient(const struct transaction *t)
{
	struct message *m = t->message;

	if (!m)
		return NULL;
	for (size_t i = 0; i < m->recipient_count; i++)
		if (m->recipients[i].outcome == OUTCOME_UNKNOWN)
			return &m->recipients[i];
	return NULL;
}

/* The reply to the message for recipient |r|; NULL: for one that is not kept. */
static void recipient_answered(struct message *m, struct recipient *r, const struct reply *reply)
{
	if (!r) {
		message_settle_omitted(m, outcome_of_code(reply->code));
		return;
	}
	note_reply(r, reply);
	r->outcome = outcome_of_code(reply->code);
}

/* LMTP: one reply a recipient (RFC 2033 4.2). The message counts as accepted when one of them was. */
static void recipient_delivered(struct transaction *t, const struct reply *reply)
{
	struct message *m = t->message;
	struct recipient *r = transaction_next_recipient(t);

	t->answered = true;
	/* 221 and 3yz neither accept nor refuse. */
	if (outcome_of_code(reply->code) == OUTCOME_UNKNOWN)
		return;
	recipient_answered(m, r, reply);
	if (m->code == 0 || m->code >= 400)
		decide(t, m, reply);
}

/* PRDR: the last of the replies is to the message as a whole; a refusal of that is one for all. */
static void prdr_answered(struct transaction *t, const struct place *place, const struct reply *reply)
{
	struct message *m = t->message;
	struct recipient *r = transaction_next_recipient(t);

	if (place->replies_seen == 1)
		return;
	if (place->replies_seen < place->replies_due) {
		recipient_answered(m, r, reply);
		return;
	}
	decide(t, m, reply);
	if (reply->code >= 400)
		message_reopen_accepted(m);
	message_recipients_share(m);
	settle(t);
}

static void count_bytes(struct transaction *t, const struct command *command)
{
	struct message *m = t->message;

	if (!m)
		return;
	m->bytes += command->body_bytes;
	m->bytes_estimated |= (command->flags & COMMAND_BYTES_ESTIMATED) != 0;
}

static void end_answered(struct transaction *t, const struct place *place, const struct reply *reply)
{
	struct message *m;

	if (!t->message && place->command.kind == COMMAND_END_OF_DATA)
		begin(t, NULL);
	m = t->message;
	if (!m)
		return;
	if (place->command.kind == COMMAND_END_OF_DATA && place->replies_seen == 1)
		count_bytes(t, &place->command);
	/* Where DATA was accepted without a recipient (RFC 2920 3.1), a refusal only follows from theirs. */
	t->refused |= reply->code >= 400 && !t->accepted && message_outcome_by_recipients(m) != OUTCOME_ABORTED;
	if (t->refused) {
		transaction_end(t);
		return;
	}
	if (t->prdr && place->replies_due > 1) {
		prdr_answered(t, place, reply);
		return;
	}
	if (t->progress->lmtp && place->replies_due > 1) {
		recipient_delivered(t, reply);
		if (place->replies_seen >= place->replies_due)
			settle(t);
		return;
	}
	if (outcome_of_code(reply->code) == OUTCOME_UNKNOWN) {
		/* 221 and 3yz accept nothing, and refuse nothing. */
		t->progress->text_sent = true;
		transaction_end(t);
		return;
	}
	decide(t, m, reply);
	message_recipients_share(m);
	settle(t);
}

static void chunk_taken(struct transaction *t, const struct place *place)
{
	t->data = true;
	/* LMTP: several replies to one chunk. */
	if (place->replies_seen == 1)
		count_bytes(t, &place->command);
}

/* BURL puts a part of the message in place; "LAST" ends it (RFC 4468 3.2). */
static void burl_answered(struct transaction *t, const struct place *place, const struct reply *reply)
{
	struct span line = place->command.line;

	if (reply->code >= 400)
		data_refused(t, reply);
	else if (line.length > 5 && strncasecmp((const char *)line.at + line.length - 5, " LAST", 5) == 0)
		end_answered(t, place, reply);
	else
		t->data = true;
}

void transaction_interrupted(struct transaction *t, const struct reply *reply)
{
	struct message *m = t->message;

	if (m && !t->refused && reply->code >= 400)
		decide(t, m, reply);
}

/* Does a positive reply to |verb| end the transaction that is open? */
static bool ends_transaction(enum verb verb)
{
	return verb == VERB_RSET || verb == VERB_QUIT || verb == VERB_EHLO || verb == VERB_HELO ||
	       verb == VERB_LHLO || verb == VERB_STARTTLS || verb == VERB_XCLIENT;
}

void transaction_answered(struct transaction *t, const struct place *place, const struct reply *reply)
{
	const struct command *command = &place->command;

	if (command->kind == COMMAND_END_OF_DATA) {
		end_answered(t, place, reply);
	} else if (command->kind == COMMAND_BDAT) {
		if (reply->code >= 400)
			data_refused(t, reply);
		else
			chunk_taken(t, place);
		if (reply->code < 400 && command->flags & COMMAND_LAST_CHUNK)
			end_answered(t, place, reply);
	} else if (command->verb_id == VERB_MAIL) {
		mail_answered(t, command, reply);
	} else if (command->verb_id == VERB_RCPT) {
		rcpt_answered(t, command, reply);
	} else if (command->verb_id == VERB_DATA) {
		if (reply->code >= 400)
			data_refused(t, reply);
	} else if (command->verb_id == VERB_BURL) {
		burl_answered(t, place, reply);
	} else if (reply->code < 300 && ends_transaction(command->verb_id)) {
		t->given_up = command->verb_id == VERB_RSET || command->verb_id == VERB_QUIT;
		transaction_end(t);
	}
}

/* Were all bytes of the chunk sent that |command|, a BDAT, announces? Lost ones count as sent. */
static bool chunk_is_whole(const struct transaction *t, const struct command *command)
{
	return t->facts->flow->side[DIR_CLIENT].delivered >= command->end + command->body_bytes;
}

/* Does |command| end the text of a message? A last chunk that never became complete does not. */
static bool ends_text(const struct transaction *t, const struct command *command)
{
	return command->kind == COMMAND_END_OF_DATA ||
	       (command->flags & COMMAND_LAST_CHUNK && chunk_is_whole(t, command));
}

/* Counts the bytes of a chunk as far as they were sent. */
static void count_chunk(struct transaction *t, const struct command *command)
{
	uint64_t sent = t->facts->flow->side[DIR_CLIENT].delivered;

	if (!t->message || sent <= command->end)
		return;
	sent -= command->end;
	t->message->bytes += sent < command->body_bytes ? sent : command->body_bytes;
}

static void unanswered(struct transaction *t, const struct command *command)
{
	if (ends_text(t, command)) {
		if (!t->message)
			begin(t, NULL);
		count_bytes(t, command);
		t->progress->text_sent = true;
		transaction_end(t);
	} else if (command->kind == COMMAND_BDAT) {
		count_chunk(t, command);
	} else if (command->verb_id == VERB_DATA) {
		t->data = true;
	} else if (command->verb_id == VERB_MAIL) {
		begin(t, command);
	} else if (command->verb_id == VERB_RCPT && t->message && !t->refused) {
		add_recipient(t, command, OUTCOME_UNKNOWN);
		t->accepted += t->accepted < UINT32_MAX;
	}
}

void transaction_give_up(struct transaction *t, const struct place *place)
{
	if (!place->loss && place->replies_seen) {
		/* As many as came; of the others nobody knows. */
		transaction_end(t);
	} else if (!place->loss) {
		feed_command(t->feed, SMTP_UNANSWERED, &place->command);
		unanswered(t, &place->command);
	}
}

void transaction_idle(struct transaction *t)
{
	if (t->refused)
		transaction_end(t);
}

enum session_outcome transaction_outcome(const struct transaction *t)
{
	const struct session_facts *f = t->facts;
	bool accepted = f->outcomes[OUTCOME_ACCEPTED] > 0, other = f->partly_omitted;
	bool seen[5] = { 0 };
	uint64_t messages = 0;

	for (int o = OUTCOME_UNKNOWN; o <= OUTCOME_ABORTED; o++) {
		messages += f->outcomes[o];
		seen[o] = f->outcomes[o] > 0;
	}
	for (size_t i = 0; i < f->message_count; i++)
		message_note_outcomes(&f->messages[i], seen);
	accepted |= seen[OUTCOME_ACCEPTED];
	other |= seen[OUTCOME_UNKNOWN] || seen[OUTCOME_DEFERRED] || seen[OUTCOME_REJECTED] ||
		 seen[OUTCOME_ABORTED];
	if (messages == f->only_asked)
		return SESSION_NO_MAIL;
	if (accepted)
		return other ? SESSION_PARTIAL : SESSION_DELIVERED;
	return seen[OUTCOME_REJECTED]	? SESSION_REJECTED
	       : seen[OUTCOME_DEFERRED] ? SESSION_DEFERRED
	       : seen[OUTCOME_UNKNOWN]	? SESSION_UNKNOWN
					: SESSION_ABORTED;
}
