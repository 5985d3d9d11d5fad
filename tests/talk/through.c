/* SPDX-License-Identifier: BSD-2-Clause */
/* The same conversation through a proxy: its sessions begin with the exchange that opens the way to the server. */
#include "memory.h"
#include "sealed.h"
#include "talk.h"

#include <stdlib.h>

enum { EXCHANGE_MOST = 4 };

/* The longest that an exchange takes, if the conversation leaves that much time. */
static const tstamp EXCHANGE_TIME = 5 * TSTAMP_MILLISECOND;

struct line {
	bool from_client;
	const char *bytes;
	size_t length;
};

struct talk_proxy {
	const char *name;
	enum sealed_kind sealed; /* no proxy: the conversation is inside TLS, whose handshake is the exchange */
	bool joined; /* the proxy's last answer and the server's first bytes are one segment, if they can be */
	size_t count;
	struct line lines[EXCHANGE_MOST];
};

#define CLIENT(text)                                                                                         \
	{                                                                                                    \
		true, text, sizeof text - 1                                                                  \
	}
#define SERVER(text)                                                                                         \
	{                                                                                                    \
		false, text, sizeof text - 1                                                                 \
	}
#define SOCKS_LINES                                                                                          \
	CLIENT("\5\1\0"), SERVER("\5\0"), CLIENT("\5\1\0\3\16mx.example.net\0\31"),                          \
	    SERVER("\5\0\0\1\300\0\2\1\234\100")
#define CONNECT_LINES                                                                                        \
	CLIENT("CONNECT mx.example.net:25 HTTP/1.1\r\nHost: mx.example.net:25\r\n\r\n"),                     \
	    SERVER("HTTP/1.1 200 Connection established\r\n\r\n")

static const struct talk_proxy proxies[] = {
	{ "socks", SEALED_NONE, false, 4, { SOCKS_LINES } },
	{ "connect", SEALED_NONE, false, 2, { CONNECT_LINES } },
	{ "socks-joined", SEALED_NONE, true, 4, { SOCKS_LINES } },
	{ "connect-joined", SEALED_NONE, true, 2, { CONNECT_LINES } },
	{ "tls13", SEALED_13, false, SEALED_HELLOS, { { 0 } } },
	{ "tls13-two", SEALED_13_TWO, false, SEALED_HELLOS, { { 0 } } },
	{ "tls12", SEALED_12, false, SEALED_HELLOS, { { 0 } } },
};

const struct talk_proxy *talk_proxy_find(const char *name)
{
	for (size_t i = 0; i < sizeof proxies / sizeof *proxies; i++)
		if (!strcmp(proxies[i].name, name))
			return &proxies[i];
	return NULL;
}

size_t talk_proxy_segments(const struct talk_proxy *proxy)
{
	return proxy->count;
}

static bool of_session(const struct talk_segment *s, unsigned session)
{
	return s->session == session && s->segment.kind == SEGMENT_TCP;
}

/* Where the handshake of a session is. */
struct handshake {
	size_t syn, syn_ack;
	size_t end;	  /* behind the client's ACK and its copies */
	bool captured[2]; /* anything of the client's part; of the server's */
};

/* False if there is no whole handshake without data. */
static bool find_handshake(const struct talk *t, unsigned session, struct handshake *h)
{
	bool syn[2] = { false, false };

	*h = (struct handshake){ 0 };
	for (size_t i = 0; i < t->count; i++) {
		const struct talk_segment *s = &t->segments[i];

		if (!of_session(s, session))
			continue;
		if (s->segment.payload_length || s->segment.flags & (TCP_FIN | TCP_RST))
			return false;
		h->captured[!s->from_client] |= s->captured;
		if (s->segment.flags & TCP_SYN) {
			*(s->from_client ? &h->syn : &h->syn_ack) = i;
			syn[!s->from_client] = true;
		} else if (s->from_client && syn[0] && syn[1]) {
			h->end = i + 1;
			break;
		}
	}
	/* A lost SYN-ACK alone does not mean that the server was not captured. */
	for (size_t i = h->end; i < t->count && h->captured[0] && !h->captured[1]; i++)
		h->captured[1] = of_session(&t->segments[i], session) && !t->segments[i].from_client &&
				 t->segments[i].captured;
	while (h->end && h->end < t->count && t->segments[h->end].odd &&
	       of_session(&t->segments[h->end], session) && !t->segments[h->end].segment.payload_length)
		h->end++;
	return h->end > 0;
}

static void shift(struct talk_segment *s, const uint32_t said[2], const uint16_t sent[2])
{
	if (s->segment.ip_id)
		s->segment.ip_id = (uint16_t)(s->segment.ip_id + sent[!s->from_client]);
	if (s->segment.flags & TCP_SYN)
		return;
	s->segment.seq += said[!s->from_client];
	if (s->segment.flags & TCP_ACK)
		s->segment.ack += said[s->from_client];
}

static struct talk_segment line_segment(const struct talk *t, unsigned session, const struct handshake *h,
					const struct line *line, const uint32_t said[2], const uint16_t sent[2])
{
	struct talk_segment s = t->segments[line->from_client ? h->syn : h->syn_ack];
	const uint32_t *isn = t->sessions[session].isn;

	s.segment.flags = TCP_PSH | TCP_ACK;
	s.segment.seq = isn[!line->from_client] + 1 + said[!line->from_client];
	s.segment.ack = isn[line->from_client] + 1 + said[line->from_client];
	s.segment.options.has_mss = false;
	/* The client's ACK comes between. */
	if (s.segment.ip_id)
		s.segment.ip_id =
		    (uint16_t)(s.segment.ip_id + 1 + line->from_client + sent[!line->from_client]);
	s.whole = span_of((const uint8_t *)line->bytes, line->length);
	s.segment.payload = s.whole;
	s.segment.payload_length = (uint32_t)line->length;
	s.captured = h->captured[!line->from_client];
	s.odd = false;
	s.last_of_line = true;
	return s;
}

/* Puts the last line of the exchange, at |at|, in front of the session's next segment, if the server sent that. */
static void join(struct talk *t, size_t at)
{
	struct talk_segment *answer = &t->segments[at], *next = answer + 1;
	uint8_t *bytes;

	while (next < t->segments + t->count && !of_session(next, answer->session))
		next++;
	if (!answer->captured || next == t->segments + t->count || next->from_client || !next->captured ||
	    next->odd || !next->segment.payload_length ||
	    next->segment.payload.length != next->segment.payload_length)
		return;
	bytes = talk_memory_alloc(t->memory, answer->whole.length + next->whole.length);
	if (!bytes)
		return;
	memcpy(bytes, answer->whole.at, answer->whole.length);
	memcpy(bytes + answer->whole.length, next->whole.at, next->whole.length);
	next->whole = span_of(bytes, answer->whole.length + next->whole.length);
	next->segment.payload = next->whole;
	next->segment.payload_length = (uint32_t)next->whole.length;
	next->segment.seq = answer->segment.seq;
	memmove(answer, answer + 1, (size_t)(t->segments + t->count - answer - 1) * sizeof *answer);
	t->count--;
}

/* The time that segment |i| of |count| of the exchange has behind the handshake. */
static tstamp line_time(const struct talk *t, unsigned session, size_t end, size_t i, size_t count)
{
	tstamp from = t->segments[end - 1].segment.frame.time, most = EXCHANGE_TIME;
	size_t next = end;

	while (next < t->count && !of_session(&t->segments[next], session))
		next++;
	if (next < t->count && t->segments[next].segment.frame.time - from < most)
		most = t->segments[next].segment.frame.time - from;
	return most > 0 ? from + most * (tstamp)(i + 1) / (tstamp)(count + 1) : from;
}

/* The lines of the exchange: those of the proxy, or the handshake of TLS, in memory of the talk. */
static bool find_lines(struct talk *t, const struct talk_proxy *proxy, struct line lines[static EXCHANGE_MOST])
{
	struct sealed_handshake *hellos;

	memcpy(lines, proxy->lines, sizeof proxy->lines);
	if (proxy->sealed == SEALED_NONE)
		return true;
	hellos = (struct sealed_handshake *)(void *)talk_memory_alloc(t->memory, sizeof *hellos);
	if (!hellos || !sealed_handshake_make(hellos, proxy->sealed))
		return false;
	for (size_t i = 0; i < SEALED_HELLOS; i++)
		lines[i] = (struct line){ i != 1, (const char *)hellos->bytes[i], hellos->length[i] };
	return true;
}

static bool send_through(struct talk *t, unsigned session, const struct talk_proxy *proxy, size_t lost)
{
	struct talk_segment exchange[EXCHANGE_MOST];
	struct line lines[EXCHANGE_MOST];
	struct handshake h;
	uint32_t said[2] = { 0, 0 };
	uint16_t sent[2] = { 0, 0 };

	if (!find_handshake(t, session, &h) || !find_lines(t, proxy, lines))
		return false;
	if (proxy->sealed != SEALED_NONE && !sealed_session(t, session, h.end, proxy->sealed))
		return false;
	for (size_t i = 0; i < proxy->count; i++) {
		const struct line *line = &lines[i];

		exchange[i] = line_segment(t, session, &h, line, said, sent);
		exchange[i].segment.frame.time = line_time(t, session, h.end, i, proxy->count);
		exchange[i].captured = exchange[i].captured && i != lost;
		said[!line->from_client] += (uint32_t)line->length;
		sent[!line->from_client]++;
	}
	for (size_t i = h.end; i < t->count; i++)
		if (of_session(&t->segments[i], session))
			shift(&t->segments[i], said, sent);
	memmove(&t->segments[h.end + proxy->count], &t->segments[h.end],
		(t->count - h.end) * sizeof *t->segments);
	memcpy(&t->segments[h.end], exchange, proxy->count * sizeof *exchange);
	t->count += proxy->count;
	if (proxy->joined)
		join(t, h.end + proxy->count - 1);
	return true;
}

bool talk_through(struct talk *to, const struct talk *from, const struct talk_proxy *proxy, size_t lost)
{
	struct talk made = *from;
	bool any = false;

	made.owner = false;
	made.memory = talk_memory_create();
	made.segments = calloc(from->count + EXCHANGE_MOST * from->session_count + 1, sizeof *made.segments);
	if (made.segments && made.memory) {
		if (from->count)
			memcpy(made.segments, from->segments, from->count * sizeof *made.segments);
		for (unsigned i = 0; i < from->session_count; i++)
			any |= send_through(&made, i, proxy, lost);
	}
	if (!any) {
		talk_finish(&made);
		return false;
	}
	talk_number(&made);
	*to = made;
	return true;
}
