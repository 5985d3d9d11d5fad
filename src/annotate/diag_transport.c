/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transport: problems of the path or of a peer that TCP shows: large segments that never arrive, a peer
 * that stops reading or responding, retransmissions with different bytes (RFC 9293 3.8, RFC 4821).
 * Disproved by an acknowledgement, and not judged if the other side was not captured.
 */
#include "diagnosis.h"

struct run { /* bytes of one direction that are retransmitted repeatedly */
	uint64_t offset;
	uint32_t length;
	unsigned times;
	struct frame_ref first, last;
	uint64_t peer_packets; /* packets that the other side had sent before */
};

struct state {
	struct run run[2];
	struct frame_ref closed_at[2]; /* when the side closed its window; number 0: the window is open */
	bool zero_window_told, conflict_told;
};

enum { TIMES_SENT_AGAIN = 3, LARGE = 512 };

/*
 * A receiver may be busy for a moment. A zero window that lasts this long is a finding; less is enough if
 * the window never opens again.
 */
static const tstamp WINDOW_CLOSED_LONG = 5 * TSTAMP_SECOND;
static const tstamp WINDOW_CLOSED_FOR_GOOD = 2 * TSTAMP_SECOND;

static void note_retransmission(struct inspection *in, struct state *state)
{
	const struct flow_event *event = in->event->flow_event;
	const struct flow *flow = in->session->flow;
	struct run *run = &state->run[event->direction];

	if (run->times && run->offset == event->offset) {
		run->times++;
		run->last = event->frame;
		if (event->length > run->length)
			run->length = event->length;
		return;
	}
	/* Other bytes of the same stall; only progress starts a new run. */
	if (run->times && run->offset >= flow->side[event->direction].acked && event->offset > run->offset)
		return;
	*run = (struct run){ .offset = event->offset,
			     .length = event->length,
			     .times = 1,
			     .first = event->frame,
			     .last = event->frame,
			     .peer_packets = flow->side[direction_other(event->direction)].packets };
}

static void tell_zero_window(struct inspection *in, struct state *state, enum direction d, tstamp until,
			     tstamp least)
{
	struct suspicion s;

	if (state->zero_window_told || !state->closed_at[d].number || until - state->closed_at[d].time < least)
		return;
	state->zero_window_told = true;
	suspicion_init(&s, in,
		       d == DIR_SERVER ? CAUSE_ZERO_WINDOW_SERVER_NOT_READING
				       : CAUSE_ZERO_WINDOW_CLIENT_NOT_READING);
	s.frame = state->closed_at[d];
	words_duration(&s.words, "duration", until - state->closed_at[d].time);
	inspection_raise(in, &s);
}

static void tell_conflict(struct inspection *in, struct state *state)
{
	const struct flow_event *event = in->event->flow_event;
	struct suspicion s;

	/* A single retransmitted byte is a keep-alive or window probe, whose content is arbitrary. */
	if (state->conflict_told || event->length <= 1)
		return;
	state->conflict_told = true;
	suspicion_init(&s, in, CAUSE_CONFLICTING_RETRANSMISSION_DIFFERENT_BYTES);
	words_number(&s.words, "bytes", event->length);
	words_text(&s.words, "value", event->direction == DIR_CLIENT ? "client" : "server");
	inspection_raise(in, &s);
}

static void on_flow(struct inspection *in, void *opaque, const struct flow_event *event)
{
	struct state *state = opaque;

	switch (event->kind) {
	case FLOW_EVENT_RETRANSMIT:
		note_retransmission(in, state);
		break;
	case FLOW_EVENT_ZERO_WINDOW:
		state->closed_at[event->direction] = event->frame;
		break;
	case FLOW_EVENT_WINDOW_OPEN:
		tell_zero_window(in, state, event->direction, event->frame.time, WINDOW_CLOSED_LONG);
		state->closed_at[event->direction] = (struct frame_ref){ 0 };
		break;
	case FLOW_EVENT_CONFLICT:
		tell_conflict(in, state);
		break;
	case FLOW_EVENT_SYN:
	case FLOW_EVENT_SYN_ACK:
	case FLOW_EVENT_ESTABLISHED:
	case FLOW_EVENT_FIN:
	case FLOW_EVENT_RST:
	case FLOW_EVENT_ICMP:
		break;
	}
}

/* Bytes that were retransmitted repeatedly and not acknowledged until the end. */
static void inspect_run(struct inspection *in, struct state *state, enum direction d)
{
	const struct flow *flow = in->session->flow;
	const struct run *run = &state->run[d];
	/* Segments of that length have got through: the path carries them. */
	bool answers, large = run->length >= LARGE, carried = flow->side[d].largest_acked >= run->length;
	struct suspicion s;

	/*
	 * Acknowledgements are known only if the other side was captured, and a zero window explains a
	 * stall by itself.
	 */
	if (run->times < TIMES_SENT_AGAIN || flow->side[d].acked > run->offset ||
	    !flow->side[direction_other(d)].seen || state->closed_at[direction_other(d)].number ||
	    state->zero_window_told)
		return;
	answers = flow->side[direction_other(d)].packets > run->peer_packets;
	if (large && !carried)
		suspicion_init(&s, in,
			       answers || flow->side[d].acked > 0 ? CAUSE_STALLED_DATA_PATH_MTU
								  : CAUSE_STALLED_DATA_NO_PROGRESS);
	else if (large && answers)
		suspicion_init(&s, in, CAUSE_STALLED_DATA_NO_PROGRESS);
	else
		suspicion_init(&s, in,
			       d == DIR_CLIENT ? CAUSE_PEER_VANISHED_SERVER_SILENT
					       : CAUSE_PEER_VANISHED_CLIENT_SILENT);
	s.frame = run->first;
	s.certainty = CERTAINTY_LIKELY;
	words_number(&s.words, "bytes", run->length);
	words_number(&s.words, "count", run->times);
	words_duration(&s.words, "duration", run->last.time - run->first.time);
	words_text(&s.words, "value", d == DIR_CLIENT ? "client" : "server");
	suspicion_evidence(&s, &run->last);
	inspection_raise(in, &s);
}

static void on_ended(struct inspection *in, void *opaque)
{
	struct state *state = opaque;

	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++)
		tell_zero_window(in, state, (enum direction)d, in->session->flow->last.time,
				 WINDOW_CLOSED_FOR_GOOD);
	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++)
		inspect_run(in, state, (enum direction)d);
}

const struct diagnosis diag_transport = {
	.name = "transport",
	.of_packets = true,
	.state_size = sizeof(struct state),
	.flow = on_flow,
	.flows = FLOWS_ARE(RETRANSMIT) | FLOWS_ARE(ZERO_WINDOW) | FLOWS_ARE(WINDOW_OPEN) | FLOWS_ARE(CONFLICT),
	.ended = on_ended,
};
