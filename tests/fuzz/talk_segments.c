/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * talk_segments TALK OUT [PROXY [SETTINGS]]: writes a talk's segments in the format of the fuzzers (segments.h), behind a proxy (a
 * name of talk_proxy_find, "none": no proxy), after a byte of SETTINGS (default 0). The corpora of stream, annotate and proxy were
 * made with it.
 */
#include "segments.h"
#include "talk.h"

#include <stdio.h>
#include <stdlib.h>

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
	const struct talk_proxy *proxy = argc > 3 ? talk_proxy_find(argv[3]) : NULL;
	char error[TALK_ERROR_SIZE] = "";
	struct talk talk, through;
	struct writer w = { .talk = &talk };

	if (argc < 3 || (argc > 3 && !proxy && strcmp(argv[3], "none") != 0)) {
		fprintf(stderr, "usage: talk_segments TALK OUT [PROXY [SETTINGS]]\n");
		return 2;
	}
	if (!talk_load(&talk, argv[1], error)) {
		fprintf(stderr, "talk_segments: %s\n", error);
		return 2;
	}
	if (proxy && !talk_through(&through, &talk, proxy, SIZE_MAX)) {
		fprintf(stderr, "talk_segments: no session of %s begins with a handshake\n", argv[1]);
		return 2;
	}
	if (proxy)
		w.talk = &through;
	w.out = fopen(argv[2], "w");
	if (!w.out) {
		perror(argv[2]);
		return 2;
	}
	put(w.out, argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 0) : 0, 1);
	w.last = w.talk->count ? w.talk->segments[0].segment.frame.time : 0;
	talk_feed(w.talk, write_segment, &w);
	if (proxy)
		talk_finish(&through);
	talk_finish(&talk);
	return fclose(w.out) ? 2 : 0;
}
