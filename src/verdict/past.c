/* SPDX-License-Identifier: BSD-2-Clause */
#include "past.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a. It only groups; past_same_mail compares the texts. */
static uint64_t mix(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
	return (hash ^ 0xff) * UINT64_C(0x100000001b3);
}

const struct message *past_choose(const struct session_facts *session)
{
	for (size_t i = 0; i < session->message_count; i++)
		if (!message_is_wholly_accepted(&session->messages[i]))
			return &session->messages[i];
	return session->message_count ? &session->messages[0] : NULL;
}

/* Returns whether the address can be kept. One that contains a credential is not. */
static bool fits(const char *address, const struct secret_set *secrets)
{
	size_t at, length;

	return address && strlen(address) < PAST_ADDRESS_KEPT &&
	       !secret_set_find(secrets, span_text(address), 0, &at, &length);
}

/* Returns whether sender and all recipients were seen completely, so that the envelope can be compared. */
static bool envelope_known(const struct message *m, const struct secret_set *secrets)
{
	if (!fits(m->mail_from, secrets) || !m->recipient_count || m->omitted)
		return false;
	for (size_t i = 0; i < m->recipient_count; i++)
		if (!fits(m->recipients[i].address, secrets))
			return false;
	return true;
}

/* Returns whether recipient |i| belongs to the mail: |all| do, or it was not accepted. */
static bool counts(const struct message *m, size_t i, bool all)
{
	return all || m->recipients[i].outcome != OUTCOME_ACCEPTED;
}

static bool all_count(const struct message *m)
{
	return m->outcome != OUTCOME_ACCEPTED || message_is_wholly_accepted(m);
}

static size_t envelope_size(const struct message *m)
{
	size_t size = strlen(m->mail_from) + 1, kept = 0;
	bool all = all_count(m);

	for (size_t i = 0; i < m->recipient_count && kept < PAST_RECIPIENTS_KEPT; i++)
		if (counts(m, i, all)) {
			size += strlen(m->recipients[i].address) + 1;
			kept++;
		}
	return size;
}

static char *keep_envelope(struct past *p, const struct message *m, char *at)
{
	uint64_t recipients = 0, count = 0;
	bool all = all_count(m);

	p->mail_from = at;
	at = stpcpy(at, m->mail_from) + 1;
	for (size_t i = 0; i < m->recipient_count; i++) {
		if (!counts(m, i, all))
			continue;
		/* A sum: the order of the recipients does not matter. */
		recipients += mix(UINT64_C(0xcbf29ce484222325), m->recipients[i].address);
		count++;
		if (p->recipient_count < PAST_RECIPIENTS_KEPT) {
			p->recipients[p->recipient_count++] = at;
			at = stpcpy(at, m->recipients[i].address) + 1;
		}
	}
	p->envelope = mix(UINT64_C(0xcbf29ce484222325), m->mail_from) ^ recipients ^ count;
	if (!p->envelope)
		p->envelope = 1;
	return at;
}

static enum session_outcome as_session(enum outcome outcome)
{
	static const enum session_outcome outcomes[] = { [OUTCOME_UNKNOWN] = SESSION_UNKNOWN,
							 [OUTCOME_ACCEPTED] = SESSION_DELIVERED,
							 [OUTCOME_DEFERRED] = SESSION_DEFERRED,
							 [OUTCOME_REJECTED] = SESSION_REJECTED,
							 [OUTCOME_ABORTED] = SESSION_ABORTED };

	return outcomes[outcome];
}

/* What became of the recipients that the mail was not accepted for. */
static enum session_outcome outcome_of(const struct message *m)
{
	for (size_t i = 0; m->outcome == OUTCOME_ACCEPTED && i < m->recipient_count; i++)
		if (m->recipients[i].outcome != OUTCOME_ACCEPTED)
			return as_session(m->recipients[i].outcome);
	return as_session(m->outcome);
}

static unsigned deciding_code(const struct message *m)
{
	if (m->code >= 400)
		return m->code;
	for (size_t i = 0; i < m->recipient_count; i++)
		if (m->recipients[i].code >= 400)
			return m->recipients[i].code;
	return m->code;
}

static void keep_message(struct past *p, const struct message *m)
{
	const struct parameter *size = parameters_find(&m->parameters, "SIZE");

	p->mail_outcome = outcome_of(m);
	p->code = deciding_code(m);
	p->bytes = m->bytes_estimated ? 0 : m->bytes;
	p->announced = size && size->value ? strtoull(size->value, NULL, 10) : 0;
	p->data_sent = m->outcome == OUTCOME_ACCEPTED || (m->bytes && m->outcome != OUTCOME_ABORTED);
}

/* Returns whether the client closed although the reply to the end of the message had not come yet. */
static bool closed_early(const struct past *p, const struct ledger *l)
{
	if (!p->data_sent || !l->end->close.seen || l->end->close.side != DIR_CLIENT)
		return false;
	return p->mail_outcome == SESSION_UNKNOWN ||
	       (l->accepted.message != TSTAMP_NONE && l->accepted.message > l->end->close.frame.time);
}

static bool gave_up_at_end(const struct verdict *v)
{
	return v->id && v->cause && strcmp(v->id, "client-gave-up") == 0 &&
	       strcmp(v->cause, "at-end-of-data") == 0;
}

struct past *past_create(const struct session_facts *session, const struct message *m,
			 const struct verdict *verdict, const struct ledger *ledger, const char *title,
			 struct account *account)
{
	bool known = m && envelope_known(m, session->secrets);
	size_t titled = title ? strnlen(title, PAST_TITLE_KEPT) : 0;
	size_t size = sizeof(struct past) + (known ? envelope_size(m) : 0) + titled + 1;
	struct past *p = account_take_zeroed(account, 1, size);
	char *at;

	if (!p)
		return NULL;
	p->size = size;
	p->number = session->number;
	p->start = session->flow->first;
	p->end = session->flow->last;
	p->client = session->flow->client;
	p->server = session->flow->server;
	p->opened = session->flow->opened;
	p->outcome = p->mail_outcome = session->outcome;
	p->failed = verdict->failed;
	p->id = verdict->id;
	p->cause = verdict->cause;
	p->certainty = verdict->certainty;
	p->responsible = verdict->responsible;
	p->retry = verdict->retry;
	p->tls = session_tls(session)->mode != TLS_NONE;
	p->logins_refused = ledger->logins_refused;
	p->logged_in = ledger->accepted.login != TSTAMP_NONE;
	if (m)
		keep_message(p, m);
	if (session->message_count > 1)
		p->outcome = p->mail_outcome;
	/* Only the last mail can have been sent at the end of the session. */
	if (!m || m == &session->messages[session->message_count - 1])
		p->doubtful_end = closed_early(p, ledger) || gave_up_at_end(verdict);
	at = known ? keep_envelope(p, m, p->text) : p->text;
	if (titled)
		p->title = memcpy(at, title, titled);
	return p;
}

/* Where |text|, which lies in |from|, lies in its copy. */
static const char *text_in(const struct past *copy, const struct past *from, const char *text)
{
	return text ? (const char *)copy + (text - (const char *)from) : NULL;
}

struct past *past_move(struct past *p, struct account *account)
{
	struct past *copy = account_take(account, p->size);

	if (copy) {
		memcpy(copy, p, p->size);
		copy->title = text_in(copy, p, p->title);
		copy->mail_from = text_in(copy, p, p->mail_from);
		for (size_t i = 0; i < p->recipient_count; i++)
			copy->recipients[i] = text_in(copy, p, p->recipients[i]);
	}
	account_free(NULL, p);
	return copy;
}

static bool has_recipient(const struct past *p, const char *address)
{
	for (size_t i = 0; i < p->recipient_count; i++)
		if (strcasecmp(p->recipients[i], address) == 0)
			return true;
	return false;
}

/* Two sizes of the same mail are equal but for added header lines. 0 is not known. */
static bool sizes_fit(uint64_t a, uint64_t b)
{
	enum { HEADERS_ADDED = 4096 };

	return !a || !b || (a > b ? a - b : b - a) < HEADERS_ADDED;
}

bool past_same_mail(const struct past *a, const struct past *b)
{
	if (!a->envelope || a->envelope != b->envelope || a->recipient_count != b->recipient_count ||
	    strcmp(a->mail_from, b->mail_from) != 0)
		return false;
	for (size_t i = 0; i < a->recipient_count; i++)
		if (!has_recipient(b, a->recipients[i]))
			return false;
	if (!sizes_fit(a->announced, b->announced))
		return false;
	return !a->data_sent || !b->data_sent || sizes_fit(a->bytes, b->bytes);
}

bool past_accepted(const struct past *p)
{
	return p->mail_outcome == SESSION_DELIVERED;
}

struct story_attempt past_attempt(const struct past *p, int64_t waited)
{
	return (struct story_attempt){ .session = p->number,
				       .start = p->start,
				       .client = p->client,
				       .server = p->server,
				       .outcome = p->outcome,
				       .code = p->code,
				       .id = p->id,
				       .cause = p->cause,
				       .waited = waited };
}
