/* SPDX-License-Identifier: BSD-2-Clause */
#include "book.h"

#include "chapter.h"
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

static int by_start(const void *a, const void *b)
{
	return compare_start(*(struct past *const *)a, *(struct past *const *)b);
}

static int by_client(const void *a, const void *b)
{
	const struct past *x = *(struct past *const *)a, *y = *(struct past *const *)b;
	int order = memcmp(&x->client.addr, &y->client.addr, sizeof x->client.addr);

	return order ? order : compare_start(x, y);
}

static int by_envelope(const void *a, const void *b)
{
	const struct past *x = *(struct past *const *)a, *y = *(struct past *const *)b;

	if (x->envelope != y->envelope)
		return x->envelope < y->envelope ? -1 : 1;
	return compare_start(x, y);
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

static bool is_mail(const struct past *p)
{
	(void)p;
	return true;
}

static bool is_session(const struct past *p)
{
	return !p->main;
}

/* May the session be one of a crowd that failed for the same reason? */
static bool is_explained_failure(const struct past *p)
{
	return is_session(p) && p->failed && p->id && strcmp(p->id, "unknown") != 0;
}

/* Returns those of the entries that are |wanted|, sorted, and sets |*count|. NULL if memory runs out. */
static struct past **sorted(const struct book *b, bool (*wanted)(const struct past *p),
			    int (*compare)(const void *, const void *), size_t *count)
{
	struct past **copy = account_take(b->account, (b->count + 1) * sizeof *copy);

	*count = 0;
	if (!copy)
		return NULL;
	for (size_t i = 0; i < b->count; i++)
		if (wanted(b->sessions[i]))
			copy[(*count)++] = b->sessions[i];
	qsort(copy, *count, sizeof *copy, compare);
	return copy;
}

/* Returns those of |sorted| that stand for a session, |count| of them, in the same order; NULL if memory runs out. */
static struct past **one_a_session(const struct book *b, struct past *const *sorted, size_t count)
{
	struct past **copy = sorted ? account_take(b->account, (count + 1) * sizeof *copy) : NULL;
	size_t kept = 0;

	for (size_t i = 0; copy && i < b->count; i++)
		if (!sorted[i]->main)
			copy[kept++] = sorted[i];
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
	struct past **envelopes = sorted(b, is_mail, by_envelope, &c.mail_count);
	size_t without = 0;

	c.by_mail = sorted(b, is_mail, by_start, &c.mail_count);
	c.by_client = sorted(b, is_session, by_client, &c.count);
	c.by_start = one_a_session(b, c.by_mail, c.count);
	c.by_server = sorted(b, is_explained_failure, by_server, &c.server_count);
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
