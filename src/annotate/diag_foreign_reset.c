/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * foreign-reset: a reset that the side that it names as its sender did not send: a device on the path did. That is likely if it came
 * another way than that side's other packets (its TTL, or hop limit, does not fit), or does not go on with the IP identification that
 * those count up. It is certain if both sides went on after it: a command that was sent after the reset was answered.
 *
 * Disproved by: other packets of that side that vary among themselves (several paths, or a capture at two places); too few of
 * them; a TTL that counts the same number of links from another usual start, as hosts send resets; an IP identification of 0, which
 * hosts send in resets (RFC 6864 4.1); a reset after the session was over. The ledger checks all but the last. The timestamps of
 * resets are not compared: hosts commonly send none (RFC 7323 3.2).
 */
#include "diagnosis.h"

#include <stdio.h>

struct state {
	bool told;
};

/* The answer to a command that was sent after the reset. */
static void inspect_answer(struct inspection *in, struct state *state, const struct exchange *x)
{
	const struct ledger_close *close = &in->ledger->end->close;
	struct suspicion s;

	if (state->told || in->history->newest.farewell || !close->reset || !x->command || x->unsure ||
	    x->command->frame.time <= close->frame.time || x->reply->first.time <= x->command->frame.time)
		return;
	state->told = true;
	suspicion_init(&s, in, CAUSE_FOREIGN_RESET_CONTINUED);
	s.frame = close->frame;
	words_command(&s.words, x->command);
	words_text(&s.words, "value", close->side == DIR_SERVER ? "server" : "client");
	suspicion_evidence(&s, &x->command->frame);
	suspicion_evidence(&s, &x->reply->frame);
	inspection_raise(in, &s);
}

static void on_reply(struct inspection *in, void *opaque, const struct exchange *x)
{
	inspect_answer(in, opaque, x);
}

static void on_flow(struct inspection *in, void *opaque, const struct flow_event *event)
{
	struct state *state = opaque;
	const struct ledger_close *close = &in->ledger->end->close;
	const struct flow_side *side = &in->session->flow->side[event->direction];
	const char *who = event->direction == DIR_SERVER ? "server" : "client";
	char value[120];
	struct suspicion s;

	if (!ledger_reset_is_foreign(in->ledger) || close->side != event->direction ||
	    close->frame.number != event->frame.number || in->history->newest.farewell)
		return;
	state->told = true;
	suspicion_init(&s, in, close->foreign ? CAUSE_FOREIGN_RESET_TTL : CAUSE_FOREIGN_RESET_IP_ID);
	s.certainty = CERTAINTY_LIKELY;
	if (close->foreign)
		snprintf(value, sizeof value, "a TTL of %u; all other packets of the %s have %u",
			 side->reset_ttl, who, side->ttl_low);
	else
		snprintf(value, sizeof value,
			 "the IP identification %u; the packets of the %s before it count up to %u",
			 side->reset_ip_id, who, side->ip_id);
	words_text(&s.words, "value", value);
	suspicion_evidence(&s, &in->ledger->last_reply);
	inspection_raise(in, &s);
}

const struct diagnosis diag_foreign_reset = {
	.name = "foreign_reset",
	.of_packets = true,
	.state_size = sizeof(struct state),
	.reply = on_reply,
	.calm_replies = SUBJECTS_NONE,
	.flow = on_flow,
	.flows = FLOWS_ARE(RST),
};
