/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * find_crowds: stories of many sessions at one server.
 * - limit of connections: disproof: the client had no others open.
 * - password guessing: disproof: a login of that client was accepted, or the server could not check the password.
 * - one cause for many: disproof: fewer than five sessions, or different causes.
 */
#include "chapter.h"

#include <string.h>

enum { CROWD_LEAST = 5, GUESSES_LEAST = 5, GUESS_SESSIONS_LEAST = 2, OPEN_LEAST = 2, LOOK_AROUND = 256 };

static const tstamp QUIET = 600 * TSTAMP_SECOND;
/* The other sessions of a client that reached a limit have ended after this time, as far as they are short. */
static const tstamp SETTLED = 60 * TSTAMP_SECOND;

static bool id_is(const struct past *p, const char *id)
{
	return p->id && strcmp(p->id, id) == 0;
}

static bool cause_is(const struct past *p, const char *cause)
{
	return p->cause && strcmp(p->cause, cause) == 0;
}

static bool same_host(const struct past *a, const struct past *b)
{
	return addr_equal(&a->client.addr, &b->client.addr);
}

/* Refused by a limit, at the greeting or later. */
static bool is_limited(const struct past *p)
{
	return p->failed && (cause_is(p, "rate-limited") || cause_is(p, "session-limit")) &&
	       (id_is(p, "greeting-refused") || id_is(p, "hello-refused") || id_is(p, "server-closing"));
}

/* Collects the sessions of the client of by_start[at] at its server that were open when it began. */
static size_t open_sessions(const struct chapter *c, size_t at, struct past **sessions)
{
	const struct past *p = c->by_start[at];
	size_t count = 0;

	for (size_t k = at > LOOK_AROUND ? at - LOOK_AROUND : 0; k < at; k++) {
		struct past *q = c->by_start[k];

		if (same_host(p, q) && endpoint_equal(&p->server, &q->server) && !q->told && !is_limited(q) &&
		    q->end.time > p->start.time)
			sessions[count++] = q;
	}
	return count;
}

static size_t still_open(struct past *const *sessions, size_t count, tstamp now)
{
	size_t open = 0;

	for (size_t i = 0; i < count; i++)
		open += sessions[i]->end.time > now;
	return open;
}

/* Tells of the sessions refused from by_start[at] on, as long as the same other ones are open. */
static void limit_of(const struct chapter *c, size_t at)
{
	struct past *first = c->by_start[at], *sessions[2 * LOOK_AROUND + 1];
	size_t others = open_sessions(c, at, sessions), count = others;

	if (others < OPEN_LEAST || !(c->over || c->now - first->end.time >= SETTLED))
		return;
	sessions[count++] = first;
	for (size_t k = at + 1; k < c->count && k - at < LOOK_AROUND; k++) {
		struct past *next = c->by_start[k];

		if (still_open(sessions, others, next->start.time) < OPEN_LEAST)
			break;
		if (!next->told && is_limited(next) && same_host(first, next) &&
		    endpoint_equal(&first->server, &next->server))
			sessions[count++] = next;
	}
	c->tell(c->context, STORY_LIMIT_OF_CONNECTIONS, sessions, count);
}

void find_limits(const struct chapter *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (!c->by_start[i]->told && is_limited(c->by_start[i]))
			limit_of(c, i);
}

static size_t end_of_client(const struct chapter *c, size_t from)
{
	size_t end = from + 1;

	while (end < c->count && same_host(c->by_client[end], c->by_client[from]))
		end++;
	return end;
}

static void guesses_of(const struct chapter *c, size_t from, size_t end)
{
	struct past *sessions[STORY_SESSIONS_MAX];
	unsigned refused = 0;
	size_t count = 0;

	for (size_t i = from; i < end; i++) {
		struct past *p = c->by_client[i];

		if (p->logged_in)
			return;
		if (p->told || !p->logins_refused || cause_is(p, "temporary") || cause_is(p, "mechanism") ||
		    cause_is(p, "tls-required") || count == STORY_SESSIONS_MAX)
			continue;
		refused += p->logins_refused;
		sessions[count++] = p;
	}
	if (count >= GUESS_SESSIONS_LEAST && refused >= GUESSES_LEAST &&
	    chapter_over(c, sessions[0], sessions[count - 1], QUIET))
		c->tell(c->context, STORY_PASSWORD_GUESSING, sessions, count);
}

void find_guessing(const struct chapter *c)
{
	for (size_t i = 0, end; i < c->count; i = end) {
		end = end_of_client(c, i);
		guesses_of(c, i, end);
	}
}

static bool alike(const struct past *a, const struct past *b)
{
	return endpoint_equal(&a->server, &b->server) && a->id && b->id && strcmp(a->id, b->id) == 0 &&
	       ((!a->cause && !b->cause) || (a->cause && b->cause && strcmp(a->cause, b->cause) == 0));
}

/* Do the sessions come from at least |least| different hosts? Looks no further than that. */
static bool of_clients(struct past *const *sessions, size_t count, unsigned least)
{
	const struct past *seen[CROWD_LEAST];
	unsigned different = 0;

	for (size_t i = 0; i < count && different < least && different < CROWD_LEAST; i++) {
		unsigned k = 0;

		while (k < different && !same_host(seen[k], sessions[i]))
			k++;
		if (k == different)
			seen[different++] = sessions[i];
	}
	return different >= least;
}

/* May |p| be one of a crowd? */
static bool is_loose(const struct past *p)
{
	return !p->told && !p->told_elsewhere;
}

/* Tells of the crowd among by_server[from] to by_server[end], which are alike. */
static void crowd_of(const struct chapter *c, size_t from, size_t end, unsigned clients)
{
	struct past *sessions[STORY_SESSIONS_MAX];
	const struct past *last = NULL;
	size_t count = 0, total = 0;

	for (size_t i = from; i < end; i++) {
		struct past *p = c->by_server[i];

		if (!is_loose(p))
			continue;
		if (!last || p->end.time > last->end.time)
			last = p;
		if (count < STORY_SESSIONS_MAX)
			sessions[count++] = p;
		total++;
	}
	if (count < CROWD_LEAST || !of_clients(sessions, count, clients) ||
	    !chapter_over(c, sessions[0], last, QUIET))
		return;
	c->tell_many(c->context, STORY_ONE_CAUSE_MANY, sessions, count, total);
	for (size_t i = from; i < end; i++)
		if (is_loose(c->by_server[i]))
			c->by_server[i]->told = true;
}

void find_crowds(const struct chapter *c, unsigned clients)
{
	for (size_t i = 0, end; i < c->server_count; i = end) {
		for (end = i + 1; end < c->server_count && alike(c->by_server[i], c->by_server[end]);)
			end++;
		crowd_of(c, i, end, clients);
	}
}
