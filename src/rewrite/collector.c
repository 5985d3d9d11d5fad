/* SPDX-License-Identifier: BSD-2-Clause */
#include "collector.h"

#include "map.h"
#include "mask.h"
#include "match.h"
#include "secret.h"

#include <stdlib.h>

enum { SCRATCH = 1024 * 1024, FINDS = 256 };

/* An open session. */
struct collected {
	struct map_node node; /* first, because the map casts */
	struct match match;
	enum match_answer answer;
	struct anonymized anonymized;
	bool encrypted; /* TLS is being decrypted: offsets of its lines are not those of packets */
	struct session_marks *marks;
};

struct collector {
	struct collector_config config;
	struct map sessions;
	struct buf scratch, masked;
	bool all;     /* no criteria were given */
	size_t bytes; /* of the marks of open sessions */
	size_t most;  /* COLLECTOR_BYTES, or less if the account is small */
};

struct collector *collector_create(const struct collector_config *config)
{
	struct collector *c = calloc(1, sizeof *c);

	if (!c || !map_init_charged(&c->sessions, config->secret, config->account)) {
		free(c);
		return NULL;
	}
	c->config = *config;
	c->most = account_share(config->account, COLLECTOR_BYTES, 8);
	c->all = !criteria_given(config->criteria);
	buf_init(&c->scratch, SCRATCH);
	buf_init(&c->masked, MASK_KEPT * 2);
	return c;
}

static void forget(struct collector *c, struct collected *s)
{
	map_remove(&c->sessions, &s->node);
	if (s->marks) {
		c->bytes -= s->marks->bytes;
		marks_destroy(s->marks);
	}
	account_free(c->config.account, s);
}

void collector_destroy(struct collector *c)
{
	if (!c)
		return;
	while (c->sessions.oldest)
		forget(c, (struct collected *)c->sessions.oldest);
	map_finish(&c->sessions);
	buf_finish(&c->scratch);
	buf_finish(&c->masked);
	free(c);
}

/************ the table ************/

static bool same(const struct map_node *node, const void *number)
{
	return ((const struct collected *)(const void *)node)->marks->number == *(const uint64_t *)number;
}

static struct collected *find(struct collector *c, uint64_t number, uint64_t *hash)
{
	*hash = map_hash(&c->sessions, span_of(&number, sizeof number));
	return (struct collected *)map_find(&c->sessions, *hash, same, &number);
}

static struct collected *add(struct collector *c, uint64_t number, uint64_t hash)
{
	struct collected *s = account_take_zeroed(c->config.account, 1, sizeof *s);

	if (s)
		s->marks = marks_create(c->config.account);
	if (!s || !s->marks) {
		account_free(c->config.account, s);
		return NULL;
	}
	s->marks->number = number;
	s->marks->keep_all = c->config.show_secrets && !c->config.disguise;
	if (c->config.disguise)
		anonymize_begin(s->marks, c->config.disguise);
	map_insert(&c->sessions, &s->node, hash);
	return s;
}

/************ credentials ************/

static void mark(struct collector *c, struct collected *s, enum direction d, uint64_t start, uint64_t length,
		 const uint8_t *bytes)
{
	size_t before = s->marks->bytes;

	if (s->encrypted || s->marks->keep_all)
		return;
	if (c->bytes > c->most)
		s->marks->blank_all = true;
	marks_add(s->marks, d, start, length, bytes);
	c->bytes += s->marks->bytes - before;
}

/* Marks the places in |text|, at |offset| of the stream, that repeat a credential of the session. */
static void mark_echoes(struct collector *c, struct collected *s, const struct secret_set *secrets,
			enum direction d, struct span text, uint64_t offset)
{
	size_t at, length, from = 0;

	if (!secrets || !secrets->count)
		return;
	for (unsigned finds = 0; secret_set_find(secrets, text, from, &at, &length) && length; finds++) {
		if (finds == FINDS)
			length = text.length - at;
		mark(c, s, d, offset + at, length, NULL);
		/* Another one may begin inside of it. */
		from = at + 1;
		if (finds == FINDS)
			return;
	}
}

/* Marks a credential: the line from |secret_at| on, of which |line| has the first bytes. */
static void mark_secret(struct collector *c, struct collected *s, const struct command *command)
{
	struct span secret = span_from(command->line, command->secret_at);
	uint64_t start = command->start + command->secret_at;
	uint64_t end = command->start + command->line_length;
	bool whole = command->line.length + 2 >= command->line_length;

	if (whole) {
		mask_credential(&c->masked, secret);
		if (c->masked.length == secret.length) {
			mark(c, s, DIR_CLIENT, start, secret.length, c->masked.at);
			return;
		}
	}
	if (end > start)
		mark(c, s, DIR_CLIENT, start, end - start, NULL);
}

static void note_command(struct collector *c, struct collected *s, const struct smtp_event *event)
{
	const struct command *command = event->command;

	mark_echoes(c, s, event->session->secrets, DIR_CLIENT, span_first(command->line, command->secret_at),
		    command->start);
	if (command->secret_at < command->line.length)
		mark_secret(c, s, command);
}

static void note_reply(struct collector *c, struct collected *s, const struct smtp_event *event)
{
	const struct reply *reply = event->exchange->reply;
	uint64_t known = reply->start;

	if (!reply->offsets)
		return;
	for (size_t i = 0; i < reply->line_count; i++) {
		mark_echoes(c, s, event->session->secrets, DIR_SERVER, reply->lines[i], reply->offsets[i]);
		known = reply->offsets[i] + reply->lines[i].length;
	}
	/* What was not kept was not searched. */
	if (reply->flags & REPLY_LONG && reply->end > known && event->session->secrets->count)
		mark(c, s, DIR_SERVER, known, reply->end - known, NULL);
}

static void note_event(struct collector *c, struct collected *s, const struct smtp_event *event)
{
	s->encrypted = session_tls(event->session)->decrypted;
	switch (event->kind) {
	case SMTP_COMMAND:
		note_command(c, s, event);
		break;
	case SMTP_REPLY:
		note_reply(c, s, event);
		break;
	case SMTP_NOT_REPLY:
		mark_echoes(c, s, event->session->secrets, DIR_SERVER, event->line, event->offset);
		break;
	case SMTP_GAP:
		/* Bytes that arrived later anyway were not read. */
		mark(c, s, event->direction, event->offset, event->length, NULL);
		break;
	default:
		break;
	}
}

static void note_anonymously(struct collector *c, struct collected *s, const struct smtp_event *event)
{
	size_t before = s->marks->bytes;

	if (c->bytes > c->most)
		s->marks->blank_all = true;
	anonymize_event(s->marks, &s->anonymized, c->config.disguise, event);
	c->bytes += s->marks->bytes - before;
}

/************ sessions ************/

static void place(struct session_marks *m, const struct session_facts *session)
{
	const struct proxied_facts *p = session_proxied(session);

	marks_place(m, session->flow);
	m->ahead = p->client_ahead || p->server_ahead;
	if (m->cover)
		anonymize_ahead(m, p);
	for (size_t i = 0; i < p->secret_count && !m->keep_all; i++)
		marks_add(m, DIR_CLIENT, p->secrets[i].at - p->client_ahead, p->secrets[i].length, NULL);
}

static void end(struct collector *c, struct collected *s, const struct record *record)
{
	struct session_marks *marks = s->marks;

	if (s->answer == MATCH_YES || c->all) {
		c->bytes -= marks->bytes;
		place(marks, record->event->session);
		map_remove(&c->sessions, &s->node);
		account_free(c->config.account, s);
		c->config.sink(c->config.context, marks, record);
		return;
	}
	forget(c, s);
}

void collector_record(void *collector, const struct record *record)
{
	struct collector *c = collector;
	bool event = record->kind == RECORD_EVENT;
	struct collected *s;
	uint64_t hash;

	if (!record->event)
		return;
	s = find(c, record->event->session->number, &hash);
	if (!s && event && record->event->kind == SMTP_OPENED)
		s = add(c, record->event->session->number, hash);
	if (!s)
		return;
	if (event && c->config.disguise)
		note_anonymously(c, s, record->event);
	else if (event)
		note_event(c, s, record->event);
	if (s->answer == MATCH_OPEN)
		s->answer = match_note(&s->match, c->config.criteria, record, &c->scratch);
	if (event && record->event->kind == SMTP_ENDED)
		end(c, s, record);
}
