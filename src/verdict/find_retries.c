/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * find_retries: the attempts to deliver one mail, one after the other: greylisted, tried again, at another MX host, over another
 * address family, without TLS, or delivered twice. Disproof: the attempts overlap, come from another network, announce another
 * size, or an earlier attempt was accepted without doubt (then the next one is another mail). An attempt without an envelope
 * belongs to the next session of the client; disproof: another session lies between, or more than a minute passed.
 */
#include "chapter.h"

#include <string.h>

enum { ATTEMPTS_MAX = 256 };

/* A client that could not connect goes to the next host within this time. */
static const tstamp NEXT_HOST_WITHIN = 60 * TSTAMP_SECOND;
/* A greylisted mail that was not retried in this time was most likely given up: queues retry within the hour. */
static const tstamp NO_RETRY_AFTER = 4 * 3600 * TSTAMP_SECOND;
/* A chain is over after this time without an attempt: RFC 5321 4.5.4.1 calls for retry intervals of 30 minutes or so. */
static const tstamp QUIET = 2 * 3600 * TSTAMP_SECOND;
static const tstamp SETTLED = 60 * TSTAMP_SECOND;

struct chain {
	struct past *attempts[ATTEMPTS_MAX];
	size_t count;
};

/* The unused places stay as they are: clearing them would cost more than most chains. */
static void begin(struct chain *chain, struct past *first)
{
	chain->attempts[0] = first;
	chain->count = 1;
}

/* Large senders retry from other addresses of one network. */
static bool same_network(const struct endpoint *a, const struct endpoint *b)
{
	if (a->addr.version != b->addr.version)
		return false;
	return memcmp(a->addr.bytes, b->addr.bytes, a->addr.version == 4 ? 3 : 8) == 0;
}

static bool same_server(const struct past *a, const struct past *b)
{
	return endpoint_equal(&a->server, &b->server);
}

static bool cause_is(const struct past *p, const char *id, const char *cause)
{
	return p->id && strcmp(p->id, id) == 0 && (!cause || (p->cause && strcmp(p->cause, cause) == 0));
}

static bool same_cause(const struct past *a, const struct past *b)
{
	return a->id && b->id && strcmp(a->id, b->id) == 0 &&
	       ((!a->cause && !b->cause) || (a->cause && b->cause && strcmp(a->cause, b->cause) == 0));
}

static bool no_connection(const struct past *p)
{
	return p->outcome == SESSION_NO_MAIL && p->failed;
}

/* May |next| be the attempt after |last| to deliver the same mail? */
static bool follows(const struct past *last, const struct past *next)
{
	tstamp gap = next->start.time - last->end.time;
	bool other_family = last->client.addr.version != next->client.addr.version && gap <= NEXT_HOST_WITHIN;

	return last->number != next->number && past_same_mail(last, next) &&
	       (same_network(&last->client, &next->client) || other_family) && gap >= -TSTAMP_SECOND &&
	       !(past_accepted(last) && !last->doubtful_end);
}

/*
 * The session right before |first| that failed before it had an envelope, if it was an attempt of the same client to deliver the
 * same mail: no other session of that client lies between, and |first| began soon after its end.
 */
static struct past *before(const struct chapter *c, const struct past *first)
{
	struct past *p = first->at_client ? c->by_client[first->at_client - 1] : NULL;

	if (!p || p->told || !no_connection(p) || !addr_equal(&p->client.addr, &first->client.addr) ||
	    p->end.time > first->start.time || first->start.time - p->end.time > NEXT_HOST_WITHIN)
		return NULL;
	return p;
}

/* Returns whether another client has a session in the time in which |first| may follow a failure at |end|. */
static bool ambiguous(const struct chapter *c, const struct past *first, tstamp end)
{
	const struct past *next = first->at_start + 1 < c->count ? c->by_start[first->at_start + 1] : NULL;

	return next && next->start.time - end <= NEXT_HOST_WITHIN &&
	       !addr_equal(&next->client.addr, &first->client.addr);
}

/*
 * Returns the session right before |first| in the whole capture, if it failed to connect over the other address family and no
 * session of a third host could follow it as well.
 */
static struct past *other_family(const struct chapter *c, const struct past *first)
{
	struct past *found = first->at_start ? c->by_start[first->at_start - 1] : NULL;

	if (!found || found->told || !no_connection(found) || found->opened == FLOW_HANDSHAKE ||
	    found->server.addr.version == first->server.addr.version ||
	    found->server.port != first->server.port || found->end.time > first->start.time ||
	    first->start.time - found->end.time > NEXT_HOST_WITHIN || ambiguous(c, first, found->end.time))
		return NULL;
	return found;
}

static void prepend(struct chain *chain, struct past *p)
{
	if (chain->count == ATTEMPTS_MAX)
		return;
	memmove(chain->attempts + 1, chain->attempts, chain->count * sizeof *chain->attempts);
	chain->attempts[0] = p;
	chain->count++;
}

static void reach_back(const struct chapter *c, struct chain *chain)
{
	struct past *p;

	while (chain->count < ATTEMPTS_MAX && (p = before(c, chain->attempts[0])))
		prepend(chain, p);
	if (chain->count == 1 && (p = other_family(c, chain->attempts[0])))
		prepend(chain, p);
}

static bool any_cause(const struct chain *chain, const char *id, const char *cause)
{
	for (size_t i = 0; i + 1 < chain->count; i++)
		if (cause_is(chain->attempts[i], id, cause))
			return true;
	return false;
}

static enum story_pattern pattern_of_success(const struct chain *chain)
{
	const struct past *first = chain->attempts[0], *last = chain->attempts[chain->count - 1];

	for (size_t i = 0; i + 1 < chain->count; i++)
		if (past_accepted(chain->attempts[i]))
			return STORY_DUPLICATE_DELIVERY;
	if (any_cause(chain, "delivery-failed", "greylisted"))
		return STORY_GREYLISTED_THEN_ACCEPTED;
	if (first->server.addr.version != last->server.addr.version)
		return STORY_ADDRESS_FAMILY_FALLBACK;
	if (!last->tls &&
	    (any_cause(chain, "tls-handshake-failed", NULL) || any_cause(chain, "tls-refused", NULL)))
		return STORY_TLS_THEN_CLEAR;
	return addr_equal(&first->server.addr, &last->server.addr) ? STORY_RETRIED_THEN_ACCEPTED
								   : STORY_MX_FALLBACK;
}

static bool all_alike(const struct chain *chain)
{
	for (size_t i = 1; i < chain->count; i++)
		if (!same_cause(chain->attempts[0], chain->attempts[i]))
			return false;
	return true;
}

static void tell(const struct chapter *c, const struct chain *chain)
{
	const struct past *last = chain->attempts[chain->count - 1];
	bool over = chapter_over(c, chain->attempts[0], last, past_accepted(last) ? SETTLED : QUIET);

	if (chain->count == 1 && cause_is(last, "delivery-failed", "greylisted") &&
	    c->now - last->end.time >= NO_RETRY_AFTER)
		c->tell(c->context, STORY_GREYLISTED_NO_RETRY, chain->attempts, 1);
	if (chain->count < 2 || !over)
		return;
	if (past_accepted(last))
		c->tell(c->context, pattern_of_success(chain), chain->attempts, chain->count);
	else if (all_alike(chain) && chain->attempts[0]->failed)
		c->tell(c->context, STORY_RETRIED_SAME_FAILURE, chain->attempts, chain->count);
}

/* The attempts that begin with by_envelope[at]. */
static void collect(const struct chapter *c, size_t at, struct chain *chain)
{
	begin(chain, c->by_envelope[at]);
	for (size_t i = at + 1; i < c->envelope_count && i - at < ATTEMPTS_MAX; i++) {
		struct past *next = c->by_envelope[i];

		if (next->envelope != chain->attempts[0]->envelope)
			break;
		if (!next->told && chain->count < ATTEMPTS_MAX &&
		    follows(chain->attempts[chain->count - 1], next))
			chain->attempts[chain->count++] = next;
	}
}

/* Attempts without an envelope: the same client at the same server, failing for the same reason. */
void find_repeated(const struct chapter *c)
{
	struct chain chain;

	for (size_t i = 0; i < c->count; i += chain.count) {
		struct past *first = c->by_client[i];

		begin(&chain, first);
		if (first->told || !no_connection(first))
			continue;
		for (size_t k = i + 1; k < c->count && chain.count < ATTEMPTS_MAX; k++) {
			struct past *next = c->by_client[k], *last = chain.attempts[chain.count - 1];

			if (!addr_equal(&next->client.addr, &first->client.addr) || next->told ||
			    !no_connection(next) || !same_server(first, next) || !same_cause(first, next) ||
			    next->start.time < last->end.time - TSTAMP_SECOND ||
			    next->start.time - last->end.time > QUIET)
				break;
			chain.attempts[chain.count++] = next;
		}
		tell(c, &chain);
	}
}

void find_retries(const struct chapter *c)
{
	struct chain chain;

	for (size_t i = 0; i < c->envelope_count; i++) {
		if (c->by_envelope[i]->told)
			continue;
		collect(c, i, &chain);
		reach_back(c, &chain);
		tell(c, &chain);
	}
}
