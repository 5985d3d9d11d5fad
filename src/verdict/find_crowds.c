/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * find_crowds: stories of many sessions at one server: a limit of connections (disproof: the client had no others open), guessed
 * passwords (disproof: a login was accepted), and one cause that many sessions share.
 */
#include "chapter.h"

#include <string.h>

enum { CROWD_LEAST = 5, GUESSES_LEAST = 5, GUESS_SESSIONS_LEAST = 2, OPEN_LEAST = 2, LOOK_AROUND = 256 };

static const tstamp QUIET = 600 * TSTAMP_SECOND;

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

void find_limits(const struct chapter *c)
{
	struct past *sessions[LOOK_AROUND + 1];

	for (size_t i = 0; i < c->count; i++) {
		struct past *p = c->by_start[i];
		size_t count = 0;

		if (p->told || !is_limited(p))
			continue;
		for (size_t k = i > LOOK_AROUND ? i - LOOK_AROUND : 0; k < i; k++) {
			struct past *q = c->by_start[k];

			if (same_host(p, q) && endpoint_equal(&p->server, &q->server) &&
			    q->end.time > p->start.time && !q->told)
				sessions[count++] = q;
		}
		if (count < OPEN_LEAST)
			continue;
		sessions[count++] = p;
		c->tell(c->context, STORY_LIMIT_OF_CONNECTIONS, sessions, count);
	}
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
	    (c->over || c->now - sessions[count - 1]->end.time >= QUIET))
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

void find_crowds(const struct chapter *c)
{
	struct past *sessions[STORY_SESSIONS_MAX];

	for (size_t i = 0, end; i < c->count; i = end) {
		const struct past *first = c->by_server[i];
		tstamp last = first->end.time;
		size_t count = 0;

		for (end = i; end < c->count && (end == i || alike(first, c->by_server[end])); end++) {
			struct past *p = c->by_server[end];

			if (!p->failed || p->told || strcmp(p->id ? p->id : "unknown", "unknown") == 0)
				continue;
			if (p->end.time > last)
				last = p->end.time;
			if (count < STORY_SESSIONS_MAX)
				sessions[count++] = p;
		}
		if (count >= CROWD_LEAST && (c->over || c->now - last >= QUIET))
			c->tell(c->context, STORY_ONE_CAUSE_MANY, sessions, count);
	}
}
