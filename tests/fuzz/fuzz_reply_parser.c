/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzzes the reply parser with any bytes; 0xfe is a gap of seven bytes. Checks that the replies do not depend
 * on how the bytes are split into chunks, that they follow one another, and that they keep to their limits.
 */
#include "reply_parser.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reader {
	struct reply_parser parser;
	struct reply_room room;
	uint64_t offset, hash, last_end, replies, others;
};

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void mix(struct reader *r, uint64_t value)
{
	r->hash = (r->hash ^ value) * UINT64_C(0x100000001b3);
}

static void mix_span(struct reader *r, struct span s)
{
	mix(r, s.length);
	for (size_t i = 0; i < s.length; i++)
		mix(r, s.at[i]);
}

static void on_reply(void *context, const struct reply *reply)
{
	struct reader *r = context;
	size_t text = 0;

	require(reply->code >= 200 && reply->code <= 599);
	require(reply->last_code >= 200 && reply->last_code <= 599);
	require((reply->flags & REPLY_MIXED_CODES) || reply->last_code == reply->code);
	require(reply->start < reply->end && reply->end <= r->offset && reply->start >= r->last_end);
	require(reply->line_count >= 1 && reply->line_count <= REPLY_LINES_KEPT &&
		reply->lines_seen >= reply->line_count);
	require(!reply->enhanced.class || reply->enhanced.class == 2 || reply->enhanced.class == 4 ||
		reply->enhanced.class == 5);
	require(reply->enhanced.subject <= 999 && reply->enhanced.detail <= 999);
	require(reply->first.number <= reply->frame.number);
	r->last_end = reply->end;
	r->replies++;
	mix(r, reply->code);
	mix(r, reply->flags);
	mix(r, reply->start);
	mix(r, reply->end);
	mix(r, reply->lines_seen);
	mix(r, reply->peer_acked);
	for (size_t i = 0; i < reply->line_count; i++) {
		mix_span(r, reply->lines[i]);
		text += reply->lines[i].length;
		require(memchr(reply->lines[i].at ? reply->lines[i].at : (const uint8_t *)"", '\n',
			       reply->lines[i].length) == NULL);
	}
	require(text <= REPLY_TEXT_KEPT);
}

static void on_not_reply(void *context, struct span line, const struct frame_ref *frame, uint64_t offset)
{
	struct reader *r = context;

	require(line.length > 0 && offset < r->offset && frame->number > 0);
	r->others++;
	mix(r, offset);
	mix_span(r, line);
}

/* Reads everything, the runs between gaps in chunks of |step| bytes (0: whole). */
static void read_all(struct reader *r, struct patterns *patterns, struct span data, size_t step, bool complete)
{
	const struct reply_parser_common common = { .patterns = patterns,
						    .sink = { .reply = on_reply, .not_reply = on_not_reply },
						    .room = &r->room };
	uint64_t frame = 0;
	size_t at = 0;

	*r = (struct reader){ .hash = 1 };
	reply_parser_init(&r->parser, &common, r);
	while (at < data.length) {
		const uint8_t *gap = memchr(data.at + at, 0xfe, data.length - at);
		size_t end = gap ? (size_t)(gap - data.at) : data.length;
		uint64_t acked = at;

		while (at < end) {
			size_t length = step && step < end - at ? step : end - at;
			struct chunk chunk = { .direction = DIR_SERVER,
					       .offset = r->offset,
					       .length = length,
					       .bytes = data.at + at,
					       .acked_known = data.at[0] & 1,
					       .peer_acked = acked };

			chunk.frame.number = chunk.sent.number = ++frame & FRAME_NUMBER_MAX;
			r->offset += length;
			at += length;
			reply_parser_push(&r->parser, &chunk);
		}
		if (gap) {
			struct chunk chunk = {
				.direction = DIR_SERVER, .offset = r->offset, .length = 7, .gap = true
			};

			chunk.frame.number = chunk.sent.number = ++frame & FRAME_NUMBER_MAX;
			r->offset += 7;
			at++;
			reply_parser_push(&r->parser, &chunk);
			if (data.at[0] & 2)
				reply_parser_interrupt(&r->parser);
		}
	}
	reply_parser_end(&r->parser, complete);
	require(reply_parser_idle(&r->parser));
	reply_parser_finish(&r->parser);
	reply_room_finish(&r->room, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct patterns *patterns;
	struct reader whole, pieces;
	static const size_t steps[] = { 1, 2, 7 };

	if (!patterns && !(patterns = patterns_create()))
		return 0;
	if (size == 0)
		return 0;
	read_all(&whole, patterns, span_of(data, size), 0, data[0] & 4);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		read_all(&pieces, patterns, span_of(data, size), steps[i], data[0] & 4);
		require(pieces.hash == whole.hash && pieces.replies == whole.replies &&
			pieces.others == whole.others);
	}
	return 0;
}
