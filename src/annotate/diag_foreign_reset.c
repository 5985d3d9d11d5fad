/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * foreign-reset: a reset that came another way than the other packets of the side that it names as its sender: its TTL (hop
 * limit, RFC 8200 3) does not fit. A device on the path has sent it.
 *
 * Disproved by: other packets of that side that vary among themselves (several paths, or a capture at two places); too few of
 * them; a TTL that counts the same number of links from another usual start, as hosts send resets; a reset after the session was
 * over. The ledger checks the first three. The IP identification and the timestamps of resets are not compared: hosts commonly
 * send 0 and none (RFC 6864 4.1, RFC 7323 3.2), so that they prove nothing.
 */
#include "diagnosis.h"
#include "farewell.h"

#include <stdio.h>

struct state {
	bool farewell; /* the server's newest reply ended the session */
};

static void on_reply(struct inspection *in, void *opaque, const struct exchange *x)
{
	struct state *state = opaque;

	state->farewell = farewell_ends(in->rules, x);
}

static void on_flow(struct inspection *in, void *opaque, const struct flow_event *event)
{
	const struct state *state = opaque;
	const struct ledger_close *close = &in->ledger->close;
	const struct flow_side *side = &in->session->flow->side[event->direction];
	char value[96];
	struct suspicion s;

	if (event->kind != FLOW_EVENT_RST || !close->foreign || close->side != event->direction ||
	    close->frame.number != event->frame.number || state->farewell)
		return;
	suspicion_init(&s, in, CAUSE_FOREIGN_RESET_TTL);
	s.certainty = CERTAINTY_LIKELY;
	snprintf(value, sizeof value, "a TTL of %u; all other packets of the %s have %u", side->reset_ttl,
		 event->direction == DIR_SERVER ? "server" : "client", side->ttl_low);
	words_text(&s.words, "value", value);
	suspicion_evidence(&s, &in->ledger->last_reply);
	inspection_raise(in, &s);
}

const struct diagnosis diag_foreign_reset = {
	.name = "foreign_reset",
	.state_size = sizeof(struct state),
	.reply = on_reply,
	.flow = on_flow,
};
