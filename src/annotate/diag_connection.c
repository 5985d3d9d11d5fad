/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * connection: why there was no dialogue at all: refused, never answered, refused by a router, or no greeting came (RFC 9293 3.5,
 * RFC 792, RFC 5321 4.3.1).
 */
#include "diagnosis.h"

struct state {
	struct frame_ref syn, syn_ack;
	bool icmp_told;
};

/* Opens are repeated about once a second (RFC 6298 2); fewer than this may have been answered after the capture's end. */
enum { OPENS_UNANSWERED = 3 };

/* A client that goes before this had not waited: a probe, not a failure. RFC 5321 4.5.3.2.1 gives a server 5 minutes. */
static const tstamp WAITED = 3 * TSTAMP_SECOND;

static const char *icmp_cause(const struct segment_icmp *icmp)
{
	if (icmp->version == 4 && icmp->type == 3) {
		switch (icmp->code) {
		case 0:
		case 6:
		case 11:
			return "network-unreachable";
		case 1:
		case 7:
		case 12:
			return "host-unreachable";
		case 3:
			return "port-unreachable";
		case 4:
			return NULL; /* path MTU discovery at work (RFC 1191) */
		case 9:
		case 10:
		case 13:
			return "prohibited";
		default:
			return "unknown";
		}
	}
	if (icmp->version == 6 && icmp->type == 1) {
		static const char *const causes[] = { "network-unreachable", "prohibited",	 "unknown",
						      "host-unreachable",    "port-unreachable", "prohibited",
						      "prohibited" };

		return icmp->code < sizeof causes / sizeof *causes ? causes[icmp->code] : "unknown";
	}
	return NULL;
}

static void inspect_icmp(struct inspection *in, struct state *state)
{
	const struct segment *g = in->event->flow_event->segment;
	const char *cause = g ? icmp_cause(&g->icmp) : NULL;
	struct endpoint from = { 0 };
	struct suspicion s;

	if (!cause || state->icmp_told)
		return;
	state->icmp_told = true;
	from.addr = g->icmp.from;
	suspicion_init(&s, in, "icmp-unreachable", cause);
	words_address(&s.words, "value", &from);
	words_number(&s.words, "code", g->icmp.code);
	suspicion_evidence(&s, &state->syn);
	inspection_raise(in, &s);
}

static void inspect_flow(struct inspection *in, struct state *state)
{
	const struct flow_event *event = in->event->flow_event;

	if (event->kind == FLOW_EVENT_SYN && !state->syn.number)
		state->syn = event->frame;
	else if (event->kind == FLOW_EVENT_SYN_ACK)
		state->syn_ack = event->frame;
	else if (event->kind == FLOW_EVENT_ICMP)
		inspect_icmp(in, state);
}

static void no_connection(struct inspection *in, struct state *state, const char *id, const char *cause,
			  enum certainty certainty, uint64_t root)
{
	const struct flow *flow = in->event->session->flow;
	struct suspicion s;

	suspicion_init(&s, in, id, cause);
	s.frame = flow->last;
	s.certainty = certainty;
	s.root = root;
	words_number(&s.words, "count", flow->syn_count);
	words_duration(&s.words, "duration", flow->last.time - flow->first.time);
	suspicion_evidence(&s, &flow->first);
	suspicion_evidence(&s, &state->syn_ack);
	inspection_raise(in, &s);
}

static bool whole_view(const struct session_facts *session)
{
	const struct flow *flow = session->flow;

	return flow->side[DIR_CLIENT].seen && flow->side[DIR_SERVER].seen && flow_from_start(flow) &&
	       !(session->visibility & (VISIBILITY_GAP | VISIBILITY_TRUNCATED_PACKETS | VISIBILITY_MIDSTREAM));
}

static void inspect_greeting(struct inspection *in, struct state *state)
{
	const struct session_facts *session = in->event->session;
	const struct flow *flow = session->flow;
	tstamp waited = flow->last.time - flow->first.time;
	bool by_client = flow->closed == FLOW_CLIENT_FIN || flow->closed == FLOW_CLIENT_RST;
	bool by_server = flow->closed == FLOW_SERVER_FIN || flow->closed == FLOW_SERVER_RST;
	uint64_t root;
	struct suspicion s;

	if (!whole_view(session) || flow->side[DIR_SERVER].delivered || session->protocol == PROTOCOL_TLS)
		return;
	/* On a TLS port silence has another meaning, which diag_tls tells. */
	if (flow->server.port == 465 || (by_client && waited < WAITED) || (!by_client && !by_server))
		return;
	suspicion_init(&s, in, "no-greeting", by_client ? "client-left" : "server-closed");
	s.frame = flow->last;
	words_duration(&s.words, "duration", waited);
	words_duration(&s.words, "idle", waited);
	suspicion_evidence(&s, &flow->first);
	suspicion_evidence(&s, &state->syn_ack);
	root = inspection_raise(in, &s);
	if (by_server)
		no_connection(in, state, "closed-without-reply", "unknown", CERTAINTY_CERTAIN, root);
}

static void inspect_end(struct inspection *in, struct state *state)
{
	const struct flow *flow = in->event->session->flow;

	if (flow->opened == FLOW_REFUSED)
		no_connection(in, state, "connection-refused", "reset", CERTAINTY_CERTAIN, 0);
	else if (flow->opened == FLOW_UNANSWERED && flow->syn_count >= OPENS_UNANSWERED && !state->icmp_told)
		no_connection(in, state, "connection-timeout", "no-answer", CERTAINTY_CERTAIN, 0);
	else if (flow->opened == FLOW_HANDSHAKE && flow->syn_ack_count >= OPENS_UNANSWERED && flow->rtt < 0 &&
		 !flow->side[DIR_SERVER].delivered)
		no_connection(in, state, "connection-timeout", "handshake-unfinished", CERTAINTY_LIKELY, 0);
	else if (flow->opened == FLOW_HANDSHAKE)
		inspect_greeting(in, state);
}

static void inspect(struct inspection *in, void *state)
{
	if (in->event->kind == SMTP_FLOW)
		inspect_flow(in, state);
	else if (in->event->kind == SMTP_ENDED)
		inspect_end(in, state);
}

const struct diagnosis diag_connection = {
	.name = "connection",
	.state_size = sizeof(struct state),
	.events = DIAGNOSIS_OF(SMTP_FLOW) | DIAGNOSIS_OF(SMTP_ENDED),
	.inspect = inspect,
};
