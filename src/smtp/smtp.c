/* SPDX-License-Identifier: BSD-2-Clause */
#include "smtp.h"

#include "client.h"
#include "encrypted.h"
#include "feed.h"
#include "prefetch.h"
#include "reply_parser.h"
#include "session.h"
#include "transaction.h"
#include "turns.h"

#include <assert.h>
#include <stdlib.h>

/* Bytes of a part that are fetched ahead. */
enum { PART_EXPECTED = 256, SMALL_PART_EXPECTED = 64 };

struct smtp {
	struct smtp_shared shared;
	struct place_pool places;
	struct reply_room room;
	struct offer_store offers;
};

static void destroy(struct session *s)
{
	struct account *account = s->parts.facts.account;

	turns_finish(s);
	secret_set_finish(&s->parts.secrets);
	account_free(account, s->parts.facts.logins);
	session_facts_drop_proxied(&s->parts.facts);
	account_free(account, s->parts.facts.tls);
	account_free(account, s);
}

/* Something may have been said before the first byte that was captured. */
static void begin_midstream(struct session *s)
{
	s->parts.facts.visibility |= VISIBILITY_MIDSTREAM;
	doubt_add(&s->parts.doubt, DOUBT_CAPTURE);
	pairing_add_loss(s->parts.pairing, 0, 0, 0, true);
}

static void *on_open(void *context, const struct flow *flow)
{
	struct smtp *smtp = context;
	struct account *account = smtp->places.account;
	struct session *s = account_take_zeroed(account, 1, sizeof *s);
	struct smtp_event event = { .kind = SMTP_OPENED, .frame = flow->first };

	if (!s)
		return NULL;
	s->shared = &smtp->shared;
	s->parts.facts.flow = flow;
	s->parts.facts.account = s->parts.secrets.account = account;
	s->parts.facts.number = flow->number;
	s->parts.facts.secrets = &s->parts.secrets;
	s->parts.facts.client_spoke = TSTAMP_NONE;
	if (!turns_init(s)) {
		destroy(s);
		return NULL;
	}
	if (flow->opened == FLOW_MIDSTREAM)
		begin_midstream(s);
	feed_emit(&s->feed, &event);
	return s;
}

static void on_view(void *session, const struct flow *view)
{
	struct session *s = session;

	if (s)
		encrypted_view(&s->parts.encrypted, view);
}

static void on_chunk(void *session, const struct chunk *chunk)
{
	struct session *s = session;

	if (!s)
		return;
	if (s->parts.progress.inside) {
		encrypted_wire(&s->parts.encrypted, chunk);
		return;
	}
	if (!s->parts.progress.begun) {
		/* A SYN that was not captured may have carried data (RFC 7413), which is then below offset 0. */
		if (s->parts.facts.flow->opened != FLOW_MIDSTREAM && !s->parts.facts.flow->side[DIR_CLIENT].syn)
			pairing_add_loss(s->parts.pairing, 0, 0, 0, true);
		/* Known before only from an ICMP error. */
		if (s->parts.facts.flow->opened == FLOW_MIDSTREAM &&
		    !(s->parts.facts.visibility & VISIBILITY_MIDSTREAM))
			begin_midstream(s);
		s->parts.progress.begun = true;
	}
	turns_push(s, chunk);
}

static struct encrypted_parts parts_for_tls(void *session)
{
	struct session *s = session;

	return (struct encrypted_parts){ .facts = &s->parts.facts,
					 .progress = &s->parts.progress,
					 .feed = &s->feed };
}

/* Text inside TLS begins. */
static void inside_begin(void *session)
{
	struct session *s = session;

	client_begin_inside(s->client);
}

/* Text inside TLS. */
static void inside_chunk(void *session, const struct chunk *chunk)
{
	turns_push(session, chunk);
}

/* A call for this session will come soon. Step 0: the session; 1: its parts; then what these point to. */
static void on_expect(const void *session, unsigned step)
{
	const struct session *s = session;

	if (step == 0) {
		prefetch(s, sizeof *s);
		return;
	}
	if (!s)
		return;
	if (step == 1) {
		prefetch(s->client, PART_EXPECTED);
		prefetch(s->parts.server, SMALL_PART_EXPECTED);
		prefetch(s->parts.pairing, SMALL_PART_EXPECTED);
		prefetch(s->parts.transaction, SMALL_PART_EXPECTED);
	} else if (step == 2) {
		pairing_expect(s->parts.pairing);
		transaction_expect(s->parts.transaction);
	}
	if (s->shared->expect)
		s->shared->expect(s->feed.attachment, step - 1);
}

static void take_event(void *session, const struct flow_event *flow_event)
{
	struct session *s = session;
	struct smtp_event event = { .kind = SMTP_FLOW,
				    .frame = flow_event->frame,
				    .flow_event = flow_event,
				    .direction = flow_event->direction,
				    .offset = flow_event->offset,
				    .length = flow_event->length };

	if (flow_event->kind == FLOW_EVENT_FIN) {
		if (flow_event->direction == DIR_SERVER)
			turns_server_ends(s, true);
		else if (!client_state_holds(*s->feed.client_state))
			turns_client_ends(s);
		/*
		 * Otherwise the deciding reply may still arrive; at the latest, the end of the session
		 * decides.
		 */
	}
	feed_emit(&s->feed, &event);
}

static void on_event(void *session, const struct flow_event *flow_event)
{
	struct session *s = session;

	if (s && !encrypted_event(&s->parts.encrypted, flow_event))
		take_event(s, flow_event);
}

static void settle_visibility(struct session *s, enum flow_end end)
{
	const struct flow *flow = s->parts.facts.flow;
	const struct flow_side *client = &flow->side[DIR_CLIENT], *server = &flow->side[DIR_SERVER];

	if (end == FLOW_END_EVICTED)
		s->parts.facts.visibility |= VISIBILITY_EVICTED;
	if ((end == FLOW_END_INPUT || end == FLOW_END_IDLE) && flow->closed == FLOW_OPEN &&
	    flow->opened != FLOW_UNANSWERED)
		s->parts.facts.visibility |= VISIBILITY_UNFINISHED;
	if (client->seen && !server->seen && flow->opened != FLOW_UNANSWERED)
		s->parts.facts.visibility |= VISIBILITY_CLIENT_ONLY;
	if (server->seen && !client->seen)
		s->parts.facts.visibility |= VISIBILITY_SERVER_ONLY;
	if (flow->truncated && (client->missing || server->missing))
		s->parts.facts.visibility |= VISIBILITY_TRUNCATED_PACKETS;
}

static void settle_protocol(struct session *s)
{
	if (s->parts.facts.protocol != PROTOCOL_NONE)
		return;
	if (s->parts.facts.command_count)
		s->parts.facts.protocol = PROTOCOL_SMTP;
	else if (*s->feed.client_state == CLIENT_TLS)
		s->parts.facts.protocol = PROTOCOL_TLS;
}

static void on_proxied(void *session, const struct proxied_facts *facts, bool refused)
{
	struct session *s = session;
	struct proxied_facts *proxied;

	if (!s)
		return;
	session_facts_drop_proxied(&s->parts.facts);
	proxied = session_facts_own_proxied(&s->parts.facts);
	if (proxied) {
		*proxied = *facts;
		proxied->target =
		    facts->target ? account_string(s->parts.facts.account, span_text(facts->target)) : NULL;
	}
	if (refused)
		s->parts.facts.protocol = PROTOCOL_OTHER;
}

static void on_close(void *session, enum flow_end end, tstamp time)
{
	struct session *s = session;
	struct smtp_event event = { .kind = SMTP_ENDED, .end = end };

	if (!s)
		return;
	encrypted_end(&s->parts.encrypted);
	event.frame = s->parts.facts.flow->last;
	event.frame.time = time;
	turns_server_ends(s, s->parts.facts.flow->side[DIR_SERVER].fin ||
				 s->parts.facts.flow->side[DIR_SERVER].rst);
	turns_client_ends(s);
	/* What the client's end decided may have been TLS. */
	encrypted_end(&s->parts.encrypted);
	s->parts.facts.over = true;
	turns_give_up(s);
	assert(!pairing_head(s->parts.pairing) && !transaction_is_open(s->parts.transaction));
	settle_visibility(s, end);
	settle_protocol(s);
	s->parts.facts.outcome = transaction_outcome(s->parts.transaction);
	/* What was not captured may have been mail. */
	if (s->parts.facts.outcome == SESSION_NO_MAIL && !encrypted_never_began(&s->parts.encrypted) &&
	    s->parts.facts.visibility & (VISIBILITY_ENCRYPTED | VISIBILITY_CLIENT_ONLY | VISIBILITY_SERVER_ONLY))
		s->parts.facts.outcome = SESSION_UNKNOWN;
	feed_emit(&s->feed, &event);
	destroy(s);
}

struct smtp *smtp_create(const struct smtp_config *config, smtp_sink *sink, void *context)
{
	struct smtp *smtp = account_take_zeroed(config->account, 1, sizeof *smtp);

	if (!smtp)
		return NULL;
	smtp->places.account = config->account;
	smtp->shared = (struct smtp_shared){ .sink = { .event = sink, .context = context },
					     .expect = config->expect,
					     .places = &smtp->places,
					     .offers = &smtp->offers,
					     .encrypted = { .tls = config->tls,
							    .parts = parts_for_tls,
							    .begin = inside_begin,
							    .chunk = inside_chunk,
							    .event = take_event },
					     .max_hold = config->max_hold ? config->max_hold : 64 * 1024 };
	smtp->shared.patterns = patterns_create();
	if (!smtp->shared.patterns) {
		smtp_destroy(smtp);
		return NULL;
	}
	smtp->shared.replies = (struct reply_parser_common){ .account = config->account,
							     .patterns = smtp->shared.patterns,
							     .sink = turns_reply_sink(),
							     .room = &smtp->room };
	return smtp;
}

void smtp_destroy(struct smtp *smtp)
{
	if (!smtp)
		return;
	patterns_destroy(smtp->shared.patterns);
	place_pool_finish(&smtp->places);
	reply_room_finish(&smtp->room, smtp->places.account);
	offer_store_finish(&smtp->offers, smtp->places.account);
	account_free(smtp->places.account, smtp);
}

bool smtp_prepare(struct smtp *smtp)
{
	return patterns_prepare(smtp->shared.patterns);
}

void smtp_flush(struct smtp *smtp, tstamp now)
{
	encrypted_flush(&smtp->shared.encrypted, now);
}

struct proxy_sink smtp_proxy_sink(struct smtp *smtp)
{
	return (struct proxy_sink){ .context = smtp,
				    .open = on_open,
				    .view = on_view,
				    .proxied = on_proxied,
				    .chunk = on_chunk,
				    .event = on_event,
				    .expect = on_expect,
				    .close = on_close };
}
