/* SPDX-License-Identifier: BSD-2-Clause */
#include "stream.h"

#include "connection.h"
#include "ended.h"
#include "order.h"

#include <stdlib.h>

/*
 * Expiry is checked at this interval of packet time. Holes are also checked at every packet of their
 * connection.
 */
static const tstamp FLUSH_INTERVAL = TSTAMP_SECOND / 10;
static const tstamp TOUCH_INTERVAL = 10 * TSTAMP_MILLISECOND;

/* Connections in order of insertion. */
struct connection_list {
	struct connection *first, *last;
	bool blocked; /* uses the link |blocked|, otherwise |closed| */
};

struct stream {
	struct stream_config config;
	struct connection_limits limits;
	struct stream_sink sink;
	struct map connections;
	struct connection_list blocked;	 /* connections that hold bytes */
	struct connection_list settling; /* closed connections that wait for late packets */
	struct ended_list lingering;
	size_t held_total;
	tstamp flushed_at;
	bool listed[65536]; /* ports of interest */
	struct stream_counters counters;
};

struct stream *stream_create(const struct stream_config *config, const struct stream_sink *sink)
{
	struct stream *s = calloc(1, sizeof *s);
	struct stream_config *c;

	if (!s || !map_init(&s->connections, config->secret)) {
		free(s);
		return NULL;
	}
	s->config = *config;
	s->sink = *sink;
	c = &s->config;
	c->max_flows = c->max_flows ? c->max_flows : 65536;
	c->idle = c->idle ? c->idle : 3600 * TSTAMP_SECOND;
	c->settle = c->settle ? c->settle : 2 * TSTAMP_SECOND;
	c->linger = c->linger ? c->linger : 120 * TSTAMP_SECOND;
	s->limits = (struct connection_limits){ .held = c->max_held ? c->max_held : 4 << 20,
						.held_total = c->max_held_total ? c->max_held_total : 256 << 20,
						.pieces = 4096,
						.wait = c->wait ? c->wait : 2 * TSTAMP_SECOND };
	for (size_t i = 0; i < config->port_count; i++)
		s->listed[config->ports[i]] = true;
	s->blocked.blocked = true;
	s->flushed_at = INT64_MIN;
	return s;
}

static struct connection_link *link_in(const struct connection_list *list, struct connection *c)
{
	return list->blocked ? &c->blocked : &c->closed;
}

static void list_append(struct connection_list *list, struct connection *c)
{
	struct connection_link *link = link_in(list, c);

	*link = (struct connection_link){ .previous = list->last, .linked = true };
	if (list->last)
		link_in(list, list->last)->next = c;
	else
		list->first = c;
	list->last = c;
}

static void list_remove(struct connection_list *list, struct connection *c)
{
	struct connection_link *link = link_in(list, c);

	if (!link->linked)
		return;
	if (link->previous)
		link_in(list, link->previous)->next = link->next;
	else
		list->first = link->next;
	if (link->next)
		link_in(list, link->next)->previous = link->previous;
	else
		list->last = link->previous;
	*link = (struct connection_link){ 0 };
}

static void update_lists(struct stream *s, struct connection *c, tstamp now)
{
	if (order_holds(c) != c->blocked.linked) {
		if (c->blocked.linked)
			list_remove(&s->blocked, c);
		else
			list_append(&s->blocked, c);
	}
	if (!c->closed.linked && connection_closed(c)) {
		c->closed_at = now;
		list_append(&s->settling, c);
	}
}

/* Delivers the rest of the connection and its end, and frees it. */
static void end(struct stream *s, struct connection *c, enum flow_end how, tstamp time)
{
	order_drain(c);
	list_remove(&s->blocked, c);
	list_remove(&s->settling, c);
	s->counters.ended++;
	s->sink.close(c->flow.attachment, how, time);
	map_remove(&s->connections, &c->known.node);
	connection_finish(c);
	free(c);
}

/* Like end, but keeps a record to recognize late packets. */
static void end_and_linger(struct stream *s, struct connection *c, tstamp now)
{
	struct ended *e;
	uint64_t hash = c->known.node.hash;

	order_drain(c);
	e = ended_create(c);
	end(s, c, FLOW_END_CLOSED, now);
	if (!e)
		return;
	map_insert(&s->connections, &e->known.node, hash);
	ended_append(&s->lingering, e);
}

static void forget(struct stream *s, struct ended *e)
{
	ended_remove(&s->lingering, e);
	map_remove(&s->connections, &e->known.node);
	free(e);
}

bool stream_evict(struct stream *s, tstamp now)
{
	struct connection *c;

	if (s->lingering.first) {
		forget(s, s->lingering.first);
		return true;
	}
	c = s->settling.first ? s->settling.first : (struct connection *)s->connections.oldest;
	if (!c)
		return false;
	if (!s->settling.first)
		s->counters.evicted++;
	end(s, c, connection_closed(c) ? FLOW_END_CLOSED : FLOW_END_EVICTED, now);
	return true;
}

static void make_room(struct stream *s, tstamp now)
{
	if (s->connections.count >= s->config.max_flows)
		stream_evict(s, now);
}

/* Without a SYN, the server is the side with the mail port, or else the one with the lower port. */
static bool source_is_client(const struct stream *s, const struct segment *g, bool *known)
{
	bool source_listed = s->listed[g->source.port], target_listed = s->listed[g->target.port];

	*known = true;
	if (g->kind == SEGMENT_TCP && (g->flags & TCP_SYN))
		return !(g->flags & TCP_ACK);
	*known = source_listed != target_listed;
	if (*known)
		return target_listed;
	return g->source.port >= g->target.port;
}

static struct connection *open_connection(struct stream *s, const struct segment *g,
					  const struct known_key *key, uint64_t hash)
{
	struct connection *c;
	struct flow *flow;
	bool from_client;

	make_room(s, g->frame.time);
	c = calloc(1, sizeof *c);
	if (!c)
		return NULL;
	flow = &c->flow;
	from_client = source_is_client(s, g, &flow->roles_known);
	flow->client = from_client ? g->source : g->target;
	flow->server = from_client ? g->target : g->source;
	flow->number = ++s->counters.flows;
	flow->opened = g->kind == SEGMENT_ICMP_ERROR || (g->flags & TCP_SYN) ? FLOW_UNANSWERED : FLOW_MIDSTREAM;
	flow->first = g->frame;
	flow->earliest = flow->latest = g->frame.time;
	flow_note_packet(flow, g);
	flow->rtt = -1;
	c->side[DIR_CLIENT].fin_offset = c->side[DIR_SERVER].fin_offset = UINT64_MAX;
	c->sink = &s->sink;
	c->held_total = &s->held_total;
	c->known.key = *key;
	map_insert(&s->connections, &c->known.node, hash);
	flow->attachment = s->sink.open(s->sink.context, flow);
	return c;
}

/*
 * Returns whether |g| is a SYN that opens a new connection between the same endpoints: it has a new sequence
 * number, or it has the same one and |c| is over and had carried data.
 */
static bool opens_new(const struct connection *c, const struct segment *g)
{
	const struct connection_side *client = &c->side[DIR_CLIENT], *server = &c->side[DIR_SERVER];
	bool over = connection_closed(c);

	if (g->kind != SEGMENT_TCP || !(g->flags & TCP_SYN) || g->flags & TCP_RST)
		return false;
	/* If the client's packets are not captured, only the server's answer reveals a new SYN. */
	if (g->flags & TCP_ACK)
		return over && endpoint_equal(&g->source, &c->flow.server) && server->base_known &&
		       server->base != g->seq + 1;
	if (!endpoint_equal(&g->source, &c->flow.client))
		return over;
	if (!client->base_known || client->base != g->seq + 1)
		return true;
	return over && c->flow.side[DIR_SERVER].delivered > 0;
}

static void push_icmp(struct connection *c, const struct segment *g)
{
	enum direction d = endpoint_equal(&g->source, &c->flow.client) ? DIR_CLIENT : DIR_SERVER;
	struct flow_event event = { .kind = FLOW_EVENT_ICMP, .direction = d, .frame = g->frame, .segment = g };

	flow_note_packet(&c->flow, g);
	event.offset = c->side[d].bytes.next;
	c->sink->event(c->flow.attachment, &event);
}

/* Returns the connection of the segment, or NULL if it has ended or memory runs out. */
static struct connection *find_or_open(struct stream *s, const struct segment *g)
{
	struct known_key key = known_key_of(&g->source, &g->target);
	uint64_t hash = map_hash(&s->connections, known_key_span(&key));
	struct known *known = (struct known *)map_find(&s->connections, hash, known_same, &key);
	struct connection *c = (struct connection *)known;
	struct ended *e = (struct ended *)known;

	if (!known)
		return open_connection(s, g, &key, hash);
	if (known->ended && !ended_is_reopened(e, g)) {
		map_touch(&s->connections, &known->node);
		/*
		 * Keep ignored flows in the table until they are idle, so that they are not examined again.
		 */
		if (e->ignored) {
			ended_remove(&s->lingering, e);
			e->closed_at = g->frame.time;
			ended_append(&s->lingering, e);
		}
		return NULL;
	}
	if (known->ended) {
		forget(s, e);
	} else if (opens_new(c, g)) {
		end(s, c, connection_closed(c) ? FLOW_END_CLOSED : FLOW_END_REUSED, g->frame.time);
	} else {
		/*
		 * The order of use need not be more precise than this; moving a node touches its neighbours'
		 * cache lines.
		 */
		if (g->frame.time - c->touched_at >= TOUCH_INTERVAL || g->frame.time < c->touched_at) {
			map_touch(&s->connections, &known->node);
			c->touched_at = g->frame.time;
		}
		return c;
	}
	return open_connection(s, g, &key, hash);
}

void stream_push(struct stream *s, const struct segment *g)
{
	struct connection *c;

	s->counters.segments++;
	if (!s->config.any_port && !s->listed[g->source.port] && !s->listed[g->target.port]) {
		s->counters.ignored++;
		return;
	}
	/* If the clock steps back, start over from its new time. */
	if (s->flushed_at == INT64_MIN || g->frame.time >= s->flushed_at + FLUSH_INTERVAL ||
	    g->frame.time <= s->flushed_at - FLUSH_INTERVAL)
		stream_flush(s, g->frame.time);
	c = find_or_open(s, g);
	if (!c)
		return;
	if (g->kind == SEGMENT_ICMP_ERROR) {
		push_icmp(c, g);
		return;
	}
	connection_push(c, g, endpoint_equal(&g->source, &c->flow.client) ? DIR_CLIENT : DIR_SERVER,
			&s->limits);
	update_lists(s, c, g->frame.time);
	if (c->flow.ignored) {
		c->closed_at = g->frame.time;
		end_and_linger(s, c, g->frame.time);
	}
}

static tstamp last_time(const struct known *known)
{
	return known->ended ? ((const struct ended *)known)->closed_at
			    : ((const struct connection *)known)->flow.last.time;
}

void stream_flush(struct stream *s, tstamp now)
{
	struct connection *next;

	s->flushed_at = now;
	for (struct connection *c = s->blocked.first; c; c = next) {
		next = c->blocked.next;
		order_flush(c, now, &s->limits);
		update_lists(s, c, now);
	}
	while (s->settling.first && now - s->settling.first->closed_at > s->config.settle)
		end_and_linger(s, s->settling.first, now);
	while (s->lingering.first && now - s->lingering.first->closed_at > s->config.linger)
		forget(s, s->lingering.first);
	for (struct known *known; (known = (struct known *)s->connections.oldest);) {
		if (now - last_time(known) <= s->config.idle)
			break;
		if (known->ended)
			forget(s, (struct ended *)known);
		else
			end(s, (struct connection *)known, FLOW_END_IDLE, now);
	}
}

void stream_finish(struct stream *s)
{
	struct known *known;
	struct connection *c;

	while ((known = (struct known *)s->connections.oldest)) {
		if (known->ended) {
			forget(s, (struct ended *)known);
			continue;
		}
		c = (struct connection *)known;
		end(s, c, connection_closed(c) ? FLOW_END_CLOSED : FLOW_END_INPUT, c->flow.last.time);
	}
}

void stream_destroy(struct stream *s)
{
	if (!s)
		return;
	stream_finish(s);
	map_finish(&s->connections);
	free(s);
}

struct stream_counters stream_counters(const struct stream *s)
{
	return s->counters;
}
