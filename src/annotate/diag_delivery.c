/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * delivery: a message or a recipient was rejected, permanently or temporarily (RFC 5321 4.2.1), and for
 * which reason. One finding for each rejection; one that only follows from an earlier rejection has that
 * finding as its root.
 */
#include "diagnosis.h"
#include "farewell.h"
#include "text_rules.h"

#include <stdio.h>

enum { ADDRESS_KEPT = 320 }; /* RFC 5321 4.5.3.1.1 and 4.5.3.1.2 allow 64 + 1 + 255 */

struct state {
	bool open;	       /* MAIL was accepted, and the transaction has not ended */
	uint64_t mail_refused; /* the finding about MAIL, until the next one */
	uint64_t rcpt_refused; /* the last finding about a recipient of this transaction */
	unsigned accepted;     /* number of accepted recipients */
	char *sender;	       /* with its brackets; owned; NULL: none */
};

static bool verb_is(const struct exchange *x, enum verb verb)
{
	return x->answers == ANSWERS_COMMAND && x->command->verb_id == verb;
}

/* Copies the address of a MAIL or RCPT line, with its brackets. */
static void keep_address(char *to, size_t size, struct span line)
{
	const uint8_t *open = line.length ? memchr(line.at, '<', line.length) : NULL;
	const uint8_t *end = line.at + line.length,
		      *close = open ? memchr(open, '>', (size_t)(end - open)) : NULL;
	size_t length = close ? (size_t)(close - open) + 1 : 0;

	if (length >= size)
		length = size - 1;
	if (length)
		memcpy(to, open, length);
	to[length] = 0;
}

/* Sets a value to |text| from the wire, or to the own text |otherwise| if there is none. */
static void wire_or(struct words *w, const char *name, const char *text, const char *otherwise)
{
	if (text && *text)
		words_wire(w, name, span_text(text));
	else
		words_text(w, name, otherwise);
}

/* Was the EHLO reply captured whole? */
static bool offers_are_known(const struct session_facts *session)
{
	static const unsigned losses = VISIBILITY_MIDSTREAM | VISIBILITY_GAP | VISIBILITY_TRUNCATED_PACKETS;

	return session->offers.state == OFFERS_SEEN && !(session->visibility & losses);
}

/* What the session itself shows outweighs the usual advice for the server's words. */
static void hear_session(const struct inspection *in, struct suspicion *s, const struct reply_cause *reason)
{
	const struct ledger_accepted *accepted = &in->ledger->accepted;

	/* After STARTTLS the client has to say EHLO again (RFC 3207 4.2). */
	if (accepted->hello != TSTAMP_NONE &&
	    (accepted->tls == TSTAMP_NONE || accepted->tls < accepted->hello) &&
	    reply_says(in->rules, in->event->exchange->reply, PHRASE_HELLO_FIRST)) {
		s->responsible = RESPONSIBLE_SERVER;
		s->fix =
		    "The client had sent EHLO, and the server had accepted it. The administrator of the server must find out why it "
		    "forgets that; until then, let the client send one message per connection.";
	} else if (accepted->login != TSTAMP_NONE && strcmp(reason->cause, "relay-denied") == 0) {
		s->responsible = RESPONSIBLE_SERVER;
		s->fix =
		    "The login of this session was accepted, so the client is known to the server. Its administrator must allow this "
		    "account, or all that are logged in, to send to other domains.";
	} else if (in->event->exchange->reply->code == 530 && strcmp(reason->cause, "tls") == 0 &&
		   accepted->tls == TSTAMP_NONE && offers_are_known(in->session)) {
		s->fix =
		    offers_find(&in->session->offers, "STARTTLS")
			? "The server offers STARTTLS, and the client did not use it. Turn on TLS in the client."
			: "The server requires STARTTLS, but its EHLO reply does not offer it here. Find out whether a firewall or mail "
			  "proxy between takes the offer out (capture at the server, too), or whether the server offers it to others only.";
	} else if (accepted->login != TSTAMP_NONE && strcmp(reason->cause, "smtp-auth") == 0) {
		s->fix =
		    "The login of this session was accepted, so user name and password are right. Check whether this account may "
		    "send with this sender address, and to these recipients.";
	}
}

static uint64_t refused(struct inspection *in, const struct state *state, uint64_t root)
{
	const struct exchange *x = in->event->exchange;
	const struct reply_cause *reason = in->annotation->reason;
	char recipient[ADDRESS_KEPT] = "", bare[ADDRESS_KEPT], more[160];
	int length = 0;
	struct suspicion s;

	if (!reason || !reason->cause)
		return 0;
	/*
	 * 500 to 504 concern the form of a command. If it is in doubt which command that was, they say
	 * nothing about the mail.
	 */
	if (x->likely && x->reply->code >= 500 && x->reply->code <= 504)
		return 0;
	suspicion_init(&s, in, CAUSE_DELIVERY_FAILED_UNKNOWN);
	s.cause_name = reason->cause;
	s.certainty =
	    x->likely && reason->certainty == CERTAINTY_CERTAIN ? CERTAINTY_LIKELY : reason->certainty;
	s.root = root;
	s.at_most_warning = x->reply->code < 500;
	s.fix = reason->fix;
	s.reference = reason->url;
	suspicion_reply(&s, x->reply);
	if (!x->command)
		words_text(&s.words, "question", "the message, before its end,");
	else if (x->answers == ANSWERS_END_OF_DATA)
		words_text(&s.words, "question", "the end of the message");
	else
		words_verb(&s.words, "question", x->command);
	if (x->command)
		words_command(&s.words, x->command);
	if (verb_is(x, VERB_RCPT))
		keep_address(recipient, sizeof recipient, x->command->line);
	wire_or(&s.words, "recipient", *recipient ? recipient : x->recipient, "the recipients");
	wire_or(&s.words, "sender", state->sender, "the sender");
	s.recipient = x->recipient;
	if (*recipient) {
		snprintf(bare, sizeof bare, "%.*s", (int)strcspn(recipient + 1, ">"), recipient + 1);
		s.recipient = bare;
	}
	s.responsible = reason->responsible;
	s.retry = reason->retry;
	hear_session(in, &s, reason);
	if (*recipient)
		length = snprintf(more, sizeof more, "The recipient is {recipient}. ");
	if (reason->responsible != RESPONSIBLE_NOBODY && reason->responsible != RESPONSIBLE_UNKNOWN)
		length += snprintf(more + length, sizeof more - (size_t)length, "Responsible: %s. ",
				   responsible_words(reason->responsible));
	snprintf(more + length, sizeof more - (size_t)length, "%s", retry_words(reason->retry));
	s.more = more;
	if (x->command)
		suspicion_evidence(&s, &x->command->frame);
	return inspection_raise(in, &s);
}

static void finish(void *opaque, struct account *account)
{
	struct state *state = opaque;

	account_free(account, state->sender);
}

static void forget(struct inspection *in, struct state *state)
{
	finish(state, in->account);
	*state = (struct state){ 0 };
}

static void mail_answered(struct inspection *in, struct state *state)
{
	const struct exchange *x = in->event->exchange;
	char sender[ADDRESS_KEPT];

	/* A second MAIL that is rejected does not end the transaction of the first one (RFC 5321 4.1.4). */
	if (x->reply->code >= 400 && state->open)
		return;
	forget(in, state);
	state->open = x->reply->code < 400;
	keep_address(sender, sizeof sender, x->command->line);
	state->sender = *sender ? account_string(in->account, span_text(sender)) : NULL;
	if (x->reply->code >= 400)
		state->mail_refused = refused(in, state, 0);
}

static void on_message(struct inspection *in, void *opaque, const struct message *message)
{
	(void)message;
	forget(in, opaque);
}

static void on_reply(struct inspection *in, void *opaque, const struct exchange *x)
{
	struct state *state = opaque;
	bool no;

	/* A refusal while the message is being sent is its refusal (RFC 5321 4.2.5); 421 is reported as server-closing. */
	if (x->answers == ANSWERS_NONE && x->in_message && x->reply->code >= 400 && x->reply->code != 421 &&
	    !x->unsure)
		refused(in, state, 0);
	if (x->answers == ANSWERS_NONE || x->answers == ANSWERS_UNSEEN || x->answers == ANSWERS_CONNECT ||
	    x->answers == ANSWERS_AUTH_RESPONSE)
		return;
	no = x->reply->code >= 400;
	if (verb_is(x, VERB_MAIL)) {
		mail_answered(in, state);
	} else if (verb_is(x, VERB_RCPT)) {
		if (no)
			state->rcpt_refused = refused(in, state, state->mail_refused);
		else
			state->accepted++;
	} else if (no && verb_is(x, VERB_DATA) && state->accepted == 0 &&
		   (state->rcpt_refused || state->mail_refused)) {
		/* "No valid recipients" only repeats the rejection of each recipient. */
		return;
	} else if (no && (verb_is(x, VERB_DATA) || x->answers == ANSWERS_END_OF_DATA ||
			  x->answers == ANSWERS_BDAT)) {
		if (x->answers == ANSWERS_BDAT && state->accepted == 0 && state->rcpt_refused)
			return;
		refused(in, state, 0);
	}
}

const struct diagnosis diag_delivery = {
	.name = "delivery",
	.state_size = sizeof(struct state),
	.reply = on_reply,
	.calm_replies = SUBJECTS_ARE(MAIL) | SUBJECTS_ARE(RCPT),
	.message = on_message,
	.finish = finish,
};
