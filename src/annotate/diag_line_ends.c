/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line-ends: the client ended the message with line ends other than CR LF (RFC 5321 2.3.8, 4.1.1.4); the server waits for the end
 * of the message, and the client waits for the reply.
 *
 * Disproved by: a reply that shows that the server has read the end; an end in CR LF that follows; more text soon after, which shows
 * that the client did not mean an end; bytes that the server never acknowledged, or that the capture lost.
 */
#include "diagnosis.h"

struct state {
	bool told;
};

static void inspect(struct inspection *in, struct state *state)
{
	const struct ledger_lax_end *lax = &in->ledger->end->lax;
	static const unsigned losses = VISIBILITY_GAP | VISIBILITY_TRUNCATED_PACKETS | VISIBILITY_MIDSTREAM;
	struct suspicion s;

	if (state->told || in->session->unsure || in->session->visibility & losses ||
	    !ledger_dot_unread(in->ledger, in->session->flow, in->event->frame.time))
		return;
	state->told = true;
	suspicion_init(&s, in, lax->bare_cr ? CAUSE_WRONG_LINE_ENDS_BARE_CR : CAUSE_WRONG_LINE_ENDS_BARE_LF);
	s.certainty = CERTAINTY_LIKELY;
	s.frame = lax->frame;
	words_text(&s.words, "value", lax->lf_only ? "all lines of the message" : "the end of the message");
	words_duration(&s.words, "duration", in->event->frame.time - lax->frame.time);
	suspicion_evidence(&s, &in->event->frame);
	inspection_raise(in, &s);
}

static void on_reply(struct inspection *in, void *state, const struct exchange *x)
{
	/* The server gives up on the rest of the message. */
	if (x->in_message && x->reply->code >= 400)
		inspect(in, state);
}

static void on_flow(struct inspection *in, void *state, const struct flow_event *event)
{
	(void)event;
	inspect(in, state);
}

const struct diagnosis diag_line_ends = {
	.name = "line_ends",
	.of_packets = true,
	.state_size = sizeof(struct state),
	.odd_reply = on_reply,
	.flow = on_flow,
	.flows = FLOWS_ARE(FIN) | FLOWS_ARE(RST),
};
