/* SPDX-License-Identifier: BSD-2-Clause */
#include "message.h"

#include <string.h>

enum outcome outcome_of_code(unsigned code)
{
	if (code >= 400)
		return code >= 500 ? OUTCOME_REJECTED : OUTCOME_DEFERRED;
	return code < 300 && code != 221 ? OUTCOME_ACCEPTED : OUTCOME_UNKNOWN;
}

void message_finish(struct message *m)
{
	for (size_t i = 0; i < m->recipient_count; i++)
		parameters_finish(&m->recipients[i].parameters, m->arena.account);
	parameters_finish(&m->parameters, m->arena.account);
	arena_finish(&m->arena);
}

bool message_is_consistent(const struct message *m)
{
	if (m->recipient_count > MESSAGE_RECIPIENTS_KEPT || (m->queue_id && !m->queue_id[0]))
		return false;
	switch (m->outcome) {
	case OUTCOME_ACCEPTED:
	case OUTCOME_DEFERRED:
	case OUTCOME_REJECTED:
		return m->code && outcome_of_code(m->code) == m->outcome;
	case OUTCOME_UNKNOWN:
	case OUTCOME_ABORTED:
		break;
	}
	return true;
}

size_t message_omitted_with(const struct message *m, enum outcome outcome)
{
	return m->omitted ? m->omitted->outcomes[outcome] : 0;
}

size_t message_omitted(const struct message *m)
{
	size_t count = 0;

	for (int o = OUTCOME_UNKNOWN; o <= OUTCOME_ABORTED; o++)
		count += message_omitted_with(m, (enum outcome)o);
	return count;
}

size_t message_recipients(const struct message *m)
{
	return m->recipient_count + message_omitted(m);
}

bool message_is_wholly_accepted(const struct message *m)
{
	for (size_t i = 0; i < m->recipient_count; i++)
		if (m->recipients[i].outcome != OUTCOME_ACCEPTED)
			return false;
	return m->outcome == OUTCOME_ACCEPTED &&
	       message_omitted(m) == message_omitted_with(m, OUTCOME_ACCEPTED);
}

void message_omit(struct message *m, enum outcome outcome)
{
	if (!m->omitted) {
		m->omitted = arena_take(&m->arena, sizeof *m->omitted);
		if (!m->omitted)
			return;
	}
	m->omitted->outcomes[outcome]++;
}

/* Moves |count| of the recipients that are not kept from one outcome to another. */
static void move_omitted(struct message *m, size_t count, enum outcome from, enum outcome to)
{
	if (!count)
		return;
	m->omitted->outcomes[from] -= count;
	m->omitted->outcomes[to] += count;
}

void message_settle_omitted(struct message *m, enum outcome outcome)
{
	if (message_omitted_with(m, OUTCOME_UNKNOWN))
		move_omitted(m, 1, OUTCOME_UNKNOWN, outcome);
}

void message_reopen_accepted(struct message *m)
{
	for (size_t i = 0; i < m->recipient_count; i++)
		if (m->recipients[i].outcome == OUTCOME_ACCEPTED)
			m->recipients[i].outcome = OUTCOME_UNKNOWN;
	move_omitted(m, message_omitted_with(m, OUTCOME_ACCEPTED), OUTCOME_ACCEPTED, OUTCOME_UNKNOWN);
}

void message_note_outcomes(const struct message *m, bool seen[static OUTCOME_ABORTED + 1])
{
	for (size_t i = 0; i < m->recipient_count; i++)
		seen[m->recipients[i].outcome] = true;
	for (int o = OUTCOME_UNKNOWN; m->omitted && o <= OUTCOME_ABORTED; o++)
		seen[o] |= m->omitted->outcomes[o] > 0;
}

/* The number of recipients that are not kept and that the server refused. */
static size_t omitted_refused(const struct message *m)
{
	return message_omitted_with(m, OUTCOME_REJECTED) + message_omitted_with(m, OUTCOME_DEFERRED);
}

enum outcome message_outcome_by_recipients(const struct message *m)
{
	bool deferred = false, rejected = false;

	/* Only a kept recipient has a reply that decides. */
	if (message_omitted(m) > omitted_refused(m))
		return OUTCOME_ABORTED;

	for (size_t i = 0; i < m->recipient_count; i++) {
		enum outcome o = m->recipients[i].outcome;

		if (o != OUTCOME_REJECTED && o != OUTCOME_DEFERRED)
			return OUTCOME_ABORTED;
		rejected |= o == OUTCOME_REJECTED;
		deferred |= o == OUTCOME_DEFERRED;
	}
	return rejected ? OUTCOME_REJECTED : deferred ? OUTCOME_DEFERRED : OUTCOME_ABORTED;
}

void recipient_shares(struct recipient *r, const struct message *m)
{
	r->outcome = m->outcome;
	if (!m->code)
		return;
	r->code = m->code;
	r->frame = m->frame;
	memcpy(r->enhanced, m->enhanced, sizeof r->enhanced);
}

void message_recipients_share(struct message *m)
{
	for (size_t i = 0; i < m->recipient_count; i++)
		if (m->recipients[i].outcome == OUTCOME_UNKNOWN)
			recipient_shares(&m->recipients[i], m);
	move_omitted(m, message_omitted_with(m, OUTCOME_UNKNOWN), OUTCOME_UNKNOWN, m->outcome);
}

const struct recipient *message_last_with(const struct message *m, enum outcome outcome)
{
	for (size_t i = m->recipient_count; i-- > 0;)
		if (m->recipients[i].outcome == outcome)
			return &m->recipients[i];
	return NULL;
}

bool message_was_only_asked(const struct message *m)
{
	if (m->outcome != OUTCOME_ABORTED || m->bytes || m->code || omitted_refused(m))
		return false;
	for (size_t i = 0; i < m->recipient_count; i++)
		if (m->recipients[i].code / 100 != 2)
			return false;
	return true;
}
