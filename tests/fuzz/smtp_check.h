/* SPDX-License-Identifier: BSD-2-Clause */
/* smtp_check: invariants of every event of the smtp stage, for any input. Aborts if one is violated. */
#ifndef SMTPSCOPE_FUZZ_SMTP_CHECK_H
#define SMTPSCOPE_FUZZ_SMTP_CHECK_H

#include "event.h"

#include <stdlib.h>

struct smtp_check {
	const struct session_facts *session; /* of the open session; NULL: none is open */
	uint64_t replies, commands, unanswered, messages;
	bool ended;
};

static inline void require(bool holds)
{
	if (!holds)
		abort();
}

static inline void check_text(struct span s)
{
	volatile uint8_t sum = 0;

	for (size_t i = 0; i < s.length; i++)
		sum = (uint8_t)(sum + s.at[i]);
}

static inline void check_command(const struct command *c)
{
	require(c->verb[0] != 0 && memchr(c->verb, 0, sizeof c->verb) != NULL);
	require(c->line.length <= COMMAND_LINE_KEPT && c->start <= c->end);
	require(c->kind != COMMAND_END_OF_DATA || strcmp(c->verb, ".") == 0);
	check_text(c->line);
}

static inline void check_exchange(const struct exchange *x)
{
	const struct reply *r = x->reply;
	bool asked =
	    x->answers != ANSWERS_CONNECT && x->answers != ANSWERS_NONE && x->answers != ANSWERS_UNSEEN;

	require(r->code >= 200 && r->code <= 599 && r->start < r->end && r->line_count > 0);
	require(asked == (x->command != NULL));
	require(x->phase <= PHASE_UNKNOWN && x->latency >= -1 && x->silence >= -1);
	for (size_t i = 0; i < r->line_count; i++)
		check_text(r->lines[i]);
	if (!x->command)
		return;
	check_command(x->command);
	require(x->answers != ANSWERS_END_OF_DATA || x->command->kind == COMMAND_END_OF_DATA);
	require(x->answers != ANSWERS_BDAT || x->command->kind == COMMAND_BDAT);
	/* An acknowledgement at or below its start proves that the reply does not answer it. */
	if (r->acked_known && r->peer_acked > 0 && !x->unsure && !x->likely)
		require(r->peer_acked > x->command->start);
}

static inline void check_message(const struct message *m)
{
	require(m->outcome <= OUTCOME_ABORTED && m->recipient_count <= MESSAGE_RECIPIENTS_KEPT);
	require(m->outcome != OUTCOME_ACCEPTED || (m->code >= 200 && m->code < 300 && m->code != 221));
	require(m->outcome != OUTCOME_DEFERRED || (m->code >= 400 && m->code < 500));
	require(m->outcome != OUTCOME_REJECTED || m->code >= 500);
	for (size_t i = 0; i < m->recipient_count; i++) {
		require(m->recipients[i].outcome <= OUTCOME_ABORTED);
		/* The address is not known where its line was not captured whole. */
		if (m->recipients[i].address)
			check_text(span_text(m->recipients[i].address));
	}
	if (m->text)
		check_text(span_text(m->text));
	require(!m->queue_id || m->queue_id[0]);
}

static inline void check_facts(const struct session_facts *s, const struct smtp_check *c)
{
	uint64_t outcomes = 0;

	for (int o = OUTCOME_UNKNOWN; o <= OUTCOME_ABORTED; o++)
		outcomes += s->outcomes[o];
	require(outcomes == c->messages && s->message_count + s->messages_omitted <= outcomes);
	require(s->reply_count == c->replies && c->unanswered <= c->commands);
	require(s->outcome <= SESSION_UNKNOWN && s->protocol <= PROTOCOL_OTHER);
	/* Without mail: no transaction, or only ones that the client dropped before it asked to send. */
	if (s->outcome == SESSION_NO_MAIL)
		require(outcomes == s->outcomes[OUTCOME_ABORTED] && !s->messages_omitted);
	for (size_t i = 0; s->outcome == SESSION_NO_MAIL && i < s->message_count; i++)
		require(s->messages[i].only_asked);
	for (size_t i = 0; i < s->capability_count; i++)
		check_text(span_text(s->capabilities[i]));
}

static inline void smtp_check_event(struct smtp_check *c, const struct smtp_event *e)
{
	require(e->session != NULL && e->session->flow != NULL && e->phase <= PHASE_UNKNOWN);
	require(!c->ended);
	if (e->kind == SMTP_OPENED) {
		require(!c->session);
		c->session = e->session;
	}
	require(c->session == e->session);
	if (e->oldest_open)
		check_command(e->oldest_open);
	switch (e->kind) {
	case SMTP_COMMAND:
		c->commands++;
		check_command(e->command);
		break;
	case SMTP_REPLY:
		c->replies++;
		check_exchange(e->exchange);
		break;
	case SMTP_UNANSWERED:
		c->unanswered++;
		check_command(e->command);
		break;
	case SMTP_MESSAGE:
		c->messages++;
		check_message(e->message);
		break;
	case SMTP_GAP:
		require(e->length > 0);
		break;
	case SMTP_ENDED:
		c->ended = true;
		check_facts(e->session, c);
		break;
	case SMTP_NOT_REPLY:
	case SMTP_NOTE:
		check_text(e->line);
		break;
	default:
		break;
	}
}

#endif
