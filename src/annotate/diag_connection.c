/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * connection: why there was no SMTP dialogue: the connection was refused, was not answered, was rejected by
 * a router, or got no greeting (RFC 9293 3.5, RFC 792, RFC 5321 4.3.1). Disproved by any byte from the
 * server.
 */
#include "diagnosis.h"

struct state {
	struct frame_ref syn, syn_ack;
	bool icmp_told;
};

/*
 * SYNs are retransmitted after about a second (RFC 6298 2); fewer than this may have been answered after
 * the end of the capture.
 */
enum { OPENS_UNANSWERED = 3 };

/* Sets |cause| if the ICMP error reports an unreachable destination. Returns false otherwise. */
static bool icmp_cause(const struct segment_icmp *icmp, enum finding_cause *cause)
{
	static const enum finding_cause v6[] = {
		CAUSE_ICMP_UNREACHABLE_NETWORK_UNREACHABLE,
		CAUSE_ICMP_UNREACHABLE_PROHIBITED,
		CAUSE_ICMP_UNREACHABLE_UNKNOWN,
		CAUSE_ICMP_UNREACHABLE_HOST_UNREACHABLE,
		CAUSE_ICMP_UNREACHABLE_PORT_UNREACHABLE,
		CAUSE_ICMP_UNREACHABLE_PROHIBITED,
		CAUSE_ICMP_UNREACHABLE_PROHIBITED,
	};

	*cause = CAUSE_ICMP_UNREACHABLE_UNKNOWN;
	if (icmp->version == 6 && icmp->type == 1) {
		if (icmp->code < sizeof v6 / sizeof *v6)
			*cause = v6[icmp->code];
		return true;
	}
	if (icmp->version != 4 || icmp->type != 3)
		return false;
	switch (icmp->code) {
	case 0:
	case 6:
	case 11:
		*cause = CAUSE_ICMP_UNREACHABLE_NETWORK_UNREACHABLE;
		break;
	case 1:
	case 7:
	case 12:
		*cause = CAUSE_ICMP_UNREACHABLE_HOST_UNREACHABLE;
		break;
	case 3:
		*cause = CAUSE_ICMP_UNREACHABLE_PORT_UNREACHABLE;
		break;
	case 4:
		return false; /* normal path MTU discovery (RFC 1191) */
	case 9:
	case 10:
	case 13:
		*cause = CAUSE_ICMP_UNREACHABLE_PROHIBITED;
		break;
	default:
		break;
	}
	return true;
}

static void inspect_icmp(struct inspection *in, struct state *state)
{
	const struct segment *g = in->event->flow_event->segment;
	enum finding_cause cause;
	struct endpoint from = { 0 };
	struct suspicion s;

	if (state->icmp_told || !g || !icmp_cause(&g->icmp, &cause))
		return;
	state->icmp_told = true;
	from.addr = g->icmp.from;
	suspicion_init(&s, in, cause);
	words_address(&s.words, "value", &from);
	words_number(&s.words, "code", g->icmp.code);
	suspicion_evidence(&s, &state->syn);
	inspection_raise(in, &s);
}

static void on_flow(struct inspection *in, void *opaque, const struct flow_event *event)
{
	struct state *state = opaque;

	if (event->kind == FLOW_EVENT_SYN && !state->syn.number)
		state->syn = event->frame;
	else if (event->kind == FLOW_EVENT_SYN_ACK)
		state->syn_ack = event->frame;
	else if (event->kind == FLOW_EVENT_ICMP)
		inspect_icmp(in, state);
}

static void no_connection(struct inspection *in, struct state *state, enum finding_cause cause,
			  enum certainty certainty, uint64_t root)
{
	const struct flow *flow = in->session->flow;
	struct suspicion s;

	suspicion_init(&s, in, cause);
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
	const struct session_facts *session = in->session;
	const struct flow *flow = session->flow;
	tstamp waited = flow->last.time - flow->first.time;
	bool by_server = flow->closed == FLOW_SERVER_FIN || flow->closed == FLOW_SERVER_RST;
	uint64_t root;
	struct suspicion s;

	if (!whole_view(session) || flow->side[DIR_SERVER].delivered || session->protocol == PROTOCOL_TLS)
		return;
	/* On a port for implicit TLS the client has to send first (diag_tls); diag_gave_up reports a client that left. */
	if (flow->server.port == 465 || !by_server || ledger_reset_is_foreign(in->ledger))
		return;
	suspicion_init(&s, in, CAUSE_NO_GREETING_SERVER_CLOSED);
	s.frame = flow->last;
	words_duration(&s.words, "duration", waited);
	words_duration(&s.words, "idle", waited);
	suspicion_evidence(&s, &flow->first);
	suspicion_evidence(&s, &state->syn_ack);
	root = inspection_raise(in, &s);
	no_connection(in, state, CAUSE_CLOSED_WITHOUT_REPLY_UNKNOWN, CERTAINTY_CERTAIN, root);
}

static void on_ended(struct inspection *in, void *opaque)
{
	struct state *state = opaque;
	const struct flow *flow = in->session->flow;

	if (flow->opened == FLOW_REFUSED)
		no_connection(in, state, CAUSE_CONNECTION_REFUSED_RESET, CERTAINTY_CERTAIN, 0);
	else if (flow->opened == FLOW_UNANSWERED && flow->syn_count >= OPENS_UNANSWERED && !state->icmp_told)
		no_connection(in, state, CAUSE_CONNECTION_TIMEOUT_NO_ANSWER, CERTAINTY_CERTAIN, 0);
	else if (flow->opened == FLOW_HANDSHAKE && flow->syn_ack_count >= OPENS_UNANSWERED && flow->rtt < 0 &&
		 !flow->side[DIR_SERVER].delivered)
		no_connection(in, state, CAUSE_CONNECTION_TIMEOUT_HANDSHAKE_UNFINISHED, CERTAINTY_LIKELY, 0);
	else if (flow->opened == FLOW_HANDSHAKE)
		inspect_greeting(in, state);
}

const struct diagnosis diag_connection = {
	.name = "connection",
	.of_packets = true,
	.state_size = sizeof(struct state),
	.flow = on_flow,
	.flows = FLOWS_ARE(SYN) | FLOWS_ARE(SYN_ACK) | FLOWS_ARE(ICMP),
	.ended = on_ended,
};
