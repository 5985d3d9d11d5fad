/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * find_hops: stories of one mail at several hosts.
 * - callout: a server verifies the sender during a session. Disproof: it does not lie within that session, asks about another
 *   address, or sends a message.
 * - bounce: a rejected mail comes back to its sender. Disproof: the second mail has a sender, goes to another address, came first,
 *   or came from a host that had no part in the rejection.
 * - loop: hosts hand the mail to each other. Disproof: no host receives it twice, or a session is one of a host with itself, which a
 *   client that tries again looks like, too.
 */
#include "chapter.h"

#include <string.h>

/* A bounce is made at once, and may then wait for a queue run or two. */
static const tstamp BOUNCE_WITHIN = 3600 * TSTAMP_SECOND;
static const tstamp LOOP_WITHIN = 3600 * TSTAMP_SECOND;
enum { LOOK_AROUND = 256, LOOP_HOPS_MAX = 64 };

static bool same_host(const struct endpoint *a, const struct endpoint *b)
{
	return addr_equal(&a->addr, &b->addr);
}

/* Exim also asks for a random recipient of the same domain, "HOST-TIME-testing" (callout_random_local_part). */
static bool is_random(const char *address, const char *sender)
{
	static const char mark[] = "-testing";
	const char *at = strrchr(address, '@'), *domain = strrchr(sender, '@');
	size_t length = sizeof mark - 1;

	return at && domain && strcasecmp(at, domain) == 0 && (size_t)(at - address) > length &&
	       strncmp(at - length, mark, length) == 0;
}

/* Returns whether |p| is a check of the sender of |q| by the server of |q|, made while |q| waited. */
static bool is_callout(const struct past *p, const struct past *q)
{
	return p->number != q->number && same_host(&p->client, &q->server) &&
	       p->start.time >= q->start.time && p->end.time <= q->end.time && p->mail_from && q->mail_from &&
	       *q->mail_from && !p->data_sent && p->recipient_count == 1 &&
	       (strcasecmp(p->recipients[0], q->mail_from) == 0 || is_random(p->recipients[0], q->mail_from));
}

void find_callouts(const struct chapter *c)
{
	for (size_t i = 0; i < c->mail_count; i++) {
		struct past *p = c->by_mail[i];

		if (p->told || !p->mail_from || p->data_sent)
			continue;
		for (size_t back = 1; back <= i && back <= LOOK_AROUND; back++) {
			struct past *q = c->by_mail[i - back], *pair[] = { q, p };

			if (!q->told && is_callout(p, q)) {
				c->tell(c->context, STORY_CALLOUT, pair, 2);
				break;
			}
		}
	}
}

static bool is_bounce(const struct past *p, const struct past *q)
{
	return p->mail_from && !*p->mail_from && q->mail_from && *q->mail_from && p->recipient_count == 1 &&
	       strcasecmp(p->recipients[0], q->mail_from) == 0 && q->mail_outcome == SESSION_REJECTED &&
	       p->start.time >= q->end.time && p->start.time - q->end.time <= BOUNCE_WITHIN &&
	       (same_host(&p->client, &q->client) || same_host(&p->client, &q->server));
}

void find_bounces(const struct chapter *c)
{
	for (size_t i = 0; i < c->mail_count; i++) {
		struct past *p = c->by_mail[i];

		if (p->told || !p->mail_from || *p->mail_from || !p->data_sent)
			continue;
		for (size_t back = 1; back <= i && back <= LOOK_AROUND; back++) {
			struct past *q = c->by_mail[i - back], *pair[] = { q, p };

			if (!q->told && is_bounce(p, q)) {
				c->tell(c->context, STORY_BOUNCE, pair, 2);
				break;
			}
		}
	}
}

static bool goes_on(const struct past *from, const struct past *to)
{
	return same_host(&from->server, &to->client) && !same_host(&to->client, &to->server) &&
	       past_same_mail(from, to);
}

/* Follows the mail of by_envelope[at] from host to host; tells it where a host gets it for the second time. */
static void follow(const struct chapter *c, size_t at)
{
	struct past *hops[LOOP_HOPS_MAX];
	size_t count = 1, end = at + 1;

	hops[0] = c->by_envelope[at];
	while (end < c->envelope_count && c->by_envelope[end]->envelope == hops[0]->envelope &&
	       end - at < LOOK_AROUND)
		end++;
	for (size_t i = at + 1; i < end && count < LOOP_HOPS_MAX; i++) {
		struct past *next = c->by_envelope[i];

		if (next->start.time - hops[0]->start.time > LOOP_WITHIN)
			break;
		if (!next->told && goes_on(hops[count - 1], next))
			hops[count++] = next;
	}
	for (size_t i = 2; i < count; i++)
		for (size_t k = 0; k + 1 < i; k++)
			if (same_host(&hops[i]->server, &hops[k]->server)) {
				c->tell(c->context, STORY_LOOP, hops, count);
				return;
			}
}

void find_loops(const struct chapter *c)
{
	for (size_t i = 0; i + 2 < c->envelope_count; i++)
		if (!c->by_envelope[i]->told)
			follow(c, i);
}
