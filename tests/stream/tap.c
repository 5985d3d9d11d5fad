/* SPDX-License-Identifier: BSD-2-Clause */
#include "tap.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>

enum { GAP_SHOWN = 4096 };

static char letter(enum direction d)
{
	return d == DIR_CLIENT ? 'C' : 'S';
}

static void word(struct tap *t, const char *text)
{
	if (t->log.length)
		buf_text(&t->log, " ");
	buf_text(&t->log, text);
}

static void *on_open(void *context, struct flow *flow)
{
	struct tap *t = context;
	struct tap_session *s = &t->session[t->sessions % TAP_SESSIONS];

	flow->ignored = t->ignore;
	/* With very many sessions, keep only the newest. */
	for (int d = 0; d < 2; d++)
		buf_finish(&s->bytes[d]);
	buf_finish(&s->merged);
	*s = (struct tap_session){ .tap = t, .flow = flow };
	t->sessions++;
	ck_assert_uint_eq(flow->number, t->sessions);
	for (int d = 0; d < 2; d++)
		buf_init(&s->bytes[d], TAP_BYTES);
	buf_init(&s->merged, 2 * TAP_BYTES);
	if (!t->quiet)
		word(t, "open");
	return s;
}

static void log_chunk(struct tap *t, const struct chunk *chunk)
{
	char text[80];

	snprintf(text, sizeof text, "%c@%" PRIu64, letter(chunk->direction), chunk->offset);
	word(t, text);
	if (chunk->gap) {
		snprintf(text, sizeof text, "[%" PRIu64 "]%s", chunk->length, chunk->cut ? "cut" : "");
		buf_text(&t->log, text);
	} else {
		buf_text(&t->log, "'");
		buf_append(&t->log, span_of(chunk->bytes, (size_t)chunk->length));
		buf_text(&t->log, "'");
	}
	if (chunk->acked_known)
		snprintf(text, sizeof text, "^%" PRIu64, chunk->peer_acked);
	buf_text(&t->log, chunk->acked_known ? text : "^?");
}

static void on_chunk(void *session, const struct chunk *chunk)
{
	struct tap_session *s = session;
	enum direction d = chunk->direction, other = direction_other(d);
	static const uint8_t nothing[GAP_SHOWN];

	ck_assert(s->ends == 0);
	ck_assert(chunk->length > 0);
	ck_assert(chunk->gap == (chunk->bytes == NULL));
	ck_assert(chunk->gap || !chunk->cut);
	ck_assert_uint_eq(chunk->offset, s->delivered[d]);
	if (chunk->acked_known && !s->tap->any_order)
		ck_assert_uint_le(chunk->peer_acked, s->delivered[other]);
	s->delivered[d] += chunk->length;
	ck_assert_uint_eq(s->flow->side[d].delivered, s->delivered[d]);
	if (chunk->gap) {
		s->gaps[d] += chunk->length;
		buf_append(&s->bytes[d],
			   span_of(nothing, chunk->length < GAP_SHOWN ? (size_t)chunk->length : GAP_SHOWN));
	} else {
		buf_append(&s->bytes[d], span_of(chunk->bytes, (size_t)chunk->length));
		for (uint64_t i = 0; i < chunk->length; i++) {
			uint8_t pair[2] = { (uint8_t)letter(d), chunk->bytes[i] };

			buf_append(&s->merged, span_of(pair, 2));
		}
	}
	ck_assert_uint_eq(s->flow->side[d].missing, s->gaps[d]);
	if (!s->tap->quiet)
		log_chunk(s->tap, chunk);
}

static void on_event(void *session, const struct flow_event *event)
{
	struct tap_session *s = session;
	char text[80], c = letter(event->direction);

	ck_assert(s->ends == 0);
	switch (event->kind) {
	case FLOW_EVENT_SYN:
		snprintf(text, sizeof text, "syn:%c", c);
		break;
	case FLOW_EVENT_SYN_ACK:
		snprintf(text, sizeof text, "synack:%c", c);
		break;
	case FLOW_EVENT_ESTABLISHED:
		snprintf(text, sizeof text, "est");
		break;
	case FLOW_EVENT_FIN:
		s->fin[event->direction] = true;
		snprintf(text, sizeof text, "fin:%c@%" PRIu64, c, event->offset);
		break;
	case FLOW_EVENT_RST:
		snprintf(text, sizeof text, "rst:%c@%" PRIu64, c, event->offset);
		break;
	case FLOW_EVENT_ICMP:
		snprintf(text, sizeof text, "icmp:%c", c);
		break;
	case FLOW_EVENT_CONFLICT:
		snprintf(text, sizeof text, "conflict:%c@%" PRIu64 "+%" PRIu32, c, event->offset,
			 event->length);
		break;
	case FLOW_EVENT_ZERO_WINDOW:
		snprintf(text, sizeof text, "zero:%c", c);
		break;
	case FLOW_EVENT_WINDOW_OPEN:
		snprintf(text, sizeof text, "opened:%c", c);
		break;
	case FLOW_EVENT_RETRANSMIT:
		snprintf(text, sizeof text, "re:%c@%" PRIu64 "+%" PRIu32, c, event->offset, event->length);
		break;
	}
	if (!s->tap->quiet)
		word(s->tap, text);
}

static void on_close(void *session, enum flow_end end, tstamp time)
{
	static const char *const names[] = { [FLOW_END_CLOSED] = "end:closed",
					     [FLOW_END_REUSED] = "end:reused",
					     [FLOW_END_IDLE] = "end:idle",
					     [FLOW_END_EVICTED] = "end:evicted",
					     [FLOW_END_INPUT] = "end:input" };
	struct tap_session *s = session;

	(void)time;
	s->ends++;
	ck_assert_uint_eq(s->ends, 1);
	s->last = *s->flow;
	s->flow = NULL;
	if (!s->tap->quiet)
		word(s->tap, names[end]);
}

void tap_init(struct tap *t, const struct stream_config *config)
{
	struct stream_sink sink = {
		.context = t, .open = on_open, .chunk = on_chunk, .event = on_event, .close = on_close
	};

	*t = (struct tap){ .step = TSTAMP_MILLISECOND,
			   .now = 1000 * TSTAMP_SECOND,
			   .isn = { 1000, 5000000 },
			   .window = 8192,
			   .ports = { 25, 587 } };
	buf_init(&t->log, 4 * TAP_BYTES);
	ck_assert(addr_parse(&t->client.addr, "192.0.2.1") && addr_parse(&t->server.addr, "198.51.100.25"));
	t->client.port = 40000;
	t->server.port = 25;
	if (config)
		t->config = *config;
	t->config.ports = t->ports;
	t->config.port_count = 2;
	t->stream = stream_create(&t->config, &sink);
	ck_assert_ptr_nonnull(t->stream);
}

void tap_finish(struct tap *t)
{
	stream_destroy(t->stream);
	for (size_t i = 0; i < TAP_SESSIONS; i++) {
		struct tap_session *s = &t->session[i];

		ck_assert(s->tap == NULL || s->ends == 1);
		for (int d = 0; d < 2; d++)
			buf_finish(&s->bytes[d]);
		buf_finish(&s->merged);
	}
	buf_finish(&t->log);
}

struct segment tap_segment(struct tap *t, enum direction d, int64_t offset, int64_t ack, unsigned flags,
			   const char *text)
{
	struct segment g = { .kind = SEGMENT_TCP, .flags = (uint8_t)flags, .window = t->window, .ttl = 64 };

	t->now += t->step;
	g.frame = (struct frame_ref){ .number = ++t->frame & FRAME_NUMBER_MAX, .digits = 6, .time = t->now };
	g.source = d == DIR_CLIENT ? t->client : t->server;
	g.target = d == DIR_CLIENT ? t->server : t->client;
	g.ip_id = ++t->ip_id;
	g.seq = t->isn[d] + (flags & TCP_SYN ? 0 : 1) + (uint32_t)offset;
	g.ack = flags & TCP_ACK ? t->isn[direction_other(d)] + 1 + (uint32_t)ack : 0;
	g.payload = span_text(text);
	g.payload_length = (uint32_t)g.payload.length;
	return g;
}

void tap_send(struct tap *t, enum direction d, int64_t offset, int64_t ack, unsigned flags, const char *text)
{
	struct segment g = tap_segment(t, d, offset, ack, flags, text);

	stream_push(t->stream, &g);
}

void tap_data(struct tap *t, enum direction d, int64_t offset, int64_t ack, const char *text)
{
	tap_send(t, d, offset, ack, TCP_ACK, text);
}

void tap_handshake(struct tap *t)
{
	tap_send(t, DIR_CLIENT, 0, 0, TCP_SYN, "");
	tap_send(t, DIR_SERVER, 0, 0, TCP_SYN | TCP_ACK, "");
	tap_send(t, DIR_CLIENT, 0, 0, TCP_ACK, "");
}

void tap_wait(struct tap *t, tstamp duration)
{
	t->now += duration;
	stream_flush(t->stream, t->now);
}

const char *tap_log(struct tap *t)
{
	static char text[1 << 16];

	snprintf(text, sizeof text, "%.*s", (int)t->log.length, t->log.length ? (const char *)t->log.at : "");
	buf_clear(&t->log);
	return text;
}
