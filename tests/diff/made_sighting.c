/* SPDX-License-Identifier: BSD-2-Clause */
#include "made_sighting.h"

#include <stdlib.h>
#include <string.h>

struct sighting *made_session(unsigned number)
{
	struct sighting *s = calloc(1, sizeof *s);

	if (!s)
		abort();
	s->marks.number = number;
	s->from_start = true;
	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++) {
		s->marks.side[d].placed = true;
		s->side[d].tls_from = s->side[d].end = SIGHTING_NEVER;
	}
	made_place(s, 1000000 * number, 70000000 * number);
	s->marks.side[DIR_CLIENT].sender =
	    (struct endpoint){ { .bytes = { 192, 0, 2, 10 }, .version = 4 }, (uint16_t)(40000 + number) };
	s->marks.side[DIR_SERVER].sender =
	    (struct endpoint){ { .bytes = { 198, 51, 100, 25 }, .version = 4 }, 25 };
	return s;
}

void made_place(struct sighting *s, uint32_t client_seq, uint32_t server_seq)
{
	s->marks.side[DIR_CLIENT].first_seq = client_seq;
	s->marks.side[DIR_SERVER].first_seq = server_seq;
}

static size_t length_of(const struct sighting *s, enum direction d)
{
	const struct sighted_stream *stream = &s->side[d];

	return stream->range_count ? stream->ranges[stream->range_count - 1].to : 0;
}

static void add(struct sighting *s, enum direction d, tstamp time, struct segment *segment)
{
	static const struct packet_trace none = { 0 };

	if (!s->sent_count)
		s->start = time;
	s->end = time;
	segment->kind = SEGMENT_TCP;
	segment->frame = (struct frame_ref){ .number = (s->sent_count + 1) & FRAME_NUMBER_MAX, .time = time };
	segment->ttl = segment->ttl ? segment->ttl : 64;
	sighting_segment(s, d, segment, &none);
}

void made_bare(struct sighting *s, enum direction d, tstamp time, uint8_t flags, uint32_t seq, uint32_t ack)
{
	add(s, d, time, &(struct segment){ .flags = flags, .seq = seq, .ack = ack });
}

void made_handshake(struct sighting *s, tstamp time)
{
	uint32_t client = s->marks.side[DIR_CLIENT].first_seq, server = s->marks.side[DIR_SERVER].first_seq;

	made_bare(s, DIR_CLIENT, time, TCP_SYN, client - 1, 0);
	made_bare(s, DIR_SERVER, time + TSTAMP_MILLISECOND, TCP_SYN | TCP_ACK, server - 1, client);
}

void made_segment(struct sighting *s, enum direction d, tstamp time, int64_t offset, const char *text)
{
	enum direction peer = direction_other(d);
	struct segment segment = { .flags = TCP_ACK | TCP_PSH,
				   .seq = s->marks.side[d].first_seq + (uint32_t)offset,
				   .ack = s->marks.side[peer].first_seq + (uint32_t)length_of(s, peer),
				   .payload = span_text(text),
				   .payload_length = (uint32_t)strlen(text) };

	add(s, d, time, &segment);
}

static void add_line(struct sighting *s, const struct sighted_line *line)
{
	s->lines = realloc(s->lines, (s->line_count + 1) * sizeof *s->lines);
	if (!s->lines || !line->text)
		abort();
	s->lines[s->line_count++] = *line;
	s->line_capacity = s->line_count;
}

void made_line(struct sighting *s, enum direction d, tstamp time, const char *text)
{
	int64_t offset = (int64_t)length_of(s, d);
	enum line_kind kind = d == DIR_CLIENT ? LINE_COMMAND : offset ? LINE_REPLY : LINE_GREETING;
	char whole[1024];

	snprintf(whole, sizeof whole, "%s\r\n", text);
	made_segment(s, d, time, offset, whole);
	add_line(
	    s, &(struct sighted_line){ .offset = offset, .direction = d, .kind = kind, .text = strdup(text) });
}

void made_capture_add(struct made_capture *c, struct sighting *s)
{
	if (c->sightings.count == MADE_SESSIONS)
		abort();
	c->list[c->sightings.count++] = s;
	c->sightings.list = c->list;
}

void made_capture_finish(struct made_capture *c)
{
	for (size_t i = 0; i < c->sightings.count; i++)
		sighting_destroy(c->list[i]);
}
