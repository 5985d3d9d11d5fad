/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * refusal: the server refuses the hello, STARTTLS or the login (RFC 5321 4.1.1.1, RFC 3207 4, RFC 4954 4), so that no mail can
 * follow. The cause of a hello comes from the words of the reply, like that of a refused recipient.
 *
 * Disproofs: a later hello, STARTTLS or login is accepted (the verdict stage checks that); an earlier hello was accepted, so that a
 * second one is not needed, nor a second login; a 500 or 502 to EHLO says that the server does not know the command, and the client can fall back to HELO,
 * except where the server speaks LMTP; the pairing is unsure.
 */
#include "command_parser.h"
#include "diagnosis.h"
#include "farewell.h"
#include "text_rules.h"

struct state {
	uint64_t first_login; /* the finding about the first refused login */
	unsigned logins;
};

static bool is_verb(const struct exchange *x, enum verb verb)
{
	return x->answers == ANSWERS_COMMAND && x->command->verb_id == verb;
}

static bool is_hello(const struct exchange *x)
{
	return is_verb(x, VERB_EHLO) || is_verb(x, VERB_HELO) || is_verb(x, VERB_LHLO);
}

static bool is_login(const struct exchange *x)
{
	return x->answers == ANSWERS_AUTH_RESPONSE || is_verb(x, VERB_AUTH);
}

static void start(struct suspicion *s, const struct inspection *in, const struct exchange *x,
		  enum finding_cause cause)
{
	suspicion_init(s, in, cause);
	if (x->likely)
		s->certainty = CERTAINTY_LIKELY;
	s->at_most_warning = x->reply->code < 500;
	suspicion_reply(s, x->reply);
	if (x->command) {
		words_command(&s->words, x->command);
		words_verb(&s->words, "question", x->command);
		suspicion_evidence(s, &x->command->frame);
	}
}

/* Does the greeting say that the server speaks LMTP? */
static bool greets_with_lmtp(const struct session_facts *session)
{
	return session->greeting && strstr(session->greeting, "LMTP");
}

/* One side speaks LMTP and the other SMTP: neither knows the hello of the other (RFC 2033 4.1). */
static bool lmtp_mixed_up(struct inspection *in, const struct exchange *x)
{
	bool client = is_verb(x, VERB_LHLO);
	struct suspicion s;

	if ((x->reply->code != 500 && x->reply->code != 502) || client == greets_with_lmtp(in->session))
		return false;
	start(&s, in, x, client ? CAUSE_HELLO_REFUSED_LMTP_CLIENT : CAUSE_HELLO_REFUSED_LMTP_SERVER);
	/* The server does not know the word; that it speaks the other protocol is a conclusion. */
	s.certainty = CERTAINTY_LIKELY;
	inspection_raise(in, &s);
	return true;
}

/* Was a hello accepted since the connection, or TLS, began? */
static bool hello_done(const struct ledger_accepted *a)
{
	return a->hello != TSTAMP_NONE && (a->tls == TSTAMP_NONE || a->hello > a->tls);
}

/*
 * Every server has HELO (RFC 5321 4.5.1), and no fallback is left. A masked greeting would show that a firewall rewrites commands, so without
 * the greeting, the server is only likely the one to blame.
 */
static void hello_unknown(struct inspection *in, const struct exchange *x)
{
	struct suspicion s;

	start(&s, in, x, CAUSE_HELLO_REFUSED_NOT_KNOWN);
	if (!in->session->greeting)
		s.certainty = CERTAINTY_LIKELY;
	s.harmless = hello_done(&in->ledger->accepted);
	inspection_raise(in, &s);
}

static void hello_refused(struct inspection *in, const struct exchange *x)
{
	struct suspicion s;

	if (lmtp_mixed_up(in, x) || (x->reply->code == 502 && is_verb(x, VERB_EHLO)))
		return;
	if (x->reply->code == 500) {
		if (is_verb(x, VERB_HELO) && command_is_well_formed(x->command) &&
		    !(x->command->flags & COMMAND_BARE_LF))
			hello_unknown(in, x);
		return;
	}
	start(&s, in, x, CAUSE_HELLO_REFUSED_UNSPECIFIED);
	/* A second hello is not needed. */
	s.harmless = x->reply->code == 503 && hello_done(&in->ledger->accepted);
	suspicion_reason(&s, in);
	/* A hello where none was due, or out of order. */
	if (x->reply->code == 503 && !in->annotation->reason->rule)
		s.responsible = RESPONSIBLE_CLIENT;
	suspicion_closing(&s, in);
	words_wire(&s.words, "value", span_text(in->session->helo ? in->session->helo : "?"));
	inspection_raise(in, &s);
}

static void tls_refused(struct inspection *in, const struct exchange *x)
{
	struct suspicion s;

	if (x->reply->code == 500)
		return;
	start(&s, in, x,
	      x->reply->code == 454 ? CAUSE_TLS_REFUSED_NOT_AVAILABLE : CAUSE_TLS_REFUSED_UNSPECIFIED);
	if (x->to_tls_hello)
		words_text(&s.words, "question", "the TLS hello");
	suspicion_closing(&s, in);
	inspection_raise(in, &s);
}

/*
 * The client ended the exchange with "*", which has to be answered with 501 (RFC 4954 4). Clients of OAuth do so after a challenge that says that
 * the token was refused (RFC 7628 3.2.3).
 */
static bool is_canceled(const struct exchange *x)
{
	const struct command *command = x->command;

	return x->answers == ANSWERS_AUTH_RESPONSE && x->reply->code == 501 &&
	       span_equal(command->line, span_text("*")) && !(x->mechanism && strstr(x->mechanism, "OAUTH"));
}

static enum finding_cause login_cause(const struct inspection *in, const struct exchange *x)
{
	const struct reply *reply = x->reply;
	const struct reply_cause *reason = in->annotation->reason;

	if (is_canceled(x))
		return CAUSE_LOGIN_REFUSED_CANCELED;
	if (reply_says(in->rules, reply, PHRASE_TOO_MANY_TRIES) ||
	    reply_says(in->rules, reply, PHRASE_TOO_MANY_ERRORS))
		return CAUSE_LOGIN_REFUSED_TOO_MANY_TRIES;
	if (reply->code == 538 || reply->code == 530 || reply_says(in->rules, reply, PHRASE_TLS_REQUIRED))
		return CAUSE_LOGIN_REFUSED_TLS_REQUIRED;
	if (reply->code == 504 || reply->code == 534 || reply_says(in->rules, reply, PHRASE_NO_MECHANISM))
		return CAUSE_LOGIN_REFUSED_MECHANISM;
	/* Some servers answer 535 where their authentication service failed. */
	if (reply->code < 500 || (reason && reason->rule && reason->responsible == RESPONSIBLE_SERVER))
		return CAUSE_LOGIN_REFUSED_TEMPORARY;
	if (reply->code == 535 && (!reason || !reason->cause || strcmp(reason->cause, "smtp-auth") == 0 ||
				   strcmp(reason->cause, "unspecified") == 0))
		return CAUSE_LOGIN_REFUSED_WRONG_CREDENTIALS;
	return CAUSE_LOGIN_REFUSED_UNSPECIFIED;
}

static void login_refused(struct inspection *in, struct state *state, const struct exchange *x)
{
	struct suspicion s;
	uint64_t number;

	/* 500 and 502: the server has no AUTH at all; 503: this is not the time for it (RFC 4954 4). */
	if (x->reply->code == 500)
		return;
	start(&s, in, x, login_cause(in, x));
	/* A server may answer 535 to credentials that are right: a locked account, a method that was switched off. */
	if (s.cause == CAUSE_LOGIN_REFUSED_WRONG_CREDENTIALS && s.certainty == CERTAINTY_CERTAIN)
		s.certainty = CERTAINTY_LIKELY;
	/* Advice about the password would be wrong where the server cannot check any. */
	if (s.cause == CAUSE_LOGIN_REFUSED_TEMPORARY && x->reply->code >= 500) {
		s.certainty = CERTAINTY_LIKELY;
		s.retry = RETRY_LATER;
	} else if (s.cause != CAUSE_LOGIN_REFUSED_TEMPORARY && s.cause != CAUSE_LOGIN_REFUSED_CANCELED)
		suspicion_advice(&s, in);
	/* Who is logged in needs no second login (RFC 4954 4). */
	s.harmless = x->reply->code == 503 && in->ledger->accepted.login != TSTAMP_NONE;
	suspicion_closing(&s, in);
	s.root = state->first_login;
	words_number(&s.words, "count", ++state->logins);
	number = inspection_raise(in, &s);
	if (!state->first_login)
		state->first_login = number;
}

static void on_reply(struct inspection *in, void *state, const struct exchange *x)
{
	/* After losses the reply may answer something else. */
	if (x->reply->code < 400 || x->unsure)
		return;
	if (is_hello(x))
		hello_refused(in, x);
	else if (is_verb(x, VERB_STARTTLS) || (x->to_tls_hello && x->reply->code >= 500))
		tls_refused(in, x);
	else if (is_login(x))
		login_refused(in, state, x);
}

const struct diagnosis diag_refusal = {
	.name = "refusal",
	.state_size = sizeof(struct state),
	.odd_reply = on_reply,
};
