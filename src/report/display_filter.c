/* SPDX-License-Identifier: BSD-2-Clause */
#include "display_filter.h"

#include <stdarg.h>
#include <stdio.h>

struct writer {
	char *text;
	size_t length;
};

__attribute__((format(printf, 2, 3))) static void add(struct writer *w, const char *format, ...)
{
	va_list args;
	int count;

	va_start(args, format);
	count = vsnprintf(w->text + w->length, DISPLAY_FILTER_SIZE - w->length, format, args);
	va_end(args);
	if (count > 0)
		w->length += (size_t)count;
	if (w->length >= DISPLAY_FILTER_SIZE)
		w->length = DISPLAY_FILTER_SIZE - 1;
}

static void add_addresses(struct writer *w, const struct endpoint *from, const struct endpoint *to)
{
	const char *ip = from->addr.version == 4 ? "ip" : "ipv6";
	char a[ADDR_TEXT_SIZE], b[ADDR_TEXT_SIZE];

	addr_format(a, &from->addr);
	addr_format(b, &to->addr);
	add(w, "%s.src == %s && %s.dst == %s", ip, a, ip, b);
}

static void add_direction(struct writer *w, const struct endpoint *from, const struct endpoint *to)
{
	add(w, "(");
	add_addresses(w, from, to);
	add(w, " && tcp.srcport == %u && tcp.dstport == %u)", (unsigned)from->port, (unsigned)to->port);
}

static void add_fragments(struct writer *w, const struct flow *flow)
{
	add(w, " || (((");
	add_addresses(w, &flow->client, &flow->server);
	add(w, ") || (");
	add_addresses(w, &flow->server, &flow->client);
	add(w, flow->client.addr.version == 4 ? ")) && ip.proto == 6 && (ip.flags.mf == 1 || ip.frag_offset > 0))"
					      : ")) && ipv6.fraghdr.nxt == 6)");
}

static void add_time(struct writer *w, tstamp time)
{
	tstamp second = time / TSTAMP_SECOND, rest = time % TSTAMP_SECOND;

	/* Packets before 1970 have damaged times, which are not written as one number. */
	if (time < 0)
		second = rest = 0;
	add(w, "%lld.%09lld", (long long)second, (long long)rest);
}

void display_filter_write(char text[static DISPLAY_FILTER_SIZE], const struct flow *flow)
{
	struct writer w = { .text = text };

	text[0] = 0;
	add(&w, "(");
	add_direction(&w, &flow->client, &flow->server);
	add(&w, " || ");
	add_direction(&w, &flow->server, &flow->client);
	if (flow->fragmented)
		add_fragments(&w, flow);
	add(&w, ") && frame.time_epoch >= ");
	add_time(&w, flow->earliest);
	add(&w, " && frame.time_epoch <= ");
	add_time(&w, flow->latest);
}
