/* SPDX-License-Identifier: BSD-2-Clause */
#include "display_filter.h"

#include "decimal.h"
#include <string.h>

/* One side, with its address as text. */
struct side {
	const char *source, *target; /* the names of the fields */
	char address[ADDR_TEXT_SIZE];
	uint16_t port;
};

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

static struct side side_of(const struct endpoint *e)
{
	bool v4 = e->addr.version == 4;
	struct side side = { .source = v4 ? "ip.src == " : "ipv6.src == ",
			     .target = v4 ? "ip.dst == " : "ipv6.dst == ",
			     .port = e->port };

	addr_format(side.address, &e->addr);
	return side;
}

static void add_addresses(struct writer *w, const struct side *from, const struct side *to)
{
	add(w, from->source);
	add(w, from->address);
	add(w, " && ");
	add(w, to->target);
	add(w, to->address);
}

static void add_direction(struct writer *w, const struct side *from, const struct side *to)
{
	add(w, "(");
	add_addresses(w, from, to);
	add(w, " && tcp.srcport == ");
	add_number(w, from->port, 1);
	add(w, " && tcp.dstport == ");
	add_number(w, to->port, 1);
	add(w, ")");
}

static void add_fragments(struct writer *w, const struct side *client, const struct side *server, bool v4)
{
	add(w, " || (((");
	add_addresses(w, client, server);
	add(w, ") || (");
	add_addresses(w, server, client);
	add(w, v4 ? ")) && ip.proto == 6 && (ip.flags.mf == 1 || ip.frag_offset > 0))"
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
	struct side client = side_of(&flow->client), server = side_of(&flow->server);

	add(&w, "(");
	add_direction(&w, &client, &server);
	add(&w, " || ");
	add_direction(&w, &server, &client);
	if (flow->fragmented)
		add_fragments(&w, &client, &server, flow->client.addr.version == 4);
	add(&w, ") && frame.time_epoch >= ");
	add_time(&w, flow->earliest);
	add(&w, " && frame.time_epoch <= ");
	add_time(&w, flow->latest);
	*w.to = 0;
}
