/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * talk_segments TALK OUT: writes a talk's segments in the format of the fuzzers (segments.h). The corpora of
 * stream and annotate were made with it.
 */
#include "segments.h"
#include "talk.h"

#include <stdio.h>

struct writer {
	const struct talk *talk;
	FILE *out;
	tstamp last;
};

static void put(FILE *out, uint32_t value, int bytes)
{
	while (bytes-- > 0)
		putc((int)(value >> (8 * bytes) & 0xff), out);
}

static void write_segment(void *context, const struct segment *g)
{
	struct writer *w = context;
	const struct talk_session *session = NULL;
	uint32_t mine, theirs, cut = (g->payload_length - (uint32_t)g->payload.length + 15) / 16;
	unsigned index = 0, time = 0;
	bool server = false;

	for (size_t i = 0; i < w->talk->session_count && !session; i++) {
		const struct talk_session *s = &w->talk->sessions[i];

		server = endpoint_equal(&g->source, &s->server);
		if (server ? endpoint_equal(&g->target, &s->client) : endpoint_equal(&g->source, &s->client)) {
			session = s;
			index = (unsigned)i;
		}
	}
	if (!session)
		return;
	mine = session->isn[server];
	theirs = session->isn[!server];
	for (tstamp us = (g->frame.time - w->last) / 1000; us > 1 && time < 31; us /= 2)
		time++;
	w->last = g->frame.time;
	put(w->out,
	    (index & 3) | (server ? 4u : 0) | (g->kind == SEGMENT_ICMP_ERROR ? 8u : 0) |
		(cut > 15 ? 15 : cut) << 4,
	    1);
	put(w->out, (g->flags & 0x3fu) | (g->window == 0 ? 0x40u : 0), 1);
	put(w->out, g->seq - mine, 4);
	put(w->out, g->flags & TCP_ACK ? g->ack - theirs : 0, 4);
	put(w->out, (uint32_t)g->payload.length, 2);
	put(w->out, time, 1);
	put(w->out, g->ip_id & 0xffu, 1);
	fwrite(g->payload.at ? g->payload.at : (const uint8_t *)"", 1, g->payload.length & 0xffff, w->out);
}

int main(int argc, char **argv)
{
	char error[TALK_ERROR_SIZE];
	struct talk talk;
	struct writer w = { .talk = &talk };

	if (argc != 3 || !talk_load(&talk, argv[1], error)) {
		fprintf(stderr, "talk_segments: %s\n",
			argc != 3 ? "a talk and an output file are needed" : error);
		return 2;
	}
	w.out = fopen(argv[2], "w");
	if (!w.out) {
		perror(argv[2]);
		return 2;
	}
	w.last = talk.count ? talk.segments[0].segment.frame.time : 0;
	talk_feed(&talk, write_segment, &w);
	talk_finish(&talk);
	return fclose(w.out) ? 2 : 0;
}
