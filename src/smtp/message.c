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

enum outcome message_outcome_by_recipients(const struct message *m)
{
	bool deferred = false, rejected = false;

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
	if (m->outcome != OUTCOME_ABORTED || m->bytes || m->code)
		return false;
	for (size_t i = 0; i < m->recipient_count; i++)
		if (m->recipients[i].code / 100 != 2)
			return false;
	return true;
}
