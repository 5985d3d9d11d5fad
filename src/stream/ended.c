/* SPDX-License-Identifier: BSD-2-Clause */
#include "ended.h"

struct ended *ended_create(const struct connection *c)
{
	struct ended *e = account_take(c->shared->account, sizeof *e);
	struct known_key key = known_key_of(&c->flow.client, &c->flow.server);

	if (!e)
		return NULL;
	*e = (struct ended){ .known = { .ended = true },
			     .key = key,
			     .closed_at = c->closed_at,
			     .base = { c->flow.side[0].first_seq, c->flow.side[1].first_seq },
			     .base_known = { c->flow.side[0].placed, c->flow.side[1].placed },
			     .client_is_low = known_key_is(&key, 0, &c->flow.client),
			     .answered = c->flow.side[DIR_SERVER].delivered > 0,
			     .ignored = c->flow.ignored };
	return e;
}

void ended_append(struct ended_list *list, struct ended *e)
{
	e->next = NULL;
	e->previous = list->last;
	*(list->last ? &list->last->next : &list->first) = e;
	list->last = e;
	list->count++;
}

void ended_remove(struct ended_list *list, struct ended *e)
{
	*(e->previous ? &e->previous->next : &list->first) = e->next;
	*(e->next ? &e->next->previous : &list->last) = e->previous;
	list->count--;
}

bool ended_is_reopened(const struct ended *e, const struct segment *g)
{
	unsigned client = e->client_is_low ? 0 : 1;

	if (g->kind != SEGMENT_TCP || !(g->flags & TCP_SYN) || g->flags & TCP_RST)
		return false;
	/* If the client's packets are not captured, only the server's answer reveals a new SYN. */
	if (g->flags & TCP_ACK)
		return known_key_is(&e->key, !client, &g->source) && e->base_known[DIR_SERVER] &&
		       e->base[DIR_SERVER] != g->seq + 1;
	if (!known_key_is(&e->key, client, &g->source))
		return true;
	/* The same sequence number is the same SYN, unless the connection had carried data. */
	return !e->base_known[DIR_CLIENT] || e->base[DIR_CLIENT] != g->seq + 1 || e->answered;
}
