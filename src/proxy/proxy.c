/* SPDX-License-Identifier: BSD-2-Clause */
#include "proxy.h"

#include "backlog.h"
#include "flow_view.h"
#include "lookout.h"
#include "prefetch.h"

#include <assert.h>

enum {
	BACKLOG_KEPT = 128 * 1024, /* memory of what one connection holds back until its first bytes decide */
	WAITING_KEPT = 4 * 1024 * 1024, /* memory of all sessions that wait for their number */
};

/* How long a session waits for its number if earlier connections may still become sessions. */
static const tstamp NUMBER_WAITS = 5 * TSTAMP_SECOND;

enum state {
	LOOKING, /* the first bytes do not decide yet */
	WAITING, /* a session; earlier connections are undecided */
	PASSING, /* chunks are passed on as they come */
	IGNORED,
};

/* What a connection needs until its first bytes have decided and it has its number. */
struct undecided {
	struct carrier *earlier, *later; /* in the list of those without a number */
	struct lookout *lookout;	 /* NULL: no bytes have come yet */
	struct backlog backlog;
};

/* One connection, which may carry a dialogue. */
struct carrier {
	struct proxy *proxy;
	struct flow_view view; /* of the stream's flow */
	void *session;
	struct undecided *undecided; /* owned; NULL: nothing is held back, and it is in no list */
	enum state state;
	bool listed : 1;
	bool by_content : 1; /* a session only if its bytes are SMTP */
	bool opened : 1;
	bool refused : 1; /* by a proxy: its bytes are not a dialogue */
};

struct proxy {
	struct proxy_sink sink;
	struct account *account;
	struct patterns *patterns;
	bool any_port;
	bool all_ports; /* every port is a mail port */
	bool mail_port[65536];
	struct carrier *first, *last; /* connections without a number, in order of their first packets */
	size_t waiting_bytes;
	uint64_t numbers;
};

struct proxy *proxy_create(const struct proxy_config *config, const struct proxy_sink *sink)
{
	struct proxy *p = account_take_zeroed(config->account, 1, sizeof *p);

	if (!p)
		return NULL;
	p->sink = *sink;
	p->account = config->account;
	p->any_port = config->any_port;
	p->all_ports = !config->port_count || !config->any_port;
	for (size_t i = 0; i < config->port_count; i++)
		p->mail_port[config->ports[i]] = true;
	p->patterns = patterns_create();
	if (!p->patterns) {
		proxy_destroy(p);
		return NULL;
	}
	return p;
}

bool proxy_prepare(struct proxy *p)
{
	return patterns_prepare(p->patterns);
}

void proxy_destroy(struct proxy *p)
{
	if (!p)
		return;
	patterns_destroy(p->patterns);
	account_free(p->account, p);
}

/* Returns what |c| needs while it is undecided, or NULL if memory runs out. */
static struct undecided *undecided_of(struct carrier *c)
{
	if (!c->undecided)
		c->undecided = account_take_zeroed(c->proxy->account, 1, sizeof *c->undecided);
	return c->undecided;
}

static struct lookout *lookout_of(const struct carrier *c)
{
	return c->undecided ? c->undecided->lookout : NULL;
}

/* Returns how much memory |c| holds back, about. */
static size_t held_back(const struct carrier *c)
{
	return c->undecided ? c->undecided->backlog.bytes : 0;
}

/* If memory runs out, the connection gets its number out of order. */
static void list_append(struct carrier *c)
{
	struct proxy *p = c->proxy;

	if (!undecided_of(c))
		return;
	c->listed = true;
	c->undecided->earlier = p->last;
	if (p->last)
		p->last->undecided->later = c;
	else
		p->first = c;
	p->last = c;
}

static void list_remove(struct carrier *c)
{
	struct undecided *u = c->undecided;
	struct proxy *p = c->proxy;

	if (!c->listed)
		return;
	c->listed = false;
	*(u->earlier ? &u->earlier->undecided->later : &p->first) = u->later;
	*(u->later ? &u->later->undecided->earlier : &p->last) = u->earlier;
	u->earlier = u->later = NULL;
}

/* Nothing of |c| waits any longer. */
static void end_undecided(struct carrier *c)
{
	struct account *account = c->proxy->account;

	list_remove(c);
	if (!c->undecided)
		return;
	backlog_clear(&c->undecided->backlog, account);
	lookout_destroy(c->undecided->lookout);
	account_free(account, c->undecided);
	c->undecided = NULL;
}

static void ignore(struct carrier *c)
{
	c->state = IGNORED;
	c->view.outer->ignored = true;
	end_undecided(c);
}

/* Shows the flow as it was |then| (NULL: as it is) to the session. False if memory is short; the session gets no more then. */
static bool show(struct carrier *c, const struct flow_moment *then)
{
	const struct flow *shown = c->view.flow;

	if (!flow_view_show(&c->view, then, c->proxy->account)) {
		c->state = IGNORED;
		c->view.outer->ignored = true;
		return false;
	}
	if (c->opened && c->view.flow != shown)
		c->proxy->sink.view(c->session, c->view.flow);
	return true;
}

/* Shows the flow as it was |then| (NULL: as it is), and passes on what |chunk| has of the dialogue. */
static void pass_chunk(struct carrier *c, const struct chunk *chunk, const struct flow_moment *then)
{
	struct chunk inner;

	if (!then && !c->refused && flow_view_is_plain(&c->view)) {
		if (c->view.flow == c->view.outer || show(c, NULL))
			c->proxy->sink.chunk(c->session, chunk);
		return;
	}
	/* In this order, because a gap that begins ahead of the dialogue counts only in part in the view. */
	if (c->refused || !flow_view_chunk(&c->view, chunk, &inner) || !show(c, then))
		return;
	assert(inner.length > 0 && inner.offset + inner.length == c->view.flow->side[inner.direction].delivered);
	c->proxy->sink.chunk(c->session, &inner);
}

static void pass_event(struct carrier *c, const struct flow_event *event, const struct flow_moment *then)
{
	struct flow_event inner;

	if (show(c, then) && flow_view_event(&c->view, event, &inner))
		c->proxy->sink.event(c->session, &inner);
}

static bool open_session(struct carrier *c)
{
	const struct backlog_entry *first = c->undecided ? backlog_first(&c->undecided->backlog) : NULL;
	struct proxy *p = c->proxy;

	if (c->opened)
		return true;
	if (p->any_port)
		c->view.outer->number = ++p->numbers;
	if (!show(c, first ? &first->moment : NULL))
		return false;
	c->session = p->sink.open(p->sink.context, c->view.flow);
	c->opened = true;
	return true;
}

/* Counts what |c| has come to hold since it held |before| bytes. */
static void count_waiting(struct carrier *c, size_t before)
{
	if (c->state == WAITING)
		c->proxy->waiting_bytes += held_back(c) - before;
}

static void report_proxy(const struct carrier *c)
{
	const struct lookout *lookout = lookout_of(c);
	const struct tunnel *tunnel = &lookout->tunnel;
	struct proxied_facts facts = { .via = tunnel->via, .target = tunnel->target[0] ? tunnel->target : NULL };

	facts.client_ahead = lookout->ahead[DIR_CLIENT];
	facts.server_ahead = lookout->ahead[DIR_SERVER];
	facts.secret_count = tunnel->secret_count;
	memcpy(facts.secrets, tunnel->secrets, sizeof facts.secrets);
	facts.address_count = tunnel->address_count;
	memcpy(facts.addresses, tunnel->addresses, sizeof facts.addresses);
	c->proxy->sink.proxied(c->session, &facts, c->refused);
}

/* The session begins or goes on: passes on what was held back, each with the flow as it was then. */
static void release(struct carrier *c)
{
	struct backlog_entry *entry;

	if (c->state == WAITING)
		c->proxy->waiting_bytes -= held_back(c);
	c->state = PASSING;
	list_remove(c);
	if (open_session(c) && lookout_of(c) && (lookout_of(c)->inside || c->refused))
		report_proxy(c);
	while (c->state == PASSING && c->undecided && (entry = backlog_take(&c->undecided->backlog))) {
		if (entry->is_event)
			pass_event(c, &entry->event, &entry->moment);
		else
			pass_chunk(c, &entry->chunk, &entry->moment);
		account_free(c->proxy->account, entry);
	}
	end_undecided(c);
}

/* Numbers the sessions whose turn has come. Connections that stay undecided too long are skipped. */
static void take_turns(struct proxy *p, tstamp now)
{
	struct carrier *c;

	while ((c = p->first)) {
		if (c->state == WAITING) {
			release(c);
		} else if (!c->by_content && c->view.outer->roles_known) {
			list_remove(c);
			open_session(c);
		} else if (now - c->view.outer->first.time > NUMBER_WAITS || p->waiting_bytes > WAITING_KEPT) {
			list_remove(c);
		} else {
			break;
		}
	}
}

static void accept(struct carrier *c)
{
	if (!c->listed) {
		release(c);
		return;
	}
	c->state = WAITING;
	c->proxy->waiting_bytes += held_back(c);
}

static void look(struct carrier *c, bool ended)
{
	struct lookout *lookout = c->undecided->lookout;
	struct lookout_question question = { .flow = c->view.outer,
					     .patterns = c->proxy->patterns,
					     .by_content = c->by_content,
					     .ended = ended || held_back(c) > BACKLOG_KEPT };
	enum lookout_verdict verdict = lookout_look(lookout, &question);
	struct flow_shift shift;

	if (verdict == LOOKOUT_UNDECIDED)
		return;
	if (verdict == LOOKOUT_OTHER) {
		ignore(c);
		return;
	}
	c->refused = lookout->refused;
	shift =
	    (struct flow_shift){ .turned = verdict == LOOKOUT_TURNED,
				 .ahead = { lookout->ahead[DIR_CLIENT], lookout->ahead[DIR_SERVER] },
				 .guessed = { lookout->guessed[DIR_CLIENT], lookout->guessed[DIR_SERVER] } };
	if (flow_view_shift(&c->view, &shift, c->proxy->account))
		accept(c);
	else
		ignore(c); /* memory ran out */
}

/* No more bytes can be waited for. */
static void decide(struct carrier *c)
{
	if (lookout_of(c))
		look(c, true);
	else if (c->by_content)
		ignore(c);
	else
		accept(c);
}

static void *on_open(void *context, struct flow *flow)
{
	struct proxy *p = context;
	struct carrier *c = account_take_zeroed(p->account, 1, sizeof *c);

	if (!c)
		return NULL;
	c->proxy = p;
	flow_view_init(&c->view, flow);
	c->by_content = !p->all_ports && !p->mail_port[flow->client.port] && !p->mail_port[flow->server.port];
	if (p->any_port)
		list_append(c);
	if (!c->by_content && flow->roles_known && (!c->listed || p->first == c)) {
		list_remove(c);
		open_session(c);
	}
	return c;
}

static void on_expect(const void *carrier, unsigned step)
{
	const struct carrier *c = carrier;

	if (step == 0)
		prefetch(c, sizeof *c);
	else if (c && c->opened && c->proxy->sink.expect)
		c->proxy->sink.expect(c->session, step - 1);
}

static void on_chunk(void *carrier, const struct chunk *chunk)
{
	struct carrier *c = carrier;
	struct flow_moment now;
	size_t held;

	if (!c || c->state == IGNORED)
		return;
	if (c->state == PASSING) {
		pass_chunk(c, chunk, NULL);
		return;
	}
	held = held_back(c);
	now = flow_moment_of(c->view.outer);
	if (!undecided_of(c) || !backlog_add_chunk(&c->undecided->backlog, chunk, &now, c->proxy->account))
		return;
	count_waiting(c, held);
	if (c->state == LOOKING && !c->undecided->lookout)
		c->undecided->lookout = lookout_create(c->proxy->account);
	if (c->state == LOOKING && c->undecided->lookout) {
		lookout_add(c->undecided->lookout, chunk);
		look(c, false);
	}
	take_turns(c->proxy, chunk->frame.time);
}

static void on_event(void *carrier, const struct flow_event *event)
{
	struct carrier *c = carrier;
	struct flow_moment now;
	size_t held;

	if (!c || c->state == IGNORED)
		return;
	/* Events before the first bytes of an open session need not wait. */
	if (c->state == PASSING || (c->state == LOOKING && c->opened && !held_back(c))) {
		pass_event(c, event, NULL);
		return;
	}
	held = held_back(c);
	now = flow_moment_of(c->view.outer);
	if (undecided_of(c))
		backlog_add_event(&c->undecided->backlog, event, &now, c->proxy->account);
	count_waiting(c, held);
	if (c->state == LOOKING && held_back(c) > BACKLOG_KEPT)
		decide(c);
	take_turns(c->proxy, event->frame.time);
}

static void on_close(void *carrier, enum flow_end end, tstamp time)
{
	struct carrier *c = carrier;
	struct proxy *p;

	if (!c)
		return;
	p = c->proxy;
	if (c->state == LOOKING)
		decide(c);
	/* It can wait for its turn no longer. */
	if (c->state == WAITING)
		release(c);
	if (c->opened) {
		show(c, NULL);
		p->sink.close(c->session, end, time);
	}
	end_undecided(c);
	take_turns(p, time);
	flow_view_finish(&c->view, p->account);
	account_free(p->account, c);
}

struct stream_sink proxy_stream_sink(struct proxy *p)
{
	return (struct stream_sink){ .context = p,
				     .open = on_open,
				     .chunk = on_chunk,
				     .event = on_event,
				     .expect = on_expect,
				     .close = on_close };
}
