/* SPDX-License-Identifier: BSD-2-Clause */
#include "past.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a: it only groups; past_same_mail compares the texts. */
static uint64_t mix(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
	return (hash ^ 0xff) * UINT64_C(0x100000001b3);
}

/* Can the address be kept? One that holds a credential is not. */
static bool fits(const char *address, const struct secret_set *secrets)
{
	size_t at, length;

	return address && strlen(address) < PAST_ADDRESS_KEPT &&
	       !secret_set_find(secrets, span_text(address), 0, &at, &length);
}

/* The envelope can be compared: sender and all recipients were seen whole. */
static bool envelope_known(const struct message *m, const struct secret_set *secrets)
{
	if (!fits(m->mail_from, secrets) || !m->recipient_count || m->recipients_omitted)
		return false;
	for (size_t i = 0; i < m->recipient_count; i++)
		if (!fits(m->recipients[i].address, secrets))
			return false;
	return true;
}

static size_t envelope_size(const struct message *m)
{
	size_t size = strlen(m->mail_from) + 1;

	for (size_t i = 0; i < m->recipient_count && i < PAST_RECIPIENTS_KEPT; i++)
		size += strlen(m->recipients[i].address) + 1;
	return size;
}

static void keep_envelope(struct past *p, const struct message *m)
{
	char *at = p->text;
	uint64_t recipients = 0;

	p->mail_from = at;
	at = stpcpy(at, m->mail_from) + 1;
	for (size_t i = 0; i < m->recipient_count; i++) {
		/* A sum: the order of the recipients does not matter. */
		recipients += mix(UINT64_C(0xcbf29ce484222325), m->recipients[i].address);
		if (i < PAST_RECIPIENTS_KEPT) {
			p->recipients[i] = at;
			at = stpcpy(at, m->recipients[i].address) + 1;
		}
	}
	p->recipient_count =
	    m->recipient_count < PAST_RECIPIENTS_KEPT ? m->recipient_count : PAST_RECIPIENTS_KEPT;
	p->envelope = mix(UINT64_C(0xcbf29ce484222325), m->mail_from) ^ recipients ^ m->recipient_count;
	if (!p->envelope)
		p->envelope = 1;
}

static unsigned deciding_code(const struct session_facts *session)
{
	for (size_t i = 0; i < session->message_count; i++) {
		const struct message *m = &session->messages[i];

		if (m->code >= 400)
			return m->code;
		for (size_t k = 0; k < m->recipient_count; k++)
			if (m->recipients[k].code >= 400)
				return m->recipients[k].code;
	}
	return session->message_count ? session->messages[0].code : 0;
}

struct past *past_create(const struct session_facts *session, const struct verdict *verdict,
			 unsigned logins_refused, bool logged_in)
{
	const struct message *m = session->message_count ? &session->messages[0] : NULL;
	bool known = m && envelope_known(m, session->secrets);
	size_t size = sizeof(struct past) + (known ? envelope_size(m) : 0);
	struct past *p = calloc(1, size);

	if (!p)
		return NULL;
	p->size = size;
	p->number = session->number;
	p->start = session->flow->first;
	p->end = session->flow->last;
	p->client = session->flow->client;
	p->server = session->flow->server;
	p->opened = session->flow->opened;
	p->outcome = session->outcome;
	p->code = deciding_code(session);
	p->failed = verdict->failed;
	p->id = verdict->id;
	p->cause = verdict->cause;
	p->certainty = verdict->certainty;
	p->responsible = verdict->responsible;
	p->retry = verdict->retry;
	p->tls = session->tls.mode != TLS_NONE;
	p->logins_refused = logins_refused;
	p->logged_in = logged_in;
	if (m) {
		p->bytes = m->bytes;
		p->data_sent = m->outcome == OUTCOME_ACCEPTED || (m->bytes && m->outcome != OUTCOME_ABORTED);
	}
	if (known)
		keep_envelope(p, m);
	return p;
}

static bool has_recipient(const struct past *p, const char *address)
{
	for (size_t i = 0; i < p->recipient_count; i++)
		if (strcasecmp(p->recipients[i], address) == 0)
			return true;
	return false;
}

bool past_same_mail(const struct past *a, const struct past *b)
{
	if (!a->envelope || a->envelope != b->envelope || a->recipient_count != b->recipient_count ||
	    strcmp(a->mail_from, b->mail_from) != 0)
		return false;
	for (size_t i = 0; i < a->recipient_count; i++)
		if (!has_recipient(b, a->recipients[i]))
			return false;
	/* Two messages that were both sent whole are the same only if they are of one size, but for added header lines. */
	return !a->data_sent || !b->data_sent || !a->bytes || !b->bytes ||
	       (a->bytes < b->bytes + 4096 && b->bytes < a->bytes + 4096);
}

bool past_accepted(const struct past *p)
{
	return p->outcome == SESSION_DELIVERED;
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
