/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzzes one session of the smtp stage. Input, after a byte of settings: chunks, each with a byte of flags
 * (bit 0 server, bit 1 a gap, bits 2-3 what it acknowledges: all, all, all but the next length, unknown; bit
 * 4 ten seconds later, bit 5 its side closes after it), a byte of length, and its bytes.
 */
#include "smtp.h"
#include "smtp_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz {
	struct smtp_check check;
	struct flow flow;
	uint64_t frame;
	tstamp now;
};

static void on_event(void *context, const struct smtp_event *event)
{
	smtp_check_event(context, event);
}

static void push(struct fuzz *f, const struct proxy_sink *sink, void *session, uint8_t what,
		 struct span bytes, uint8_t length)
{
	enum direction d = what & 1 ? DIR_SERVER : DIR_CLIENT;
	uint64_t theirs = f->flow.side[direction_other(d)].delivered;
	struct chunk chunk = { .direction = d,
			       .gap = what & 2,
			       .offset = f->flow.side[d].delivered,
			       .length = what & 2 ? length : bytes.length,
			       .acked_known = (what & 12) != 12,
			       .peer_acked = theirs };
	uint8_t *copy;

	if (!chunk.length || f->flow.side[d].fin)
		return;
	if ((what & 12) == 8)
		chunk.peer_acked = theirs > length ? theirs - length : 0;
	f->now += what & 16 ? 10 * TSTAMP_SECOND : TSTAMP_MILLISECOND;
	chunk.frame = chunk.sent =
	    (struct frame_ref){ .number = ++f->frame & FRAME_NUMBER_MAX, .digits = 6, .time = f->now };
	f->flow.side[d].delivered += chunk.length;
	f->flow.side[d].seen |= !chunk.gap;
	f->flow.side[d].missing += chunk.gap ? chunk.length : 0;
	f->flow.last = chunk.frame;
	copy = malloc((size_t)chunk.length);
	if (!copy)
		exit(1);
	if (!chunk.gap) {
		memcpy(copy, bytes.at, bytes.length);
		chunk.bytes = copy;
	}
	sink->chunk(session, &chunk);
	free(copy);
}

static void close_side(struct fuzz *f, const struct proxy_sink *sink, void *session, enum direction d)
{
	struct flow_event event = { .kind = FLOW_EVENT_FIN,
				    .direction = d,
				    .frame = f->flow.last,
				    .offset = f->flow.side[d].delivered };

	if (f->flow.side[d].fin)
		return;
	if (f->flow.closed == FLOW_OPEN)
		f->flow.closed = d == DIR_CLIENT ? FLOW_CLIENT_FIN : FLOW_SERVER_FIN;
	f->flow.side[d].fin = true;
	sink->event(session, &event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Created once for each setting, because that compiles the patterns. */
	static struct smtp *made[2];
	static struct fuzz f;
	struct smtp_config config = { 0 };
	struct span left = span_of(data, size);
	struct proxy_sink sink;
	struct smtp *smtp;
	uint8_t settings, what, length;
	void *session;

	if (!span_get_u8(left, 0, &settings))
		return 0;
	left = span_from(left, 1);
	f = (struct fuzz){ .now = 1000 * TSTAMP_SECOND };
	config.max_hold = settings & 1 ? 64 : 0;
	if (!made[settings & 1])
		made[settings & 1] = smtp_create(&config, on_event, &f.check);
	smtp = made[settings & 1];
	if (!smtp)
		return 0;
	sink = smtp_proxy_sink(smtp);
	f.flow = (struct flow){ .number = 1,
				.opened = settings & 2 ? FLOW_MIDSTREAM : FLOW_HANDSHAKE,
				.roles_known = !(settings & 4),
				.rtt = settings & 8 ? -1 : TSTAMP_MILLISECOND };
	f.flow.client.port = 40000;
	f.flow.server.port = settings & 16 ? 465 : 25;
	f.flow.client.addr.version = f.flow.server.addr.version = 4;
	f.flow.first = f.flow.last = (struct frame_ref){ .number = 1, .digits = 6, .time = f.now };
	f.flow.side[DIR_CLIENT].syn = f.flow.side[DIR_SERVER].syn = !(settings & 2);
	f.flow.attachment = session = sink.open(sink.context, &f.flow);
	while (span_get_u8(left, 0, &what) && span_get_u8(left, 1, &length)) {
		struct span bytes;

		left = span_from(left, 2);
		bytes = span_first(left, what & 2 ? 0 : length);
		left = span_from(left, bytes.length);
		push(&f, &sink, session, what, bytes, length);
		if (what & 32)
			close_side(&f, &sink, session, what & 1 ? DIR_SERVER : DIR_CLIENT);
	}
	sink.close(session, f.flow.side[0].fin && f.flow.side[1].fin ? FLOW_END_CLOSED : FLOW_END_INPUT, f.now);
	require(f.check.ended);
	return 0;
}
