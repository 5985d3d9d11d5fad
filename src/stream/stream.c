/* SPDX-License-Identifier: BSD-2-Clause */
#include "stream.h"

#include "connection.h"
#include "ended.h"
#include "lately.h"
#include "order.h"
#include "prefetch.h"

enum {
	EVICTED_BYTES = 16 << 20, /* of records of evicted connections */
	HELD_TOTAL = 256 << 20,	  /* bytes held for order, all connections */
	CROWD = 4096, /* open connections, of 1 to 3 KiB each: more than the second-level cache of a usual processor */
	FLOOD_PART = 8, /* more connections without data than this part of all are a flood */
};

#define HANDSHAKE_TIME (3 * TSTAMP_SECOND)

/*
 * Expiry is checked at this interval of packet time. Holes are also checked at every packet of their
 * connection.
 */
static const tstamp FLUSH_INTERVAL = TSTAMP_SECOND / 10;
static const tstamp TOUCH_INTERVAL = 10 * TSTAMP_MILLISECOND;

/* Connections in order of insertion. */
struct connection_list {
	struct connection *first, *last;
	size_t count;
	bool blocked; /* uses the link |blocked|, otherwise |waiting| */
};

struct stream {
	struct stream_config config;
	struct connection_limits limits;
	struct connection_shared shared;
	struct map connections;
	struct lately lately;
	struct connection_list blocked;	 /* connections that hold bytes */
	struct connection_list silent;	 /* open connections that have carried no data */
	struct connection_list settling; /* closed connections that wait for late packets */
	struct ended_list lingering;	 /* of closed connections */
	struct ended_list evicted;	 /* of evicted ones */
	size_t evicted_most;		 /* records kept of evicted connections */
	tstamp flushed_at;
	bool listed[65536]; /* ports of interest */
	struct stream_counters counters;
};

struct stream *stream_create(const struct stream_config *config, const struct stream_sink *sink)
{
	struct stream *s = account_take_zeroed(config->account, 1, sizeof *s);
	struct stream_config *c;

	if (!s || !map_init_charged(&s->connections, config->secret, config->account) ||
	    !lately_init(&s->lately, config->account)) {
		if (s)
			map_finish(&s->connections);
		account_free(config->account, s);
		return NULL;
	}
	s->config = *config;
	s->shared = (struct connection_shared){ .sink = *sink, .account = config->account };
	c = &s->config;
	c->max_flows = c->max_flows ? c->max_flows : SIZE_MAX;
	c->idle = c->idle ? c->idle : 3600 * TSTAMP_SECOND;
	c->settle = c->settle ? c->settle : 2 * TSTAMP_SECOND;
	c->linger = c->linger ? c->linger : 120 * TSTAMP_SECOND;
	s->limits = (struct connection_limits){ .held = c->max_held ? c->max_held : 4 << 20,
						.held_total = c->max_held_total
								  ? c->max_held_total
								  : account_share(c->account, HELD_TOTAL, 2),
						.pieces = 4096,
						.wait = c->wait ? c->wait : 2 * TSTAMP_SECOND };
	memcpy(s->limits.key, config->secret, sizeof s->limits.key);
	for (size_t i = 0; i < config->port_count; i++)
		s->listed[config->ports[i]] = true;
	s->blocked.blocked = true;
	s->evicted_most = account_share(c->account, EVICTED_BYTES, 16) / sizeof(struct ended);
	s->flushed_at = INT64_MIN;
	return s;
}

static struct connection_link *link_in(const struct connection_list *list, struct connection *c)
{
	return list->blocked ? &c->blocked : &c->waiting;
}

static void list_append(struct connection_list *list, struct connection *c)
{
	struct connection_link *link = link_in(list, c);

	*link = (struct connection_link){ .previous = list->last };
	if (list->last)
		link_in(list, list->last)->next = c;
	else
		list->first = c;
	list->last = c;
	list->count++;
}

static void list_remove(struct connection_list *list, struct connection *c)
{
	struct connection_link *link = link_in(list, c);

	if (link->previous)
		link_in(list, link->previous)->next = link->next;
	else
		list->first = link->next;
	if (link->next)
		link_in(list, link->next)->previous = link->previous;
	else
		list->last = link->previous;
	list->count--;
}

/* Has a packet of the connection carried data? */
static bool has_data(const struct connection *c)
{
	return c->flow.side[DIR_CLIENT].payload_bytes || c->flow.side[DIR_SERVER].payload_bytes;
}

static void leave_waiting(struct stream *s, struct connection *c)
{
	if (c->known.is_silent || c->known.is_settling)
		list_remove(c->known.is_silent ? &s->silent : &s->settling, c);
	c->known.is_silent = c->known.is_settling = false;
}

static void leave_blocked(struct stream *s, struct connection *c)
{
	if (c->known.is_blocked)
		list_remove(&s->blocked, c);
	c->known.is_blocked = false;
}

static void update_lists(struct stream *s, struct connection *c, tstamp now)
{
	if (order_holds(c) != c->known.is_blocked) {
		c->known.is_blocked = !c->known.is_blocked;
		if (c->known.is_blocked)
			list_append(&s->blocked, c);
		else
			list_remove(&s->blocked, c);
	}
	if (c->known.is_silent && (has_data(c) || connection_closed(c)))
		leave_waiting(s, c);
	if (!c->known.is_silent && !c->known.is_settling && connection_closed(c)) {
		c->closed_at = now;
		c->known.is_settling = true;
		list_append(&s->settling, c);
	}
}

/* Removes the connection from the table, under which a new one may begin between the same endpoints. */
static void remove_connection(struct stream *s, struct connection *c)
{
	struct connection **lately = lately_place(&s->lately, lately_key(&c->flow.client, &c->flow.server));

	if (*lately == c)
		*lately = NULL;
	map_remove(&s->connections, &c->known.node);
}

/* Delivers the rest of the connection and its end. */
static void close_connection(struct stream *s, struct connection *c, enum flow_end how, tstamp time)
{
	order_drain(c);
	leave_blocked(s, c);
	leave_waiting(s, c);
	s->counters.ended++;
	s->shared.sink.close(c->flow.attachment, how, time);
	remove_connection(s, c);
}

static void free_connection(struct stream *s, struct connection *c)
{
	connection_finish(c);
	account_free(s->config.account, c);
}

static void end(struct stream *s, struct connection *c, enum flow_end how, tstamp time)
{
	close_connection(s, c, how, time);
	free_connection(s, c);
}

static struct ended_list *list_of(struct stream *s, const struct ended *e)
{
	return e->number ? &s->evicted : &s->lingering;
}

static void forget(struct stream *s, struct ended *e)
{
	ended_remove(list_of(s, e), e);
	map_remove(&s->connections, &e->known.node);
	account_free(s->config.account, e);
}

/* Like end, but keeps a record: to recognize late packets, or those of an evicted connection. */
static void end_and_remember(struct stream *s, struct connection *c, enum flow_end how, tstamp now)
{
	uint64_t hash = c->known.node.hash;
	struct ended *e;

	order_drain(c);
	e = ended_create(c);
	close_connection(s, c, how, now);
	/* The sink may have given it another number, or found out that it does not want it. */
	if (e && how == FLOW_END_EVICTED && !c->flow.ignored)
		e->number = c->flow.number;
	free_connection(s, c);
	if (!e)
		return;
	map_insert(&s->connections, &e->known.node, hash);
	ended_append(list_of(s, e), e);
}

/* Ends a connection before its time. What carried data may go on: the record says what its next packet continues. */
static void evict(struct stream *s, struct connection *c, tstamp now)
{
	s->counters.evicted++;
	if (!has_data(c) || !s->evicted_most) {
		end(s, c, FLOW_END_EVICTED, now);
		return;
	}
	if (s->evicted.count >= s->evicted_most)
		forget(s, s->evicted.first);
	c->closed_at = now;
	end_and_remember(s, c, FLOW_END_EVICTED, now);
}

/*
 * Returns the open connection that was used least recently, or NULL. Moves records that are older out of the way, so that they are not passed
 * again; their own lists keep the order in which they expire.
 */
static struct connection *oldest_open(struct stream *s)
{
	for (size_t i = s->connections.count; i; i--) {
		struct map_node *node = s->connections.oldest;

		if (!((struct known *)node)->ended)
			return (struct connection *)node;
		map_touch(&s->connections, node);
	}
	return NULL;
}

/*
 * Must the oldest connection without data give way before those with data? It has had time for its handshake, or there are so many of them
 * that they are a flood. Otherwise it is rather one that has just begun.
 */
static bool silent_first(const struct stream *s, tstamp now)
{
	const struct connection *c = s->silent.first;

	return c && (now - c->flow.first.time >= HANDSHAKE_TIME ||
		     s->silent.count > s->connections.count / FLOOD_PART + 1);
}

bool stream_evict(struct stream *s, tstamp now)
{
	struct connection *c;

	if (s->lingering.first) {
		forget(s, s->lingering.first);
	} else if (s->settling.first) {
		end(s, s->settling.first, FLOW_END_CLOSED, now);
	} else if (silent_first(s, now)) {
		evict(s, s->silent.first, now);
	} else if ((c = oldest_open(s))) {
		evict(s, c, now);
	} else if (s->evicted.first) {
		forget(s, s->evicted.first);
	} else {
		return false;
	}
	return true;
}

static void make_room(struct stream *s, tstamp now)
{
	if (s->connections.count - s->evicted.count >= s->config.max_flows)
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

static struct connection *open_connection(struct stream *s, const struct segment *g, uint64_t hash,
					  uint64_t continues)
{
	struct connection *c;
	struct flow *flow;
	bool from_client;

	make_room(s, g->frame.time);
	c = account_take_zeroed(s->config.account, 1, sizeof *c);
	if (!c)
		return NULL;
	flow = &c->flow;
	from_client = source_is_client(s, g, &flow->roles_known);
	flow->client = from_client ? g->source : g->target;
	flow->server = from_client ? g->target : g->source;
	flow->number = ++s->counters.flows;
	flow->continues = continues;
	flow->opened = g->kind == SEGMENT_ICMP_ERROR || (g->flags & TCP_SYN) ? FLOW_UNANSWERED : FLOW_MIDSTREAM;
	flow->first = g->frame;
	flow->earliest = flow->latest = g->frame.time;
	flow_note_packet(flow, g);
	flow->rtt = -1;
	c->side[DIR_CLIENT].fin_offset = c->side[DIR_SERVER].fin_offset = UINT64_MAX;
	c->shared = &s->shared;
	map_insert(&s->connections, &c->known.node, hash);
	c->known.is_silent = true;
	list_append(&s->silent, c);
	flow->attachment = s->shared.sink.open(s->shared.sink.context, flow);
	return c;
}

/*
 * Returns whether |g| is a SYN that opens a new connection between the same endpoints: it has a new sequence
 * number, or it has the same one and |c| is over and had carried data.
 */
static bool opens_new(const struct connection *c, const struct segment *g)
{
	const struct flow_side *client = &c->flow.side[DIR_CLIENT], *server = &c->flow.side[DIR_SERVER];
	bool over;

	if (g->kind != SEGMENT_TCP || !(g->flags & TCP_SYN) || g->flags & TCP_RST)
		return false;
	over = connection_closed(c);
	/* If the client's packets are not captured, only the server's answer reveals a new SYN. */
	if (g->flags & TCP_ACK)
		return over && endpoint_equal(&g->source, &c->flow.server) && server->placed &&
		       server->first_seq != g->seq + 1;
	if (!endpoint_equal(&g->source, &c->flow.client))
		return over;
	if (!client->placed || client->first_seq != g->seq + 1)
		return true;
	return over && c->flow.side[DIR_SERVER].delivered > 0;
}

static void push_icmp(struct connection *c, const struct segment *g)
{
	enum direction d = endpoint_equal(&g->source, &c->flow.client) ? DIR_CLIENT : DIR_SERVER;
	struct flow_event event = { .kind = FLOW_EVENT_ICMP, .direction = d, .frame = g->frame, .segment = g };

	flow_note_packet(&c->flow, g);
	event.offset = c->side[d].bytes.next;
	c->shared->sink.event(c->flow.attachment, &event);
}

/* Opens a connection for the next packet of one that was evicted. */
static struct connection *resume(struct stream *s, struct ended *e, const struct segment *g, uint64_t hash)
{
	uint64_t number = e->number;

	forget(s, e);
	return open_connection(s, g, hash, number);
}

/* A map_same; |key| is a struct known_key. */
static bool same_endpoints(const struct map_node *node, const void *key)
{
	const struct known *known = (const struct known *)node;
	const struct flow *flow = &((const struct connection *)known)->flow;

	if (known->ended)
		return memcmp(&((const struct ended *)known)->key, key, sizeof(struct known_key)) == 0;
	return known_key_joins(key, &flow->client, &flow->server);
}

/* The connection was used: makes it the newest. */
static void touch(struct stream *s, struct connection *c, tstamp now)
{
	/*
	 * The order of use need not be more precise than this; moving a node touches its neighbours'
	 * cache lines.
	 */
	if (now - c->touched_at < TOUCH_INTERVAL && now >= c->touched_at)
		return;
	map_touch(&s->connections, &c->known.node);
	c->touched_at = now;
}

/* The slow path of find_or_open. */
static struct connection *look_up(struct stream *s, const struct segment *g)
{
	struct known_key key = known_key_of(&g->source, &g->target);
	uint64_t hash = map_hash(&s->connections, known_key_span(&key));
	struct known *known = (struct known *)map_find(&s->connections, hash, same_endpoints, &key);
	struct connection *c = (struct connection *)known;
	struct ended *e = (struct ended *)known;

	if (!known)
		return open_connection(s, g, hash, 0);
	if (known->ended && !ended_is_reopened(e, g)) {
		if (e->number)
			return resume(s, e, g, hash);
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
		touch(s, c, g->frame.time);
		return c;
	}
	return open_connection(s, g, hash, 0);
}

/* Returns which side of |c| sent |g| (enum direction), or -1 if |g| is not a segment between its endpoints. */
static int sender_of(const struct segment *g, const struct connection *c)
{
	if (endpoint_equal(&g->source, &c->flow.client) && endpoint_equal(&g->target, &c->flow.server))
		return DIR_CLIENT;
	if (endpoint_equal(&g->source, &c->flow.server) && endpoint_equal(&g->target, &c->flow.client))
		return DIR_SERVER;
	return -1;
}

/* Returns the connection of the segment, or NULL if it has ended or memory runs out. Sets |*sender|. */
static struct connection *find_or_open(struct stream *s, const struct segment *g, enum direction *sender)
{
	uint32_t key = lately_key(&g->source, &g->target);
	struct connection *c = *lately_place(&s->lately, key);
	int side = c ? sender_of(g, c) : -1;

	if (side >= 0 && !opens_new(c, g)) {
		*sender = (enum direction)side;
		touch(s, c, g->frame.time);
		return c;
	}
	c = look_up(s, g);
	if (c) {
		*sender = endpoint_equal(&g->source, &c->flow.client) ? DIR_CLIENT : DIR_SERVER;
		lately_grow(&s->lately, s->connections.count);
		*lately_place(&s->lately, key) = c;
	}
	return c;
}

static void expect_bytes(const struct connection *c)
{
	for (int i = 0; i < 2; i++)
		recent_expect(&c->side[i].recent, c->side[i].bytes.next);
}

uint32_t stream_key(const struct segment *g)
{
	return lately_key(&g->source, &g->target);
}

void stream_expect(const struct stream *s, uint32_t key, unsigned step)
{
	/* Perhaps not its connection: a wrong guess costs time only. */
	struct connection **lately = lately_place(&s->lately, key), *c;

	if (step == 0) {
		prefetch(lately, sizeof(*lately));
		return;
	}
	c = *lately;
	if (!c)
		return;
	if (step == 1) {
		prefetch(c, sizeof *c);
		return;
	}
	if (step == 2)
		expect_bytes(c);
	if (s->shared.sink.expect)
		s->shared.sink.expect(c->flow.attachment, step - 2);
}

void stream_push(struct stream *s, const struct segment *g)
{
	enum direction sender;
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
	c = find_or_open(s, g, &sender);
	if (!c)
		return;
	if (g->kind == SEGMENT_ICMP_ERROR) {
		push_icmp(c, g);
		return;
	}
	connection_push(c, g, sender, &s->limits);
	update_lists(s, c, g->frame.time);
	if (c->flow.ignored) {
		c->closed_at = g->frame.time;
		end_and_remember(s, c, FLOW_END_CLOSED, g->frame.time);
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
		end_and_remember(s, s->settling.first, FLOW_END_CLOSED, now);
	while (s->lingering.first && now - s->lingering.first->closed_at > s->config.linger)
		forget(s, s->lingering.first);
	while (s->evicted.first && now - s->evicted.first->closed_at > s->config.idle)
		forget(s, s->evicted.first);
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
	lately_finish(&s->lately);
	account_free(s->config.account, s);
}

size_t stream_open(const struct stream *s)
{
	return s->connections.count;
}

bool stream_is_crowded(const struct stream *s)
{
	return s->counters.flows - s->counters.ended >= CROWD;
}

struct stream_counters stream_counters(const struct stream *s)
{
	return s->counters;
}
