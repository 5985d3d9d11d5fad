/* SPDX-License-Identifier: BSD-2-Clause */
#include "sighting.h"

#include "redact.h"

#include <stdio.h>
#include <stdlib.h>

enum { TCP_HEADER = 20, OPTION_END = 0, OPTION_NOP = 1, SEPARATORS = 4 };

void sighting_destroy(struct sighting *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->line_count; i++)
		free(s->lines[i].text);
	free(s->lines);
	free(s->sent);
	free(s->side[DIR_CLIENT].bytes);
	free(s->side[DIR_SERVER].bytes);
	free(s->headline);
	free(s->advice);
	dialogue_finish(&s->kept.dialogue);
	free(s);
}

/************ lines ************/

static void add_line(struct sighting *s, const struct sighted_line *line)
{
	size_t capacity = s->line_capacity ? s->line_capacity * 2 : 16;
	struct sighted_line *grown;

	if (s->line_count == SIGHTING_LINES) {
		s->incomplete = true;
		free(line->text);
		return;
	}
	if (s->line_count == s->line_capacity) {
		grown = realloc(s->lines, capacity * sizeof *grown);
		if (!grown) {
			s->incomplete = true;
			free(line->text);
			return;
		}
		s->lines = grown;
		s->line_capacity = capacity;
	}
	s->lines[s->line_count++] = *line;
	s->line_bytes += sizeof *line + strlen(line->text);
}

static char *copy_of(struct span text)
{
	text = span_first(text, SIGHTING_LINE_KEPT);
	return text.length ? strndup((const char *)text.at, text.length) : strdup("");
}

static void add_command(struct sighting *s, const struct smtp_event *event, struct buf *scratch)
{
	const struct command *c = event->command;
	struct sighted_line line = { .offset = (int64_t)c->start, .direction = DIR_CLIENT, .kind = LINE_COMMAND };

	s->side[DIR_CLIENT].lines_end = (int64_t)(c->start + c->line_length);
	/* Lines of a message are not shown. */
	if (c->kind == COMMAND_END_OF_DATA || c->kind == COMMAND_PROXY || (c->flags & COMMAND_BODY_TEXT))
		return;
	line.text = copy_of(redact(scratch, event->session->secrets, c->line, c->secret_at));
	if (line.text)
		add_line(s, &line);
}

static void add_reply(struct sighting *s, const struct smtp_event *event, struct buf *scratch)
{
	const struct exchange *x = event->exchange;
	const struct reply *r = x->reply;
	bool hello = x->command && (x->command->verb_id == VERB_EHLO || x->command->verb_id == VERB_LHLO) &&
		     r->code == 250;

	for (size_t i = 0; r->offsets && i < r->line_count; i++) {
		struct sighted_line line = { .offset = (int64_t)r->offsets[i] - 1,
					     .direction = DIR_SERVER,
					     .kind = x->answers == ANSWERS_CONNECT ? LINE_GREETING
						     : hello && i		   ? LINE_OFFER
										   : LINE_REPLY };
		struct span text = span_first(redact(scratch, event->session->secrets, r->lines[i], SIZE_MAX),
					      SIGHTING_LINE_KEPT);
		bool last = i + 1 == r->lines_seen;

		if (asprintf(&line.text, "%u%s%.*s", r->code, last ? " " : "-", (int)text.length,
			     text.length ? (const char *)text.at : "") < 0)
			return;
		add_line(s, &line);
	}
	s->side[DIR_SERVER].lines_end = (int64_t)r->end;
}

void sighting_event(struct sighting *s, const struct smtp_event *event, struct buf *scratch)
{
	struct sighted_line line = { .offset = (int64_t)event->offset,
				     .direction = DIR_SERVER,
				     .kind = LINE_REPLY };

	/* Offsets of decrypted lines are not those of packets. */
	if (session_tls(event->session)->decrypted)
		return;
	switch (event->kind) {
	case SMTP_COMMAND:
		add_command(s, event, scratch);
		break;
	case SMTP_REPLY:
		add_reply(s, event, scratch);
		break;
	case SMTP_NOT_REPLY:
		line.text = copy_of(redact(scratch, event->session->secrets, event->line, SIZE_MAX));
		if (line.text)
			add_line(s, &line);
		s->side[DIR_SERVER].lines_end = (int64_t)(event->offset + event->line.length);
		break;
	case SMTP_TLS:
		for (int d = DIR_CLIENT; d <= DIR_SERVER; d++)
			s->side[d].tls_from = s->side[d].lines_end;
		break;
	default:
		break;
	}
}

const struct sighted_line *sighting_line(const struct sighting *s, enum direction d, int64_t from, int64_t to)
{
	for (size_t i = 0; i < s->line_count; i++)
		if (s->lines[i].direction == d && s->lines[i].offset >= from && s->lines[i].offset < to)
			return &s->lines[i];
	return NULL;
}

const struct transmission *sighting_carrier(const struct sighting *s, enum direction d, int64_t offset)
{
	for (size_t i = 0; i < s->sent_count; i++) {
		const struct transmission *t = &s->sent[i];

		if (t->direction == d && t->start <= offset && offset < t->start + t->length)
			return t;
	}
	return NULL;
}

const struct entry *sighting_hello(const struct sighting *s)
{
	const struct entry *e = s->kept.dialogue.first;

	while (e && !e->capabilities)
		e = e->next;
	return e;
}

/************ segments ************/

static void note_options(struct sighted_syn *syn, struct span tcp)
{
	uint8_t offset = 0, kind, length;
	struct span options;

	span_get_u8(tcp, 12, &offset);
	options = span_from(span_first(tcp, (size_t)(offset >> 4) * 4), TCP_HEADER);
	for (size_t at = 0; span_get_u8(options, at, &kind) && kind != OPTION_END;) {
		if (kind == OPTION_NOP) {
			at++;
			continue;
		}
		if (!span_get_u8(options, at + 1, &length) || length < 2 || syn->kind_count == SIGHTING_OPTIONS)
			return;
		syn->kinds[syn->kind_count++] = kind;
		at += length;
	}
}

static void note_syn(struct sighted_syn *syn, const struct segment *segment, const struct packet_trace *trace)
{
	if (syn->seen)
		return;
	*syn = (struct sighted_syn){ .seen = true,
				     .seq = segment->seq,
				     .ip_id = segment->ip_id,
				     .frame = segment->frame.number,
				     .time = segment->frame.time,
				     .options = segment->options };
	if (trace->count)
		note_options(syn, trace->steps[trace->count - 1].bytes);
}

/* Merges the range with those that it touches. Returns false if there are too many. */
static bool add_range(struct sighted_stream *s, struct sighted_range new)
{
	size_t at = 0, end;

	while (at < s->range_count && s->ranges[at].to < new.from)
		at++;
	for (end = at; end < s->range_count && s->ranges[end].from <= new.to; end++) {
		if (s->ranges[end].from < new.from)
			new.from = s->ranges[end].from;
		if (s->ranges[end].to > new.to)
			new.to = s->ranges[end].to;
	}
	if (end == at && s->range_count == SIGHTING_RANGES)
		return false;
	memmove(&s->ranges[at + 1], &s->ranges[end], (s->range_count - end) * sizeof s->ranges[0]);
	s->range_count = s->range_count + 1 - (end - at);
	s->ranges[at] = new;
	return true;
}

/* Copies |bytes| to offset |from|, where nothing has been captured before: the first copy counts. */
static void fill_gaps(struct sighted_stream *s, size_t from, struct span bytes)
{
	size_t at = from, to = from + bytes.length;

	for (size_t i = 0; i < s->range_count && at < to; i++) {
		const struct sighted_range *r = &s->ranges[i];

		if (r->to <= at)
			continue;
		if (r->from > at) {
			size_t end = r->from < to ? r->from : to;

			memcpy(s->bytes + at, bytes.at + (at - from), end - at);
		}
		at = r->to;
	}
	if (at < to)
		memcpy(s->bytes + at, bytes.at + (at - from), to - at);
}

/* Keeps the bytes of a segment at |offset|; the first copy counts. Returns the memory it has taken. */
static size_t keep_bytes(struct sighted_stream *s, int64_t offset, struct span bytes)
{
	size_t from = offset < 0 ? 0 : (size_t)offset, before = s->capacity, to;

	if (offset < 0)
		bytes = span_from(bytes, (size_t)-offset);
	if (from >= SIGHTING_STREAM || bytes.length > SIGHTING_STREAM - from) {
		s->more = true;
		bytes = span_first(bytes, from < SIGHTING_STREAM ? SIGHTING_STREAM - from : 0);
	}
	if (!bytes.length)
		return 0;
	to = from + bytes.length;
	if (to > s->capacity) {
		size_t capacity = to * 2 < SIGHTING_STREAM ? to * 2 : SIGHTING_STREAM;
		uint8_t *grown = realloc(s->bytes, capacity);

		if (!grown) {
			s->more = true;
			return 0;
		}
		s->bytes = grown;
		s->capacity = capacity;
	}
	fill_gaps(s, from, bytes);
	if (!add_range(s, (struct sighted_range){ from, to }))
		s->more = true;
	return s->capacity - before;
}

/* The stream offset of sequence number |seq|, near the newest one. */
static int64_t offset_of(struct sighted_stream *s, const struct stream_marks *marks, uint32_t seq)
{
	if (!s->begun)
		s->newest_seq = marks->first_seq;
	s->begun = true;
	return s->newest + (int32_t)(seq - s->newest_seq);
}

static void note_ttl(struct sighted_stream *s, uint8_t ttl)
{
	if (!s->ttl_low || ttl < s->ttl_low)
		s->ttl_low = ttl;
	if (ttl > s->ttl_high)
		s->ttl_high = ttl;
}

static size_t add_transmission(struct sighting *s, const struct transmission *t)
{
	size_t capacity = s->sent_capacity ? s->sent_capacity * 2 : 32;
	struct transmission *grown;

	if (s->sent_count == SIGHTING_TRANSMISSIONS) {
		s->incomplete = true;
		return 0;
	}
	if (s->sent_count < s->sent_capacity) {
		s->sent[s->sent_count++] = *t;
		return 0;
	}
	grown = realloc(s->sent, capacity * sizeof *grown);
	if (!grown) {
		s->incomplete = true;
		return 0;
	}
	s->sent = grown;
	s->sent[s->sent_count++] = *t;
	capacity -= s->sent_capacity;
	s->sent_capacity += capacity;
	return capacity * sizeof *grown;
}

size_t sighting_segment(struct sighting *s, enum direction d, const struct segment *segment,
			const struct packet_trace *trace)
{
	struct sighted_stream *stream = &s->side[d], *other = &s->side[direction_other(d)];
	const struct stream_marks *marks = &s->marks.side[d], *peer = &s->marks.side[direction_other(d)];
	bool syn = segment->flags & TCP_SYN, fin = segment->flags & TCP_FIN;
	struct transmission t = { .time = segment->frame.time,
				  .frame = segment->frame.number,
				  .seq = segment->seq,
				  .acknowledged = segment->ack,
				  .direction = d,
				  .flags = segment->flags,
				  .ttl = segment->ttl };
	size_t bytes = 0;

	if (segment->kind != SEGMENT_TCP)
		return 0;
	if (syn)
		note_syn(&stream->syn, segment, trace);
	if (!(segment->flags & TCP_RST))
		note_ttl(stream, segment->ttl);
	if (marks->placed) {
		t.start = offset_of(stream, marks, segment->seq);
		t.length = segment->flags & TCP_RST ? 0 : segment->payload_length + syn + fin;
		if (t.length && t.start >= stream->newest) {
			stream->newest = t.start;
			stream->newest_seq = segment->seq;
		}
		if (fin)
			stream->end = t.start + segment->payload_length;
		bytes = keep_bytes(stream, t.start + syn, segment->payload);
	}
	if ((segment->flags & TCP_ACK) && peer->placed) {
		t.ack = offset_of(other, peer, segment->ack);
		t.has_ack = true;
	}
	return bytes + add_transmission(s, &t);
}
