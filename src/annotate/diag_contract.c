/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * contract: the reply to EHLO binds both sides (RFC 5321 2.2.1, 4.1.1.11): the client may use only what is
 * offered, and the server must support what it offers. Needs an EHLO reply that was captured completely. A
 * violation without consequences is only info. Disproved by a smuggled message: its commands were nobody's
 * choice.
 */
#include "diagnosis.h"
#include "farewell.h"

#include <stdio.h>
#include <strings.h>

enum kind { NOT_OFFERED, AFTER_HELO, REFUSED, SIZE_EXCEEDED, LOGIN_SHAPE };

struct state {
	unsigned told; /* bits by enum kind */
	bool smuggled; /* the server read text of a message as commands */
};

static const enum finding_cause CAUSES[] = {
	[NOT_OFFERED] = CAUSE_CONTRACT_VIOLATION_NOT_OFFERED,
	[AFTER_HELO] = CAUSE_CONTRACT_VIOLATION_AFTER_HELO,
	[REFUSED] = CAUSE_CONTRACT_VIOLATION_OFFERED_AND_REFUSED,
	[SIZE_EXCEEDED] = CAUSE_CONTRACT_VIOLATION_SIZE_EXCEEDED,
	[LOGIN_SHAPE] = CAUSE_CONTRACT_VIOLATION_LOGIN_MISSHAPEN,
};

/* For each command of an extension, the keyword that offers it. */
static const char *const EXTENSIONS[VERB_COUNT] = {
	[VERB_STARTTLS] = "STARTTLS",
	[VERB_BDAT] = "CHUNKING",
	[VERB_ETRN] = "ETRN",
	[VERB_ATRN] = "ATRN",
	[VERB_BURL] = "BURL",
	[VERB_XCLIENT] = "XCLIENT",
	[VERB_XFORWARD] = "XFORWARD",
	[VERB_X_EXPS] = "X-EXPS",
	[VERB_X_ANONYMOUSTLS] = "X-ANONYMOUSTLS",
	[VERB_XEXCH50] = "XEXCH50",
	[VERB_X_LINK2STATE] = "X-LINK2STATE",
};

/*
 * Has a device overwritten the offers (see starttls-stripped)? Then it is unknown what the server really
 * offers.
 */
static bool is_masked(const struct offers *offers)
{
	for (size_t i = 0; i < offers->count; i++) {
		size_t length = strlen(offers->list[i].keyword);

		if (length >= 4 && offers->list[i].keyword[0] == 'X' &&
		    strspn(offers->list[i].keyword, "X") + 1 >= length)
			return true;
	}
	return false;
}

/* May |kind| be reported: for the first time, and with offers that are intact? */
static bool first_of(const struct inspection *in, struct state *state, enum kind kind)
{
	if (state->told & 1u << kind || is_masked(&in->session->offers))
		return false;
	state->told |= 1u << kind;
	return true;
}

/* Was everything captured that the decision depends on? */
static bool sure(const struct inspection *in)
{
	const struct session_facts *session = in->session;
	const struct exchange *x = in->event->exchange;
	static const unsigned losses = VISIBILITY_MIDSTREAM | VISIBILITY_GAP | VISIBILITY_TRUNCATED_PACKETS;
	static const unsigned odd = COMMAND_CUT | COMMAND_UNFINISHED | COMMAND_NO_VERB | COMMAND_BODY_TEXT |
				    COMMAND_ASSUMED | COMMAND_LONG;

	return session->offers.state != OFFERS_UNKNOWN && !(session->visibility & losses) && !x->unsure &&
	       !x->likely && !(x->command->flags & odd) && !(x->reply->flags & REPLY_TRUNCATED);
}

/* Does the rejection mean that the extension may not be used, rather than that the mail is not wanted? */
static bool blames_use(const struct reply *reply)
{
	switch (reply->code) {
	case 500:
	case 501:
	case 502:
	case 503:
	case 504:
	case 538:
	case 555:
		return true;
	default:
		/* 5.5.x is about the protocol (RFC 3463 3.6). */
		return reply->code >= 500 && reply->enhanced.subject == 5;
	}
}

/*
 * The {value} of a finding: |own| text, followed by the word |wire| that client or server sent. Either may
 * be NULL.
 */
struct value {
	const char *own, *wire;
};

static void raise(struct inspection *in, struct state *state, enum kind kind, struct value value, bool harmless)
{
	const struct session_facts *session = in->session;
	const struct exchange *x = in->event->exchange;
	struct suspicion s;

	if (!first_of(in, state, kind))
		return;
	suspicion_init(&s, in, CAUSES[kind]);
	s.harmless = harmless;
	words_command(&s.words, x->command);
	suspicion_reply(&s, x->reply);
	words_text(&s.words, "value", value.own ? value.own : "");
	if (value.wire)
		words_add_wire(&s.words, "value", span_text(value.wire));
	suspicion_evidence(&s, &session->offers.frame);
	suspicion_evidence(&s, &x->command->frame);
	inspection_raise(in, &s);
}

static void raise_not_offered(struct inspection *in, struct state *state, struct value value)
{
	enum kind kind = in->session->offers.state == OFFERS_NONE ? AFTER_HELO : NOT_OFFERED;

	raise(in, state, kind, value, !blames_use(in->event->exchange->reply));
}

/* The extension is offered; does this rejection concern the extension itself? */
static bool refuses_extension(const struct rules *rules, const struct reply *reply)
{
	/* A complaint about pipelining is diag_pipelining's. */
	return (reply->code == 500 || reply->code == 502 || reply->code == 504) &&
	       !reply_says(rules, reply, PHRASE_SYNCHRONIZATION) &&
	       !reply_says(rules, reply, PHRASE_PIPELINING);
}

static void judge_verb(struct inspection *in, struct state *state, const char *keyword)
{
	const struct exchange *x = in->event->exchange;

	if (!offers_find(&in->session->offers, keyword))
		raise_not_offered(in, state, (struct value){ .own = keyword });
	else if (refuses_extension(in->rules, x->reply))
		raise(in, state, REFUSED, (struct value){ .own = keyword }, false);
}

static void judge_login(struct inspection *in, struct state *state)
{
	const struct session_facts *session = in->session;
	const char *mechanism = session->login_count ? session->logins[session->login_count - 1].mechanism : "";
	struct value value = { .own = "AUTH ", .wire = mechanism };

	if (!*mechanism)
		return;
	if (!offers_find(&session->offers, "AUTH"))
		raise_not_offered(in, state, (struct value){ .own = "AUTH" });
	else if (!offers_argument(&session->offers, "AUTH", mechanism))
		raise_not_offered(in, state, value);
	else if (refuses_extension(in->rules, in->event->exchange->reply))
		raise(in, state, REFUSED, value, false);
}

/* Does a line of the reply hold |keyword|, in any letter case? */
static bool names(const struct reply *reply, const char *keyword)
{
	size_t length = strlen(keyword);

	for (size_t i = 0; length && i < reply->line_count; i++) {
		struct span line = reply->lines[i];

		for (; line.length >= length; line = span_from(line, 1))
			if (strncasecmp((const char *)line.at, keyword, length) == 0)
				return true;
	}
	return false;
}

/* 555 and 504 are about parameters (RFC 5321 4.1.1.11), 501 only if its text names the parameter. */
static bool refuses_parameter(const struct reply *reply, const struct parameter *parameter)
{
	if (reply->code == 555 || reply->code == 504)
		return true;
	return reply->code == 501 && names(reply, parameter->keyword);
}

static const char *offer_of(const struct offers *offers, const char *extension,
			    const struct parameter *parameter)
{
	const struct offer *offer = offers_find(offers, extension ? extension : parameter->keyword);

	return offer ? offer->keyword : NULL;
}

/* |text|: the parameters of the command. */
static void judge_parameters(struct inspection *in, struct state *state, struct span text)
{
	const struct exchange *x = in->event->exchange;
	const struct offers *offers = &in->session->offers;
	const struct parameter *suspect = NULL;
	struct parameters parameters;
	bool wrong = false;

	if (!parameters_read(&parameters, text, NULL))
		return;
	for (size_t i = 0; i < parameters.count; i++) {
		const struct parameter *p = &parameters.list[i];
		const char *extension = parameter_extension(x->command->verb, p);

		if (offer_of(offers, extension, p)) {
			/* Prefer the one that the reply names. With a wrong value, it is the client that does not keep to the offer. */
			if (refuses_parameter(x->reply, p) && (!suspect || names(x->reply, p->keyword)))
				suspect = p;
			wrong |= !parameter_value_fits(p);
			continue;
		}
		/*
		 * A parameter of no known extension may belong to any offered one, unless the server
		 * rejects it.
		 */
		if (!extension && !blames_use(x->reply))
			continue;
		if (extension)
			raise_not_offered(in, state, (struct value){ .own = extension });
		else if (*p->keyword)
			raise_not_offered(in, state, (struct value){ .wire = p->keyword });
		else
			raise_not_offered(in, state, (struct value){ .own = "this parameter" });
		parameters_finish(&parameters, NULL);
		return;
	}
	if (suspect && !wrong)
		raise(in, state, REFUSED,
		      (struct value){
			  .wire = offer_of(offers, parameter_extension(x->command->verb, suspect), suspect) },
		      false);
	parameters_finish(&parameters, NULL);
}

static void tell_size(struct inspection *in, struct state *state, uint64_t bytes, uint64_t limit,
		      const char *line, bool harmless)
{
	struct suspicion s;

	if (!first_of(in, state, SIZE_EXCEEDED))
		return;
	suspicion_init(&s, in, CAUSES[SIZE_EXCEEDED]);
	s.harmless = harmless;
	words_number(&s.words, "bytes", bytes);
	words_number(&s.words, "limit", limit);
	words_text(&s.words, "value", line);
	suspicion_evidence(&s, &in->session->offers.frame);
	inspection_raise(in, &s);
}

/* SIZE= of MAIL (RFC 1870 6.1). |text|: its parameters. */
static void judge_size(struct inspection *in, struct state *state, struct span text)
{
	const struct exchange *x = in->event->exchange;
	uint64_t limit = offers_size_limit(&in->session->offers), bytes;
	struct parameters parameters;
	const struct parameter *size;

	if (!limit || !parameters_read(&parameters, text, NULL))
		return;
	size = parameters_find(&parameters, "SIZE");
	bytes = size ? offers_number(size->value) : 0;
	if (bytes > limit)
		tell_size(in, state, bytes, limit, "announced", x->reply->code < 400);
	parameters_finish(&parameters, NULL);
}

/* A malformed line of an authentication exchange that the server rejected. */
static void judge_shape(struct inspection *in, struct state *state)
{
	const struct session_facts *session = in->session;
	const struct exchange *x = in->event->exchange;
	const struct login *login = session->login_count ? &session->logins[session->login_count - 1] : NULL;
	struct suspicion s;

	if (!login || (x->reply->code != 501 && x->reply->code != 535) ||
	    (login->shape != SASL_NOT_BASE64 && login->shape != SASL_MISSHAPEN && login->shape != SASL_EMPTY) ||
	    !first_of(in, state, LOGIN_SHAPE))
		return;
	suspicion_init(&s, in, CAUSES[LOGIN_SHAPE]);
	s.certainty = x->reply->code == 501 ? CERTAINTY_CERTAIN : CERTAINTY_LIKELY;
	suspicion_reply(&s, x->reply);
	words_wire(&s.words, "value", span_text(login->mechanism));
	words_text(&s.words, "line",
		   login->shape == SASL_NOT_BASE64 ? "is not base64"
		   : login->shape == SASL_EMPTY	   ? "is empty"
						   : "does not contain what this mechanism sends");
	suspicion_evidence(&s, &login->frame);
	suspicion_evidence(&s, &x->command->frame);
	inspection_raise(in, &s);
}

/* MAIL and RCPT. */
static void judge_path_command(struct inspection *in, struct state *state)
{
	const struct command *command = in->event->exchange->command;
	struct span text = parameters_of(command);

	if (text.length && command->verb_id == VERB_MAIL)
		judge_size(in, state, text);
	if (text.length)
		judge_parameters(in, state, text);
}

static void on_reply(struct inspection *in, void *opaque, const struct exchange *x)
{
	struct state *state = opaque;

	if (!x->command || x->command->kind == COMMAND_END_OF_DATA || state->smuggled || !sure(in))
		return;
	if (x->answers == ANSWERS_AUTH_RESPONSE || x->command->verb_id == VERB_AUTH) {
		judge_shape(in, state);
		if (x->answers != ANSWERS_AUTH_RESPONSE)
			judge_login(in, state);
	} else if (x->command->verb_id == VERB_MAIL || x->command->verb_id == VERB_RCPT) {
		judge_path_command(in, state);
	}
	if (EXTENSIONS[x->command->verb_id])
		judge_verb(in, state, EXTENSIONS[x->command->verb_id]);
}

/* The size and outcome of the message are known now. */
static void on_message(struct inspection *in, void *opaque, const struct message *m)
{
	struct state *state = opaque;
	const struct session_facts *session = in->session;
	uint64_t limit = session->offers.state == OFFERS_SEEN ? offers_size_limit(&session->offers) : 0;

	if (!limit || m->bytes <= limit || m->bytes_estimated ||
	    session->visibility & (VISIBILITY_MIDSTREAM | VISIBILITY_GAP | VISIBILITY_TRUNCATED_PACKETS))
		return;
	tell_size(in, state, m->bytes, limit, "sent", m->outcome == OUTCOME_ACCEPTED);
}

static void on_note(struct inspection *in, void *opaque, enum smtp_note note)
{
	struct state *state = opaque;

	(void)in;
	state->smuggled |= note == NOTE_LAX_END_READ;
}

const struct diagnosis diag_contract = {
	.name = "contract",
	.state_size = sizeof(struct state),
	.reply = on_reply,
	.calm_replies = SUBJECTS_ARE(LOGIN) | SUBJECTS_ARE(MAIL) | SUBJECTS_ARE(RCPT) | SUBJECTS_ARE(CHUNK) |
			SUBJECTS_ARE(OTHER),
	.message = on_message,
	.note = on_note,
};
