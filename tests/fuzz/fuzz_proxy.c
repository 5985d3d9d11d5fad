/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzzes the proxy stage behind the stream stage with any segments (segments.h), after a byte of settings: bit 0 any port, bit 1
 * port 25 is not a mail port, bits 2-3 small limits of the stream. Checks the contracts of proxy.h and flow_view.h: each session is
 * opened and closed once and numbered in order, offsets have no holes and agree with the view, nothing of a refused connection is
 * passed on, and all that a session gets are the bytes of its connection behind those of the proxy, from both sides, to the end.
 */
#include "proxy.h"
#include "segments.h"
#include "stream.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A chunk that the stream has delivered. */
struct piece {
	struct piece *next;
	uint64_t offset, length;
	bool gap;
	uint8_t bytes[];
};

struct session;

/* A connection, between the stream and the proxy stage. */
struct outer {
	struct outer *next;
	struct world *world;
	struct flow *flow;
	void *carrier; /* what the proxy stage returned */
	struct piece *pieces[2];
	uint64_t delivered[2];
	struct session *session; /* of the same connection; NULL: none (so far) */
};

/* What the proxy stage has made of it. */
struct session {
	struct session *next;
	struct world *world;
	struct outer *outer;
	const struct flow *view;
	bool turned, refused, closed, proxied;
	uint64_t ahead[2]; /* by the connection's directions */
	uint64_t delivered[2], missing[2];
};

struct world {
	struct stream_sink proxy; /* the proxy stage */
	struct outer *outers;
	struct session *sessions;
	uint64_t opened;
	bool any_port;
};

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void *make(size_t size)
{
	void *made = calloc(1, size);

	if (!made)
		exit(1);
	return made;
}

/* ---- between the stream and the proxy stage: what the connection carried ---- */

static void *outer_open(void *context, struct flow *flow)
{
	struct world *w = context;
	struct outer *o = make(sizeof *o);

	o->world = w;
	o->flow = flow;
	o->next = w->outers;
	w->outers = o;
	o->carrier = w->proxy.open(w->proxy.context, flow);
	return o;
}

static void outer_chunk(void *outer, const struct chunk *chunk)
{
	struct outer *o = outer;
	struct piece *piece = make(sizeof *piece + (chunk->gap ? 0 : (size_t)chunk->length));

	piece->offset = chunk->offset;
	piece->length = chunk->length;
	piece->gap = chunk->gap;
	if (!chunk->gap)
		memcpy(piece->bytes, chunk->bytes, (size_t)chunk->length);
	piece->next = o->pieces[chunk->direction];
	o->pieces[chunk->direction] = piece;
	o->delivered[chunk->direction] += chunk->length;
	o->world->proxy.chunk(o->carrier, chunk);
}

static void outer_event(void *outer, const struct flow_event *event)
{
	struct outer *o = outer;

	o->world->proxy.event(o->carrier, event);
}

static void outer_close(void *outer, enum flow_end end, tstamp time)
{
	struct outer *o = outer;

	o->world->proxy.close(o->carrier, end, time);
	require(!o->session || o->session->closed);
	o->flow = NULL;
}

/* ---- behind the proxy stage ---- */

static bool same_endpoints(const struct flow *view, const struct flow *flow)
{
	return endpoint_equal(&view->client, &flow->client) && endpoint_equal(&view->server, &flow->server);
}

/* The connection that |view| shows: the newest with its endpoints and first packet, whose flow still exists. */
static struct outer *outer_of(struct world *w, const struct flow *view)
{
	for (struct outer *o = w->outers; o; o = o->next)
		if (o->flow && !o->session && o->flow->first.number == view->first.number &&
		    (same_endpoints(view, o->flow) || (endpoint_equal(&view->client, &o->flow->server) &&
						       endpoint_equal(&view->server, &o->flow->client))))
			return o;
	return NULL;
}

static void *on_open(void *context, const struct flow *view)
{
	struct world *w = context;
	struct session *s = make(sizeof *s);

	s->world = w;
	s->outer = outer_of(w, view);
	require(s->outer != NULL);
	s->outer->session = s;
	s->view = view;
	s->next = w->sessions;
	w->sessions = s;
	w->opened++;
	require(!w->any_port || view->number == w->opened);
	return s;
}

static void on_view(void *session, const struct flow *view)
{
	struct session *s = session;

	require(!s->closed && view != NULL);
	s->view = view;
}

static void on_proxied(void *session, const struct proxied_facts *facts, bool refused)
{
	struct session *s = session;

	require(!s->closed && !s->proxied && s->delivered[0] == 0 && s->delivered[1] == 0);
	s->proxied = true;
	s->refused = refused;
	require(facts->via != NULL && facts->secret_count <= PROXIED_SECRETS);
	require(facts->target == NULL || facts->target[0]);
	s->ahead[DIR_CLIENT] = facts->client_ahead;
	s->ahead[DIR_SERVER] = facts->server_ahead;
	for (size_t i = 0; i < facts->secret_count; i++)
		require(facts->secrets[i].length > 0 &&
			(refused || facts->secrets[i].at + facts->secrets[i].length <= facts->client_ahead));
}

/* Compares a chunk with the end of the connection's chunk from which it comes. */
static void check_bytes(const struct session *s, const struct chunk *c, enum direction outer)
{
	uint64_t end = c->offset + s->ahead[outer] + c->length;
	const struct piece *piece = s->outer->pieces[outer];

	while (piece && piece->offset + piece->length != end)
		piece = piece->next;
	require(piece != NULL);
	if (!piece)
		return;
	require(piece->length >= c->length && piece->gap == c->gap);
	/* Only the first one may be cut. */
	require(piece->length == c->length || c->offset == 0);
	require(c->gap || memcmp(piece->bytes + (piece->length - c->length), c->bytes, (size_t)c->length) == 0);
}

static void on_chunk(void *session, const struct chunk *c)
{
	struct session *s = session;
	enum direction other = direction_other(c->direction);

	s->turned = !same_endpoints(s->view, s->outer->flow);
	require(!s->closed && !s->refused && c->length > 0 && c->gap == (c->bytes == NULL));
	require(c->offset == s->delivered[c->direction]);
	s->delivered[c->direction] += c->length;
	s->missing[c->direction] += c->gap ? c->length : 0;
	require(s->view->side[c->direction].delivered == s->delivered[c->direction]);
	require(s->view->side[c->direction].missing == s->missing[c->direction]);
	require(s->view->side[other].delivered == s->delivered[other]);
	require(!c->acked_known || c->peer_acked <= s->delivered[other]);
	require(c->frame.number > 0 && c->sent.number > 0 && c->sent.number <= c->frame.number);
	check_bytes(s, c, s->turned ? other : c->direction);
}

static void on_event(void *session, const struct flow_event *e)
{
	struct session *s = session;
	const struct flow_side *side = &s->view->side[e->direction];

	require(!s->closed && (e->direction == DIR_CLIENT || e->direction == DIR_SERVER));
	if (e->kind == FLOW_EVENT_FIN)
		require(side->fin && s->view->closed != FLOW_OPEN);
	if (e->kind == FLOW_EVENT_FIN && !s->refused)
		require(e->offset == s->delivered[e->direction]);
	if (e->kind == FLOW_EVENT_RST)
		require(side->rst && s->view->closed != FLOW_OPEN);
	if (e->kind == FLOW_EVENT_CONFLICT || e->kind == FLOW_EVENT_RETRANSMIT)
		require(e->length > 0);
}

static void on_close(void *session, enum flow_end end, tstamp time)
{
	struct session *s = session;

	(void)time;
	require(!s->closed && end <= FLOW_END_INPUT);
	s->closed = true;
	/* All that came behind the proxy's exchange was passed on. */
	for (int d = DIR_CLIENT; d <= DIR_SERVER && !s->refused && !s->outer->flow->ignored; d++) {
		uint64_t all = s->outer->delivered[d], ahead = s->ahead[d];
		int inner = s->turned ? !d : d;

		require(s->delivered[inner] == (all > ahead ? all - ahead : 0));
		require(s->view->side[inner].delivered == s->delivered[inner]);
	}
	s->view = NULL;
}

static void forget(struct world *w)
{
	while (w->sessions) {
		struct session *s = w->sessions;

		require(s->closed);
		w->sessions = s->next;
		free(s);
	}
	while (w->outers) {
		struct outer *o = w->outers;

		for (int d = DIR_CLIENT; d <= DIR_SERVER; d++)
			while (o->pieces[d]) {
				struct piece *piece = o->pieces[d];

				o->pieces[d] = piece->next;
				free(piece);
			}
		w->outers = o->next;
		free(o);
	}
}

/* The proxy stage of these settings. Created once for each, because that compiles the patterns. */
static struct proxy *proxy_of(unsigned settings, struct world *world)
{
	static const uint16_t ports[] = { 25, 587 };
	static struct proxy *made[4];
	struct proxy_sink sink = { .context = world,
				   .open = on_open,
				   .view = on_view,
				   .proxied = on_proxied,
				   .chunk = on_chunk,
				   .event = on_event,
				   .close = on_close };
	struct proxy_config config = { .ports = ports + (settings & 2 ? 1 : 0),
				       .port_count = 1,
				       .any_port = settings & 1 };

	if (!made[settings & 3])
		made[settings & 3] = proxy_create(&config, &sink);
	return made[settings & 3];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t ports[] = { 25, 587 };
	static struct world world;
	static uint64_t numbered[4]; /* sessions of each stage so far: the numbers go on */
	struct stream_config config = { .ports = ports, .port_count = 2, .secret = { 1, 2 } };
	struct stream_sink sink = { .context = &world,
				    .open = outer_open,
				    .chunk = outer_chunk,
				    .event = outer_event,
				    .close = outer_close };
	struct segments segments;
	struct segment g;
	struct stream *stream;
	struct proxy *proxy;
	unsigned settings = size ? data[0] & 3 : 0;

	if (size == 0)
		return 0;
	config.any_port = settings & 1;
	config.max_flows = data[0] & 4 ? 2 : 0;
	config.max_held = data[0] & 8 ? 300 : 0;
	proxy = proxy_of(settings, &world);
	stream = proxy ? stream_create(&config, &sink) : NULL;
	if (!stream)
		return 0;
	world = (struct world){ .proxy = proxy_stream_sink(proxy),
				.opened = numbered[settings],
				.any_port = settings & 1 };
	segments = segments_of(data + 1, size - 1);
	while (segments_next(&segments, &g))
		stream_push(stream, &g);
	stream_finish(stream);
	numbered[settings] = world.opened;
	forget(&world);
	stream_destroy(stream);
	return 0;
}
