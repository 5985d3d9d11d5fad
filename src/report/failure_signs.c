/* SPDX-License-Identifier: BSD-2-Clause */
#include "failure_signs.h"

static bool any(const char *verb, const char *a, const char *b, const char *c)
{
	return strcmp(verb, a) == 0 || strcmp(verb, b) == 0 || strcmp(verb, c) == 0;
}

static void note_reply(struct failure_signs *s, const struct exchange *x)
{
	bool refused = x->reply->code >= 400;

	if (x->answers == ANSWERS_CONNECT)
		s->greeting_refused = refused;
	else if (x->answers == ANSWERS_AUTH_RESPONSE)
		s->auth_refused = refused;
	else if (x->answers != ANSWERS_COMMAND || !x->command)
		return;
	else if (any(x->command->verb, "EHLO", "HELO", "LHLO"))
		s->hello_refused = refused;
	else if (command_is(x->command, "STARTTLS"))
		s->tls_refused = refused;
	else if (command_is(x->command, "AUTH"))
		s->auth_refused = refused;
	else if (any(x->command->verb, "MAIL", "SEND", "SAML"))
		s->mail_refused = refused;
}

void failure_signs_note(struct failure_signs *s, const struct record *record)
{
	const struct smtp_event *event = record->event;

	if (record->kind == RECORD_RAISED)
		return;
	if (record->kind == RECORD_FINDING) {
		if (strcmp(record->finding->id, "tls-handshake-failed") == 0)
			s->tls_refused = true;
		return;
	}
	if (event->kind == SMTP_REPLY)
		note_reply(s, event->exchange);
	else if (event->kind == SMTP_COMMAND && any(event->command->verb, "DATA", "BDAT", "."))
		s->message_sent = true;
	else if (event->kind == SMTP_COMMAND && any(event->command->verb, "QUIT", "RSET", ""))
		s->took_leave = true;
}

/* An address probe: recipients were accepted, and the client closed without sending a message. */
static bool probe(const struct failure_signs *s, const struct session_facts *session)
{
	if (s->message_sent || s->mail_refused || !s->took_leave || session->message_count == 0)
		return false;
	for (size_t i = 0; i < session->message_count; i++) {
		const struct message *m = &session->messages[i];
		bool accepted = false;
		for (size_t r = 0; r < m->recipient_count; r++)
			accepted = accepted || m->recipients[r].code / 100 == 2;
		if (m->outcome == OUTCOME_ACCEPTED || m->bytes || !accepted)
			return false;
	}
	return true;
}

bool failure_signs_failed(const struct failure_signs *s, const struct session_facts *session)
{
	const struct flow *flow = session->flow;

	if (probe(s, session))
		return false;
	switch (session->outcome) {
	case SESSION_DELIVERED:
		return false;
	case SESSION_PARTIAL:
	case SESSION_DEFERRED:
	case SESSION_REJECTED:
	case SESSION_ABORTED:
		return true;
	case SESSION_UNKNOWN:
		if (session->message_count)
			return true;
		break;
	case SESSION_NO_MAIL:
		break;
	}
	if (session->protocol == PROTOCOL_NONE &&
	    (flow->opened == FLOW_REFUSED || flow->opened == FLOW_UNANSWERED))
		return true;
	return s->greeting_refused || s->hello_refused || s->tls_refused || s->auth_refused ||
	       s->mail_refused || session->tls.alert;
}
