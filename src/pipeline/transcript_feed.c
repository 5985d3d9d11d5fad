/* SPDX-License-Identifier: BSD-2-Clause */
#include "transcript_feed.h"

struct feed {
	const struct proxy_sink *sink;
	struct flow flow;
	void *session;
	struct buf line;
};

static void push(struct feed *f, enum direction side, struct span words, size_t number)
{
	struct flow_side *s = &f->flow.side[side];
	const struct frame_ref frame = { .number = number & FRAME_NUMBER_MAX, .time = TSTAMP_NONE };
	struct chunk chunk = { .direction = side, .offset = s->delivered, .frame = frame, .sent = frame };

	buf_clear(&f->line);
	buf_append(&f->line, words);
	buf_text(&f->line, "\r\n");
	chunk.bytes = f->line.at;
	chunk.length = f->line.length;
	/* The text shows what the client had seen, but not what had reached the server. */
	chunk.acked_known = side == DIR_CLIENT;
	chunk.peer_acked = f->flow.side[DIR_SERVER].delivered;
	s->seen = true;
	s->delivered += chunk.length;
	s->payload_bytes += chunk.length;
	f->flow.last = frame;
	f->sink->chunk(f->session, &chunk);
}

/* A chunk of BDAT is not in the text: it is passed on as empty. */
static struct span without_size(struct span words, struct buf *scratch)
{
	static const char verb[] = "BDAT ";
	size_t at = sizeof verb - 1;

	if (!text_begins(words, verb))
		return words;
	while (at < words.length && words.at[at] >= '0' && words.at[at] <= '9')
		at++;
	buf_clear(scratch);
	buf_text(scratch, "BDAT 0");
	buf_append(scratch, span_from(words, at));
	return buf_span(scratch);
}

static bool is_goodbye(struct span words)
{
	return text_begins(words, "221") || text_begins(words, "421");
}

void transcript_feed(const struct proxy_sink *sink, const struct transcript *dialogue, uint64_t number)
{
	const size_t count = dialogue->lines.count;
	struct feed f = { .sink = sink,
			  .flow = { .number = number,
				    .transcript = true,
				    .roles_known = true,
				    .opened = FLOW_HANDSHAKE,
				    .rtt = -1,
				    .side = { { .syn = true }, { .syn = true } },
				    .first = { .number = 1, .time = TSTAMP_NONE },
				    .last = { .number = 1, .time = TSTAMP_NONE } } };
	struct buf scratch;

	buf_init(&f.line, TEXT_LINE_KEPT + 2);
	buf_init(&scratch, TEXT_LINE_KEPT);
	if (count)
		f.flow.first.number = dialogue->lines.list[0].number & FRAME_NUMBER_MAX;
	f.session = sink->open(sink->context, &f.flow);
	if (!dialogue->whole)
		push(&f, DIR_SERVER, span_text("220 "), f.flow.first.number);
	for (size_t i = 0; i < count; i++) {
		struct span words = text_lines_at(&dialogue->lines, i);
		enum direction side = dialogue->list[i].side;

		if (dialogue->list[i].encrypted)
			continue;
		if (side == DIR_CLIENT)
			words = without_size(words, &scratch);
		push(&f, side, words, dialogue->lines.list[i].number);
	}
	/* After a goodbye, nothing more was to come; otherwise the text may end too early. */
	if (count && dialogue->list[count - 1].side == DIR_SERVER &&
	    is_goodbye(text_lines_at(&dialogue->lines, count - 1))) {
		f.flow.closed = FLOW_SERVER_FIN;
		f.flow.side[DIR_SERVER].fin = true;
	}
	sink->close(f.session, FLOW_END_INPUT, TSTAMP_NONE);
	buf_finish(&scratch);
	buf_finish(&f.line);
}
