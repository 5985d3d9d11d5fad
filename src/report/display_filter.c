/* SPDX-License-Identifier: BSD-2-Clause */
#include "display_filter.h"

#include "decimal.h"
#include <string.h>

struct writer {
	char *to, *end; /* room for a NUL behind |end| */
};

static void add(struct writer *w, const char *text)
{
	size_t length = strlen(text), room = (size_t)(w->end - w->to);

	if (length > room)
		length = room;
	memcpy(w->to, text, length);
	w->to += length;
}

static void add_number(struct writer *w, uint64_t number, unsigned width)
{
	if (w->end - w->to >= DECIMAL_SIZE)
		w->to = decimal_write(w->to, number, width);
}

static void add_address(struct writer *w, const char *field, const struct endpoint *e)
{
	char text[ADDR_TEXT_SIZE];

	addr_format(text, &e->addr);
	add(w, e->addr.version == 4 ? "ip" : "ipv6");
	add(w, field);
	add(w, text);
}

static void add_addresses(struct writer *w, const struct endpoint *from, const struct endpoint *to)
{
	add_address(w, ".src == ", from);
	add(w, " && ");
	add_address(w, ".dst == ", to);
}

static void add_direction(struct writer *w, const struct endpoint *from, const struct endpoint *to)
{
	add(w, "(");
	add_addresses(w, from, to);
	add(w, " && tcp.srcport == ");
	add_number(w, from->port, 1);
	add(w, " && tcp.dstport == ");
	add_number(w, to->port, 1);
	add(w, ")");
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
	add_number(w, (uint64_t)second, 1);
	add(w, ".");
	add_number(w, (uint64_t)rest, 9);
}

void display_filter_write(char text[static DISPLAY_FILTER_SIZE], const struct flow *flow)
{
	struct writer w = { .to = text, .end = text + DISPLAY_FILTER_SIZE - 1 };

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
	*w.to = 0;
}
