/* SPDX-License-Identifier: BSD-2-Clause */
#include "book.h"

#include "chapter.h"
#include "keyed_sort.h"
#include "story_words.h"

#include <stdlib.h>
#include <string.h>

/* Older sessions are forgotten: queues give up after 4 to 5 days, but mostly retry within hours. */
static const tstamp REMEMBERED = 6 * 3600 * TSTAMP_SECOND;

enum { CROWD_CLIENTS = 5 };

struct book {
	const struct rules *rules;
	story_sink *sink;
	void *context;
	struct past **sessions; /* in the order of their ends */
	size_t count, capacity, bytes, bytes_most;
	struct account *account;
	uint64_t told;
	struct story_attempt *attempts; /* of the current story; STORY_SESSIONS_MAX of them */
};

struct book *book_create(const struct rules *rules, story_sink *sink, void *context, struct account *account)
{
	struct book *b = account_take_zeroed(account, 1, sizeof *b);

	if (!b)
		return NULL;
	b->rules = rules;
	b->account = account;
	b->bytes_most = account_share(account, BOOK_BYTES, 8);
	b->sink = sink;
	b->context = context;
	b->attempts = account_take_zeroed(account, STORY_SESSIONS_MAX, sizeof *b->attempts);
	if (!b->attempts) {
		account_free(account, b);
		return NULL;
	}
	return b;
}

/* Forgets the first |count| entries, and those that refer to one of them. */
static void forget(struct book *b, size_t count)
{
	while (count && count < b->count && b->sessions[count]->main)
		count++;
	for (size_t i = 0; i < count; i++) {
		b->bytes -= b->sessions[i]->size;
		account_free(b->account, b->sessions[i]);
	}
	b->count -= count;
	if (b->count)
		memmove(b->sessions, b->sessions + count, b->count * sizeof *b->sessions);
}

void book_destroy(struct book *b)
{
	if (!b)
		return;
	forget(b, b->count);
	account_free(b->account, b->sessions);
	account_free(b->account, b->attempts);
	account_free(b->account, b);
}

static int compare_start(const struct past *a, const struct past *b)
{
	if (a->start.time != b->start.time)
		return a->start.time < b->start.time ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

static int compare_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int by_server(const void *a, const void *b)
{
	const struct past *x = *(struct past *const *)a, *y = *(struct past *const *)b;
	int order = memcmp(&x->server.addr, &y->server.addr, sizeof x->server.addr);

	if (!order)
		order = (x->server.port > y->server.port) - (x->server.port < y->server.port);
	if (!order)
		order = compare_text(x->id, y->id);
	if (!order)
		order = compare_text(x->cause, y->cause);
	return order ? order : compare_start(x, y);
}

static bool about_mail(enum story_pattern pattern)
{
	return pattern != STORY_ONE_CAUSE_MANY && pattern != STORY_PASSWORD_GUESSING &&
	       pattern != STORY_LIMIT_OF_CONNECTIONS;
}

/* In a callout and a bounce, the first session is the mail's. */
static enum session_outcome outcome_of(enum story_pattern pattern, struct past *const *sessions, size_t count)
{
	if (pattern == STORY_CALLOUT || pattern == STORY_BOUNCE)
		return sessions[0]->mail_outcome;
	return sessions[count - 1]->mail_outcome;
}

/*
 * Counts are facts. That two attempts carried the same mail follows from their envelopes, which is likely. Without an envelope on
 * both sides, or where something was not seen, it is possible.
 */
static enum certainty certainty_of(enum story_pattern pattern, struct past *const *sessions)
{
	if (!about_mail(pattern))
		return CERTAINTY_CERTAIN;
	if (pattern == STORY_GREYLISTED_NO_RETRY ||
	    (pattern == STORY_ADDRESS_FAMILY_FALLBACK && !sessions[0]->envelope))
		return CERTAINTY_POSSIBLE;
	return CERTAINTY_LIKELY;
}

static const struct past *with_envelope(struct past *const *sessions, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (sessions[i]->mail_from)
			return sessions[i];
	return NULL;
}

/* Returns the attempt that decides who is responsible: the last one if it failed, otherwise the first that did. */
static const struct past *to_blame(struct past *const *sessions, size_t count)
{
	if (sessions[count - 1]->failed)
		return sessions[count - 1];
	for (size_t i = 0; i < count; i++)
		if (sessions[i]->failed)
			return sessions[i];
	return sessions[0];
}

/* RFC 5321 4.5.3.2.6: a client waits at least ten minutes for the reply to the end of the message. */
static enum responsible of_duplicate(const struct past *blamed)
{
	return blamed->responsible == RESPONSIBLE_NOBODY || blamed->responsible == RESPONSIBLE_UNKNOWN
		   ? RESPONSIBLE_CLIENT
		   : blamed->responsible;
}

static void judge(struct story *story, struct past *const *sessions, size_t count)
{
	const struct past *blamed = to_blame(sessions, count);

	story->responsible = blamed->responsible;
	story->retry = blamed->retry;
	switch (story->pattern) {
	case STORY_GREYLISTED_NO_RETRY:
		story->responsible = RESPONSIBLE_CLIENT;
		story->retry = RETRY_LATER;
		break;
	case STORY_DUPLICATE_DELIVERY:
		story->responsible = of_duplicate(blamed);
		story->retry = RETRY_UNNEEDED;
		break;
	case STORY_PASSWORD_GUESSING:
		story->responsible = RESPONSIBLE_CLIENT;
		story->retry = RETRY_USELESS;
		break;
	case STORY_LIMIT_OF_CONNECTIONS:
		story->responsible = RESPONSIBLE_CLIENT;
		story->retry = RETRY_AUTOMATIC;
		break;
	case STORY_LOOP:
		story->responsible = RESPONSIBLE_SERVER;
		story->retry = RETRY_USELESS;
		break;
	case STORY_CALLOUT:
	case STORY_BOUNCE:
	case STORY_ONE_CAUSE_MANY:
		break;
	default:
		if (past_accepted(sessions[count - 1]))
			story->retry = RETRY_UNNEEDED;
	}
}

static void tell_many(void *context, enum story_pattern pattern, struct past *const *sessions, size_t count,
		      size_t total)
{
	struct book *b = context;
	const struct past *mail = about_mail(pattern) ? with_envelope(sessions, count) : NULL;
	struct story_words words;
	struct story story = { .number = ++b->told,
			       .pattern = pattern,
			       .attempts = b->attempts,
			       .attempt_count = count,
			       .session_count = total,
			       .mail_from = mail ? mail->mail_from : NULL,
			       .recipients = mail ? mail->recipients : NULL,
			       .recipient_count = mail ? mail->recipient_count : 0,
			       .outcome = mail ? outcome_of(pattern, sessions, count) : SESSION_NO_MAIL,
			       .certainty = certainty_of(pattern, sessions) };

	judge(&story, sessions, count);
	for (size_t i = 0; i < count; i++) {
		int64_t waited = i ? sessions[i]->start.time - sessions[i - 1]->end.time : -1;

		b->attempts[i] = past_attempt(sessions[i], i && waited < 0 ? 0 : waited);
		sessions[i]->told = true;
		if (sessions[i]->main)
			sessions[i]->main->told_elsewhere = true;
	}
	story_words_fill(&words, &story, b->rules, sessions);
	b->sink(b->context, &story);
}

static void tell(void *context, enum story_pattern pattern, struct past *const *sessions, size_t count)
{
	tell_many(context, pattern, sessions, count, count);
}

/* May the session be one of a crowd that failed for the same reason? */
static bool is_explained_failure(const struct past *p)
{
	return !p->main && p->failed && p->id && strcmp(p->id, "unknown") != 0;
}

/* A number that entries are sorted by. */
typedef uint64_t past_key(const struct past *p);

static uint64_t key_number(const struct past *p)
{
	return p->number;
}

static uint64_t key_start(const struct past *p)
{
	return (uint64_t)p->start.time - (uint64_t)INT64_MIN;
}

static uint64_t key_envelope(const struct past *p)
{
	return p->envelope;
}

/* The eight bytes at |at|, so that numbers have the order of the bytes. */
static uint64_t key_of_bytes(const uint8_t *at)
{
	uint64_t key = 0;

	for (unsigned i = 0; i < sizeof key; i++)
		key = key << 8 | at[i];
	return key;
}

static uint64_t key_client(const struct past *p)
{
	return key_of_bytes(p->client.addr.bytes);
}

static uint64_t key_client_end(const struct past *p)
{
	return key_of_bytes(p->client.addr.bytes + 8);
}

static uint64_t key_client_version(const struct past *p)
{
	return p->client.addr.version;
}

/*
 * Returns |count| entries sorted by |keys|, the last of which matters most; those that are the same in all keys stay in the order of |from|.
 * NULL if |from| is, or if memory runs out.
 */
static struct past **sorted(const struct book *b, struct past *const *from, size_t count,
			    past_key *const keys[], size_t key_count)
{
	struct keyed *list = from ? account_take(b->account, (2 * count + 1) * sizeof *list) : NULL;
	struct past **result = list ? account_take(b->account, (count + 1) * sizeof *result) : NULL;

	for (size_t i = 0; result && i < count; i++)
		list[i].object = from[i];
	for (size_t k = 0; result && k < key_count; k++) {
		for (size_t i = 0; i < count; i++)
			list[i].key = keys[k](list[i].object);
		keyed_sort(list, list + count, count);
	}
	for (size_t i = 0; result && i < count; i++)
		result[i] = list[i].object;
	account_free(b->account, list);
	return result;
}

static struct past **sorted_by_start(const struct book *b)
{
	static past_key *const keys[] = { key_number, key_start };

	return sorted(b, b->sessions, b->count, keys, 2);
}

/* |by_mail|: all entries by start; NULL: memory ran out. */
static struct past **sorted_by_envelope(const struct book *b, struct past *const *by_mail)
{
	static past_key *const keys[] = { key_envelope };

	return sorted(b, by_mail, b->count, keys, 1);
}

/* |by_start|: |count| entries by start; NULL: memory ran out. */
static struct past **sorted_by_client(const struct book *b, struct past *const *by_start, size_t count)
{
	static past_key *const keys[] = { key_client_version, key_client_end, key_client };

	return sorted(b, by_start, count, keys, 3);
}

/* Returns the failures that may be one of a crowd, by server, and sets |*count|; NULL if memory runs out. */
static struct past **sorted_by_server(const struct book *b, size_t *count)
{
	struct past **copy = account_take(b->account, (b->count + 1) * sizeof *copy);

	*count = 0;
	if (!copy)
		return NULL;
	for (size_t i = 0; i < b->count; i++)
		if (is_explained_failure(b->sessions[i]))
			copy[(*count)++] = b->sessions[i];
	qsort(copy, *count, sizeof *copy, by_server);
	return copy;
}

/* Returns those of |by_mail| that stand for a session, in the same order, and sets |*count|; NULL if memory runs out. */
static struct past **one_a_session(const struct book *b, struct past *const *by_mail, size_t *count)
{
	struct past **copy = by_mail ? account_take(b->account, (b->count + 1) * sizeof *copy) : NULL;

	*count = 0;
	for (size_t i = 0; copy && i < b->count; i++)
		if (!by_mail[i]->main)
			copy[(*count)++] = by_mail[i];
	return copy;
}

/* Writes into each session where it is found in the orders of |c|. */
static void number_places(const struct book *b, const struct chapter *c)
{
	for (size_t i = 0; i < c->count; i++) {
		c->by_start[i]->at_start = i;
		c->by_client[i]->at_client = i;
	}
	for (size_t i = 0; i < b->count; i++) {
		struct past *p = b->sessions[i];

		if (p->main) {
			p->at_start = p->main->at_start;
			p->at_client = p->main->at_client;
		}
	}
}

static void find_all(const struct chapter *c)
{
	find_callouts(c);
	find_bounces(c);
	find_loops(c);
	find_guessing(c);
	find_limits(c);
	find_retries(c);
	/* One reason that many clients share is told once, and not for each client that met it again. */
	find_crowds(c, CROWD_CLIENTS);
	find_repeated(c);
	find_crowds(c, 1);
}

static void look(struct book *b, tstamp now, bool over)
{
	struct chapter c = { .now = now, .over = over, .context = b, .tell = tell, .tell_many = tell_many };
	struct past **envelopes;
	size_t without = 0;

	c.by_mail = sorted_by_start(b);
	c.mail_count = b->count;
	c.by_start = one_a_session(b, c.by_mail, &c.count);
	c.by_client = sorted_by_client(b, c.by_start, c.count);
	c.by_server = sorted_by_server(b, &c.server_count);
	envelopes = sorted_by_envelope(b, c.by_mail);
	if (envelopes && c.by_mail && c.by_start && c.by_client && c.by_server) {
		number_places(b, &c);
		/* Mails without an envelope come first: their value is 0. */
		while (without < b->count && !envelopes[without]->envelope)
			without++;
		c.by_envelope = envelopes + without;
		c.envelope_count = b->count - without;
		find_all(&c);
	}
	account_free(b->account, c.by_mail);
	account_free(b->account, c.by_start);
	account_free(b->account, c.by_client);
	account_free(b->account, c.by_server);
	account_free(b->account, envelopes);
}

bool book_add(struct book *b, struct past *p)
{
	if (!p)
		return false;
	if (b->count == BOOK_SESSIONS || (b->count && b->bytes + p->size > b->bytes_most)) {
		look(b, p->end.time, true);
		forget(b, b->count > 1 ? b->count / 2 : b->count);
	}
	if (b->count == b->capacity) {
		size_t capacity = b->capacity ? 2 * b->capacity : 64;
		struct past **grown = account_resize(b->account, b->sessions, capacity * sizeof *grown);

		if (!grown) {
			account_free(b->account, p);
			return false;
		}
		b->sessions = grown;
		b->capacity = capacity;
	}
	b->sessions[b->count++] = p;
	b->bytes += p->size;
	return true;
}

void book_tell(struct book *b, tstamp now)
{
	size_t old = 0;

	if (!b->count)
		return;
	look(b, now, false);
	while (old < b->count && now - b->sessions[old]->end.time > REMEMBERED)
		old++;
	forget(b, old);
}

size_t book_bytes(const struct book *b)
{
	return b->bytes;
}

void book_finish(struct book *b, tstamp now)
{
	if (b->count)
		look(b, now, true);
	forget(b, b->count);
}
