/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two TCPs of a session: sequence numbers, acknowledgements, and the segments that a line of the talk
 * becomes.
 */
#include "script.h"

#include <stdlib.h>

struct session *session_current(struct script *s)
{
	return &s->sessions[s->current];
}

static bool text_is(const char *text, struct span word)
{
	return span_equal(span_text(text), word);
}

static void session_add(struct script *s, struct span name)
{
	size_t n = s->session_count, capacity = n;
	struct session *new;

	if (n == SCRIPT_SESSIONS_MAX)
		script_fail(s, "too many sessions");
	s->sessions = script_grow(s, s->sessions, &capacity, n + 1, sizeof *s->sessions);
	new = &s->sessions[n];
	*new = (struct session){ .snap = UINT32_MAX, .mss = s->mss, .capture = { true, true } };
	new->name = script_text(s, name);
	for (int i = 0; i < 2; i++) {
		new->side[i].endpoint = i == SIDE_CLIENT ? s->client : s->server;
		new->side[i].isn = s->isn[i] + (uint32_t)n * 1000003u;
		new->side[i].window = 64240;
		new->side[i].ttl = i == SIDE_CLIENT ? 64 : 57;
		new->side[i].ip_id = (uint16_t)(4096 * (i + 1) + 7 * (int)n);
	}
	new->side[SIDE_CLIENT].endpoint.port = (uint16_t)(s->client.port + n);
	s->session_count = n + 1;
	s->current = n;
}

void session_select(struct script *s, struct span rest)
{
	struct span name = word_next(&rest);
	bool found = false;

	if (!name.length)
		script_fail(s, "session needs a name");
	for (size_t i = 0; i < s->session_count && !found; i++) {
		found = text_is(s->sessions[i].name, name);
		if (found)
			s->current = i;
	}
	if (!found)
		session_add(s, name);
	else if (rest.length)
		script_fail(s, "session %s already exists; its settings belong at its first mention",
			    session_current(s)->name);
	while (rest.length) {
		struct span word = word_next(&rest);
		const uint8_t *equals = memchr(word.at, '=', word.length);
		struct side *side = session_current(s)->side;
		struct span key, value;
		if (!equals)
			script_fail(s, "key=value expected: %.*s", (int)word.length, (const char *)word.at);
		key = span_of(word.at, (size_t)(equals - word.at));
		value = span_from(word, key.length + 1);
		if (word_is(key, "client"))
			side[SIDE_CLIENT].endpoint = word_endpoint(s, value, side[SIDE_CLIENT].endpoint.port);
		else if (word_is(key, "server"))
			side[SIDE_SERVER].endpoint = word_endpoint(s, value, 25);
		else if (word_is(key, "client-isn"))
			side[SIDE_CLIENT].isn = (uint32_t)word_number(s, value, UINT32_MAX);
		else if (word_is(key, "server-isn"))
			side[SIDE_SERVER].isn = (uint32_t)word_number(s, value, UINT32_MAX);
		else
			script_fail(s, "unknown session setting: %.*s", (int)key.length, (const char *)key.at);
	}
}

static void append(struct script *s, const struct talk_segment *segment)
{
	struct talk *t = s->talk;

	if (t->count == SCRIPT_SEGMENTS_MAX)
		script_fail(s, "too many segments");
	t->segments = script_grow(s, t->segments, &s->segment_capacity, t->count + 1, sizeof *t->segments);
	t->segments[t->count++] = *segment;
}

/* Outputs the segments that waited for the packet just appended. */
static void release_late(struct script *s)
{
	for (size_t i = 0; i < s->late_count;) {
		struct talk_segment segment;
		if (--s->late[i].left) {
			i++;
			continue;
		}
		segment = s->late[i].segment;
		memmove(&s->late[i], &s->late[i + 1], (s->late_count - i - 1) * sizeof *s->late);
		s->late_count--;
		s->now += 20000;
		segment.segment.frame.time = s->now;
		append(s, &segment);
	}
}

void send_late_rest(struct script *s)
{
	for (size_t i = 0; i < s->late_count; i++)
		s->late[i].left = 1;
	release_late(s);
}

static void emit(struct script *s, struct talk_segment *segment, int sender, const struct modifiers *m)
{
	struct session *session = session_current(s);

	s->now += sender == s->last_sender ? 200000 : s->step;
	s->last_sender = sender;
	segment->segment.frame = (struct frame_ref){ .digits = 9, .time = s->now };
	segment->from_client = sender == SIDE_CLIENT;
	segment->session = (unsigned)s->current;
	segment->line = (unsigned)s->at + 1;
	segment->captured = session->capture[sender] && !(m && m->lost);
	if (m && m->late && segment->captured) {
		if (s->late_count == sizeof s->late / sizeof *s->late)
			script_fail(s, "too many late packets");
		segment->odd = true;
		s->late[s->late_count++] = (struct late_segment){ .segment = *segment, .left = m->late };
		return;
	}
	append(s, segment);
	if (m && m->twice && segment->captured) {
		struct talk_segment copy = *segment;
		s->now += 10000;
		copy.segment.frame.time = s->now;
		copy.odd = true;
		append(s, &copy);
	}
	if (segment->captured)
		release_late(s);
}

/* Returns what |sender| acknowledges now, as an offset of the other side's stream. */
static uint64_t acknowledged(struct session *session, int sender, const struct modifiers *m)
{
	struct side *self = &session->side[sender], *other = &session->side[!sender];
	uint64_t ack = other->next;

	if (m && m->crossing)
		ack = other->end_count > m->crossing ? other->ends[other->end_count - 1 - m->crossing] : 0;
	if (ack > self->acked)
		self->acked = ack;
	return self->acked;
}

static struct talk_segment segment_of(struct script *s, int sender, uint8_t flags, uint64_t offset,
				      const struct modifiers *m)
{
	struct session *session = session_current(s);
	struct side *self = &session->side[sender], *other = &session->side[!sender];
	struct talk_segment t = { 0 };

	t.segment.kind = SEGMENT_TCP;
	t.segment.source = self->endpoint;
	t.segment.target = other->endpoint;
	t.segment.seq = self->isn + 1 + (uint32_t)offset;
	if (other->syn) {
		flags |= TCP_ACK;
		t.segment.ack = other->isn + 1 + (uint32_t)acknowledged(session, sender, m);
	}
	t.segment.flags = flags;
	t.segment.window = self->window;
	t.segment.ttl = self->ttl;
	t.segment.ip_id = self->endpoint.addr.version == 4 ? self->ip_id : 0;
	self->ip_id++;
	return t;
}

static void mark_end(struct script *s, struct side *side)
{
	side->ends = script_grow(s, side->ends, &side->end_capacity, side->end_count + 1, sizeof *side->ends);
	side->ends[side->end_count++] = side->next;
}

static void send_syn(struct script *s, int sender, const struct modifiers *m)
{
	struct session *session = session_current(s);
	struct side *self = &session->side[sender];
	struct talk_segment t = segment_of(s, sender, TCP_SYN, 0, m);

	session->opened = true;
	t.segment.seq = self->isn;
	t.segment.options.has_mss = true;
	t.segment.options.mss = (uint16_t)session->mss;
	t.last_of_line = true;
	if (!self->syn)
		mark_end(s, self);
	self->syn = true;
	emit(s, &t, sender, m);
}

void session_open(struct script *s)
{
	struct session *session = session_current(s);

	if (session->opened)
		return;
	s->last_sender = -1;
	send_syn(s, SIDE_CLIENT, NULL);
	send_syn(s, SIDE_SERVER, NULL);
	send_flags(s, SIDE_CLIENT, TCP_ACK, NULL);
}

void send_flags(struct script *s, int sender, uint8_t flags, const struct modifiers *m)
{
	struct session *session = session_current(s);
	struct side *self = &session->side[sender];
	struct talk_segment t;

	if (flags & TCP_SYN) {
		send_syn(s, sender, m);
		return;
	}
	if (!(flags == TCP_RST && session->opened))
		session_open(s);
	t = segment_of(s, sender, flags, self->next, m);
	if (!self->syn && flags & TCP_RST) { /* a refusal (RFC 9293 3.10.7.1) has no sequence number of its own */
		t.segment.seq = 0;
		t.segment.window = 0;
	}
	t.last_of_line = true;
	if (flags & TCP_FIN && !self->fin) {
		self->fin = true;
		self->next++;
		mark_end(s, self);
	}
	if (flags & (TCP_FIN | TCP_RST))
		session->closed = true;
	emit(s, &t, sender, m);
}

void session_close(struct script *s, size_t index)
{
	struct session *session;
	int first = s->close == CLOSE_CLIENT ? SIDE_CLIENT : SIDE_SERVER;

	s->current = index;
	session = session_current(s);
	if (s->close == CLOSE_NONE || session->closed || !session->side[0].syn || !session->side[1].syn)
		return;
	send_flags(s, first, TCP_FIN, NULL);
	send_flags(s, !first, TCP_FIN, NULL);
	send_flags(s, first, TCP_ACK, NULL);
}

/* Returns where the segment that begins at |from| ends. */
static size_t piece_end(const struct script *s, size_t from, size_t length, bool bytewise, uint32_t mss)
{
	size_t end = bytewise ? from + 1 : from + mss;

	for (size_t i = 0; i < s->split_count; i++)
		if (s->splits[i] > from && s->splits[i] < end)
			end = s->splits[i];
	return end < length ? end : length;
}

void send_text(struct script *s, int sender, const struct modifiers *m)
{
	struct session *session = session_current(s);
	struct side *self = &session->side[sender];
	size_t length = s->text.length;
	uint8_t *bytes = script_alloc(s, length + 1);
	uint64_t start;
	uint32_t snap = session->snap < m->cut ? session->snap : m->cut;

	if (!m->syn)
		session_open(s);
	if (length)
		memcpy(bytes, s->text.at, length);
	start = m->has_at ? (uint64_t)((int64_t)self->next + m->at) : self->next;
	for (size_t from = 0, end; from < length; from = end) {
		struct talk_segment t = segment_of(s, sender, TCP_PSH, start + from, m);
		bool last;
		end = piece_end(s, from, length, m->bytewise, session->mss);
		last = end == length;
		if (m->syn && from == 0) { /* data on the SYN (RFC 7413) */
			t.segment.flags |= TCP_SYN;
			t.segment.seq--;
			session->opened = true;
			self->syn = true;
		}
		if (last && m->fin)
			t.segment.flags |= TCP_FIN;
		if (last && m->rst)
			t.segment.flags |= TCP_RST;
		t.whole = span_of(bytes + from, end - from);
		t.segment.payload_length = (uint32_t)(end - from);
		t.segment.payload = span_first(t.whole, snap);
		t.last_of_line = last;
		t.odd = m->has_at;
		emit(s, &t, sender, m);
	}
	if (start + length > self->next) {
		self->data += start + length - self->next;
		self->next = start + length;
	}
	if (m->fin) {
		self->fin = true;
		self->next++;
	}
	if (m->fin || m->rst)
		session->closed = true;
	mark_end(s, self);
	if (m->again) {
		size_t pieces = 0;
		for (size_t from = 0; from < length; pieces++)
			from = piece_end(s, from, length, m->bytewise, session->mss);
		send_again(s, sender, pieces);
	}
	s->split_count = 0;
	buf_clear(&s->text);
}

void send_again(struct script *s, int sender, size_t count)
{
	struct talk *t = s->talk;
	size_t i = t->count, found = 0, end = t->count;

	while (i > 0 && found < count) {
		const struct talk_segment *old = &t->segments[--i];
		found += old->session == s->current && old->from_client == (sender == SIDE_CLIENT) &&
			 !old->odd && old->segment.payload_length;
	}
	if (found < count)
		script_fail(s, "nothing to send again");
	for (; i < end; i++) {
		struct talk_segment old = t->segments[i], again;
		if (old.session != s->current || old.from_client != (sender == SIDE_CLIENT) || old.odd ||
		    !old.segment.payload_length)
			continue;
		again = segment_of(s, sender, old.segment.flags, 0, NULL);
		again.segment.seq = old.segment.seq;
		again.whole = old.whole;
		again.segment.payload = span_first(old.whole, session_current(s)->snap);
		again.segment.payload_length = old.segment.payload_length;
		again.odd = true;
		again.last_of_line = i + 1 == end;
		emit(s, &again, sender, NULL);
	}
}

/* A keep-alive (RFC 9293 3.8.4): one byte before the last byte sent, without payload. */
void send_probe(struct script *s, int sender)
{
	struct talk_segment t;

	session_open(s);
	t = segment_of(s, sender, 0, session_current(s)->side[sender].next - 1, NULL);
	t.odd = true;
	t.last_of_line = true;
	emit(s, &t, sender, NULL);
}

void send_icmp(struct script *s, uint8_t type, uint8_t code, uint32_t mtu, const struct addr *from)
{
	struct talk *t = s->talk;

	for (size_t i = t->count; i-- > 0;) {
		const struct talk_segment *quoted = &t->segments[i];
		struct talk_segment error = { 0 };
		if (quoted->session != s->current || !quoted->from_client)
			continue;
		error.segment.kind = SEGMENT_ICMP_ERROR;
		error.segment.source = quoted->segment.source;
		error.segment.target = quoted->segment.target;
		error.segment.seq = quoted->segment.seq;
		error.segment.ttl = 60;
		error.segment.icmp = (struct segment_icmp){
			.from = from ? *from : quoted->segment.target.addr,
			.version = quoted->segment.source.addr.version,
			.type = type,
			.code = code,
			.mtu = mtu,
		};
		error.odd = true;
		error.last_of_line = true;
		emit(s, &error, SIDE_SERVER, NULL);
		return;
	}
	script_fail(s, "the client has sent no packet that an ICMP error could quote");
}
