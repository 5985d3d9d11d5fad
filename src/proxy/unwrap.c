/* SPDX-License-Identifier: BSD-2-Clause */
#include "unwrap.h"

#include "backlog.h"
#include "buf.h"
#include "http_connect.h"
#include "proxy_header.h"
#include "recognize.h"
#include "socks.h"

#include <stdlib.h>

enum {
	HEAD_KEPT = 16 * 1024,		/* first bytes of one side that are looked at */
	BACKLOG_KEPT = 64 * 1024,	/* of one flow, while it is looked at */
	WAITING_KEPT = 4 * 1024 * 1024, /* of all flows that wait for those before them */
};

/* A session waits so long for its number if connections before it may be sessions yet. */
static const tstamp NUMBER_WAITS = 5 * TSTAMP_SECOND;

enum state {
	LOOKING, /* its first bytes do not tell yet */
	WAITING, /* a session; those before it are not told yet */
	PASSING, /* handed on as it comes */
	IGNORED,
};

/* What is kept of a flow until its first bytes tell. */
struct lookout {
	struct buf head[2]; /* first bytes; by enum direction as the stream has it */
	bool lost[2];	    /* bytes behind them were not captured */
	bool greeted; /* behind a loss, where the talk to the proxy cannot be read to its end, a greeting was seen */
	struct chunk greeting; /* where; its bytes are gone */
	struct tunnel tunnel;
};

/* One flow. */
struct wrapped {
	struct unwrap *unwrap;
	struct wrapped *earlier, *later; /* in the list of those without a number yet */
	bool listed;
	enum state state;
	struct flow *flow;   /* the stream's */
	struct flow *mirror; /* a copy with client and server changed over; NULL: they are right */
	bool by_content;     /* a session only if its bytes say so */
	void *session;
	bool opened;
	bool inside;		 /* what was said to the proxy is known */
	bool refused;		 /* by the proxy */
	uint64_t wrapping[2];	 /* bytes ahead of the dialogue; by enum direction as the stream has it */
	struct lookout *lookout; /* NULL: no bytes have come yet, or they have told */
	struct backlog backlog;
};

struct unwrap {
	struct unwrap_config config;
	struct unwrap_target target;
	bool mail_port[65536];
	struct wrapped *first, *last; /* flows without a number yet, in order of their first packets */
	size_t waiting_bytes;
	uint64_t numbers;
};

struct unwrap *unwrap_create(const struct unwrap_config *config, const struct unwrap_target *target)
{
	struct unwrap *u = calloc(1, sizeof *u);

	if (!u)
		return NULL;
	u->config = *config;
	u->target = *target;
	for (size_t i = 0; i < config->port_count; i++)
		u->mail_port[config->ports[i]] = true;
	return u;
}

void unwrap_destroy(struct unwrap *u)
{
	free(u);
}

static void list_append(struct wrapped *w)
{
	struct unwrap *u = w->unwrap;

	w->listed = true;
	w->earlier = u->last;
	if (u->last)
		u->last->later = w;
	else
		u->first = w;
	u->last = w;
}

static void list_remove(struct wrapped *w)
{
	struct unwrap *u = w->unwrap;

	if (!w->listed)
		return;
	w->listed = false;
	*(w->earlier ? &w->earlier->later : &u->first) = w->later;
	*(w->later ? &w->later->earlier : &u->last) = w->earlier;
	w->earlier = w->later = NULL;
}

/* Brings the mirrored copy of the flow's facts up to date. */
static void reflect(struct wrapped *w)
{
	static const enum flow_closed closed[] = { [FLOW_OPEN] = FLOW_OPEN,
						   [FLOW_CLIENT_FIN] = FLOW_SERVER_FIN,
						   [FLOW_SERVER_FIN] = FLOW_CLIENT_FIN,
						   [FLOW_CLIENT_RST] = FLOW_SERVER_RST,
						   [FLOW_SERVER_RST] = FLOW_CLIENT_RST };
	struct flow *m = w->mirror;

	if (!m)
		return;
	*m = *w->flow;
	m->client = w->flow->server;
	m->server = w->flow->client;
	m->side[DIR_CLIENT] = w->flow->side[DIR_SERVER];
	m->side[DIR_SERVER] = w->flow->side[DIR_CLIENT];
	m->closed = closed[w->flow->closed];
}

static enum direction turned(const struct wrapped *w, enum direction d)
{
	return w->mirror ? direction_other(d) : d;
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static void pass_chunk(struct wrapped *w, const struct chunk *chunk)
{
	struct chunk inner = *chunk;
	uint64_t wrapper = w->wrapping[inner.direction], before = less(wrapper, inner.offset);

	if (before >= inner.length && before)
		return;
	inner.peer_acked = less(inner.peer_acked, w->wrapping[direction_other(inner.direction)]);
	inner.offset = less(inner.offset, wrapper);
	inner.length -= before;
	if (inner.bytes)
		inner.bytes += before;
	inner.direction = turned(w, inner.direction);
	w->unwrap->target.sink.chunk(w->session, &inner);
}

static void pass_event(struct wrapped *w, const struct flow_event *event)
{
	struct flow_event inner = *event;

	inner.offset = less(inner.offset, w->wrapping[inner.direction]);
	inner.direction = turned(w, inner.direction);
	w->unwrap->target.sink.event(w->session, &inner);
}

static void open_session(struct wrapped *w)
{
	struct unwrap *u = w->unwrap;

	if (w->opened)
		return;
	w->opened = true;
	if (u->config.any_port)
		w->flow->number = ++u->numbers;
	reflect(w);
	w->session = u->target.sink.open(u->target.sink.context, w->mirror ? w->mirror : w->flow);
}

/* Counts what |w| holds while it waits. */
static void count_waiting(struct wrapped *w, size_t before)
{
	if (w->state == WAITING)
		w->unwrap->waiting_bytes += w->backlog.bytes - before;
}

static void end_lookout(struct wrapped *w)
{
	if (!w->lookout)
		return;
	buf_finish(&w->lookout->head[DIR_CLIENT]);
	buf_finish(&w->lookout->head[DIR_SERVER]);
	free(w->lookout);
	w->lookout = NULL;
}

static void tell_proxied(const struct wrapped *w)
{
	const struct tunnel *tunnel = &w->lookout->tunnel;
	struct proxied_facts facts = { .via = tunnel->via, .target = tunnel->target[0] ? tunnel->target : NULL };

	w->unwrap->target.proxied(w->session, &facts, w->refused);
}

/* The session begins, or goes on: what waited is handed on. */
static void release(struct wrapped *w)
{
	struct backlog_entry *entry;

	if (w->state == WAITING)
		w->unwrap->waiting_bytes -= w->backlog.bytes;
	w->state = PASSING;
	list_remove(w);
	open_session(w);
	if (w->lookout && (w->inside || w->refused))
		tell_proxied(w);
	while ((entry = backlog_take(&w->backlog))) {
		if (entry->is_event)
			pass_event(w, &entry->event);
		else if (!w->refused)
			pass_chunk(w, &entry->chunk);
		free(entry);
	}
	end_lookout(w);
}

static void ignore(struct wrapped *w)
{
	w->state = IGNORED;
	w->flow->ignored = true;
	list_remove(w);
	backlog_clear(&w->backlog);
	end_lookout(w);
}

/* Sessions whose turn it is get their numbers; whoever does not make up its mind loses its turn. */
static void take_turns(struct unwrap *u, tstamp now)
{
	struct wrapped *w;

	while ((w = u->first)) {
		if (w->state == WAITING) {
			release(w);
		} else if (!w->by_content && w->flow->roles_known) {
			list_remove(w);
			open_session(w);
		} else if (now - w->flow->first.time > NUMBER_WAITS || u->waiting_bytes > WAITING_KEPT) {
			list_remove(w);
		} else {
			break;
		}
	}
}

/* It is a session. */
static void accept(struct wrapped *w)
{
	if (!w->listed || !w->unwrap->config.any_port) {
		release(w);
		return;
	}
	w->state = WAITING;
	w->unwrap->waiting_bytes += w->backlog.bytes;
}

static struct span behind(const struct wrapped *w, enum direction d)
{
	return span_from(buf_span(&w->lookout->head[d]), (size_t)w->wrapping[d]);
}

static enum recognized recognize_inside(const struct wrapped *w, bool ended)
{
	struct first_bytes first = { .side = { behind(w, DIR_CLIENT), behind(w, DIR_SERVER) },
				     .lost = { w->lookout->lost[DIR_CLIENT], w->lookout->lost[DIR_SERVER] },
				     .from_start = w->flow->opened != FLOW_MIDSTREAM || w->inside,
				     .roles_known = w->flow->roles_known || w->inside,
				     .ended = ended };
	struct span client = first.side[DIR_CLIENT];
	struct proxy_header header;

	/* What stands behind a PROXY header tells, not the header. */
	switch (client.length ? proxy_header_read(client, &header) : PROXY_HEADER_NONE) {
	case PROXY_HEADER_NONE:
		break;
	case PROXY_HEADER_BEGUN:
		return ended ? RECOGNIZED_OTHER : RECOGNIZED_NOTHING_YET;
	case PROXY_HEADER_WHOLE:
		first.side[DIR_CLIENT] = span_from(client, (size_t)header.length);
		break;
	}
	return recognize(w->unwrap->config.patterns, &first);
}

/* Not a wrapped dialogue, or what is inside of the wrapper is known: is it SMTP, and who is who? */
static void look_inside(struct wrapped *w, bool ended)
{
	enum recognized found;

	if (!w->by_content && (w->flow->roles_known || w->inside)) {
		accept(w);
		return;
	}
	found = recognize_inside(w, ended);
	if (found == RECOGNIZED_NOTHING_YET)
		return;
	if (found == RECOGNIZED_OTHER && w->by_content) {
		ignore(w);
		return;
	}
	if (found == RECOGNIZED_SWAPPED)
		w->mirror = calloc(1, sizeof *w->mirror);
	accept(w);
}

static enum tunnel_verdict read_tunnel(struct wrapped *w)
{
	struct tunnel_talk talk = { .client = buf_span(&w->lookout->head[DIR_CLIENT]),
				    .server = buf_span(&w->lookout->head[DIR_SERVER]) };
	enum tunnel_verdict verdict;

	/* Bytes of a side that never came; those lost behind some that did leave the reader waiting. */
	talk.client_lost = w->lookout->lost[DIR_CLIENT] && talk.client.length == 0;
	talk.server_lost = w->lookout->lost[DIR_SERVER] && talk.server.length == 0;
	verdict = http_connect_read(&talk, &w->lookout->tunnel);
	/* Two bytes are no proof where the capture began in the midst of something. */
	if (verdict == TUNNEL_NONE && w->flow->opened != FLOW_MIDSTREAM)
		verdict = socks_read(&talk, &w->lookout->tunnel);
	return verdict;
}

static void step_inside(struct wrapped *w, bool inside)
{
	w->inside = inside;
	w->wrapping[DIR_CLIENT] = inside ? w->lookout->tunnel.client_length : 0;
	w->wrapping[DIR_SERVER] = inside ? w->lookout->tunnel.server_length : 0;
}

/*
 * Packets of the talk to the proxy were lost. The greeting shows where it ended: what its sender had got before is the proxy's
 * matter too.
 */
static bool mend(struct wrapped *w, enum tunnel_verdict verdict)
{
	struct lookout *l = w->lookout;

	if (!l->greeted || (verdict != TUNNEL_BEGUN && verdict != TUNNEL_OPEN))
		return false;
	if (verdict == TUNNEL_BEGUN || l->head[DIR_CLIENT].length == 0) {
		if (!l->greeting.acked_known)
			return false;
		l->tunnel.client_length = l->greeting.peer_acked;
	}
	l->tunnel.server_length = l->greeting.offset;
	step_inside(w, true);
	return true;
}

/*
 * What was said to the proxy is known, and what follows is the dialogue. Where only one side was seen, what follows has to bear
 * that out. False: that is not to be told yet.
 */
static bool enter(struct wrapped *w, bool ended)
{
	enum recognized found;

	step_inside(w, true);
	if (!w->lookout->lost[DIR_CLIENT] && !w->lookout->lost[DIR_SERVER])
		return true;
	found = recognize_inside(w, ended);
	if (found != RECOGNIZED_SMTP)
		step_inside(w, false);
	return found != RECOGNIZED_NOTHING_YET;
}

static bool too_much(const struct wrapped *w)
{
	return w->lookout->head[DIR_CLIENT].length >= HEAD_KEPT ||
	       w->lookout->head[DIR_SERVER].length >= HEAD_KEPT || w->backlog.bytes > BACKLOG_KEPT;
}

static void look(struct wrapped *w, bool ended)
{
	enum tunnel_verdict verdict = w->inside ? TUNNEL_NONE : read_tunnel(w);

	ended = ended || too_much(w);
	w->refused = w->refused || verdict == TUNNEL_REFUSED;
	if (mend(w, verdict))
		verdict = TUNNEL_NONE;
	else if (verdict == TUNNEL_OPEN && !enter(w, ended))
		return;
	if ((verdict == TUNNEL_BEGUN || verdict == TUNNEL_REFUSED) && !ended)
		return;
	w->refused = w->refused && !w->inside;
	if (!w->refused)
		look_inside(w, ended);
	if (w->state != LOOKING || (!ended && !w->refused))
		return;
	/* The content had no last word. */
	if (w->by_content)
		ignore(w);
	else
		accept(w);
}

/* No more can be waited for. */
static void decide(struct wrapped *w)
{
	if (w->lookout)
		look(w, true);
	else if (w->by_content)
		ignore(w);
	else
		accept(w);
}

static bool is_mail_port(const struct unwrap *u, const struct flow *flow)
{
	return !u->config.port_count || !u->config.any_port || u->mail_port[flow->client.port] ||
	       u->mail_port[flow->server.port];
}

static void *on_open(void *context, struct flow *flow)
{
	struct unwrap *u = context;
	struct wrapped *w = calloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->unwrap = u;
	w->flow = flow;
	w->by_content = !is_mail_port(u, flow);
	if (u->config.any_port)
		list_append(w);
	if (!w->by_content && flow->roles_known && (!w->listed || u->first == w)) {
		list_remove(w);
		open_session(w);
	}
	return w;
}

static void find_greeting(struct lookout *l, const struct chunk *chunk)
{
	const uint8_t *at = l->greeted ? NULL : memmem(chunk->bytes, (size_t)chunk->length, "220", 3);
	size_t before = at ? (size_t)(at - chunk->bytes) : 0;
	uint8_t next = 0;

	if (!at || !span_get_u8(span_of(chunk->bytes, (size_t)chunk->length), before + 3, &next) ||
	    (next != ' ' && next != '-'))
		return;
	l->greeted = true;
	l->greeting = *chunk;
	l->greeting.offset += before;
	l->greeting.bytes = NULL;
}

static bool keep_head(struct wrapped *w, const struct chunk *chunk)
{
	struct lookout *l = w->lookout;

	if (!l) {
		w->lookout = l = calloc(1, sizeof *l);
		if (!l)
			return false;
		buf_init(&l->head[DIR_CLIENT], HEAD_KEPT);
		buf_init(&l->head[DIR_SERVER], HEAD_KEPT);
	}
	if (chunk->gap)
		l->lost[chunk->direction] = true;
	else if (!l->lost[chunk->direction])
		buf_append(&l->head[chunk->direction], span_of(chunk->bytes, (size_t)chunk->length));
	if (!chunk->gap && chunk->direction == DIR_SERVER && (l->lost[DIR_CLIENT] || l->lost[DIR_SERVER]))
		find_greeting(l, chunk);
	return true;
}

static void on_chunk(void *wrapped, const struct chunk *chunk)
{
	struct wrapped *w = wrapped;
	size_t held;

	if (!w || w->state == IGNORED)
		return;
	if (w->state == PASSING) {
		reflect(w);
		if (!w->refused)
			pass_chunk(w, chunk);
		return;
	}
	held = w->backlog.bytes;
	if (!backlog_add_chunk(&w->backlog, chunk))
		return;
	count_waiting(w, held);
	if (w->state == LOOKING && keep_head(w, chunk))
		look(w, false);
	take_turns(w->unwrap, chunk->frame.time);
}

static void on_event(void *wrapped, const struct flow_event *event)
{
	struct wrapped *w = wrapped;
	size_t held;

	if (!w || w->state == IGNORED)
		return;
	/* Before its first bytes a session's events need not wait. */
	if (w->state == PASSING || (w->state == LOOKING && w->opened && !w->backlog.first)) {
		reflect(w);
		pass_event(w, event);
		return;
	}
	held = w->backlog.bytes;
	backlog_add_event(&w->backlog, event);
	count_waiting(w, held);
	if (w->state == LOOKING && w->backlog.bytes > BACKLOG_KEPT)
		decide(w);
	take_turns(w->unwrap, event->frame.time);
}

static void on_close(void *wrapped, enum flow_end end, tstamp time)
{
	struct wrapped *w = wrapped;

	if (!w)
		return;
	if (w->state == LOOKING)
		decide(w);
	/* Its turn or not: it cannot wait any more. */
	if (w->state == WAITING)
		release(w);
	if (w->opened) {
		reflect(w);
		w->unwrap->target.sink.close(w->session, end, time);
	}
	list_remove(w);
	backlog_clear(&w->backlog);
	end_lookout(w);
	take_turns(w->unwrap, time);
	free(w->mirror);
	free(w);
}

struct stream_sink unwrap_stream_sink(struct unwrap *u)
{
	return (struct stream_sink){
		.context = u, .open = on_open, .chunk = on_chunk, .event = on_event, .close = on_close
	};
}
