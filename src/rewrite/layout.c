/* SPDX-License-Identifier: BSD-2-Clause */
#include "layout.h"

enum {
	IPV4_HEADER = 20,
	IPV6_HEADER = 40,
	TCP_HEADER = 20,
	ICMP_HEADER = 8,
	PROTOCOL_TCP = 6,
	EXTENSIONS_MAX = 8,
	IPV6_HOPS = 0,
	IPV6_ROUTE = 43,
	IPV6_FRAGMENT = 44,
	IPV6_OPTIONS = 60,
	ROUTE_SOURCE = 0,
	ROUTE_MOBILE = 2,
	ROUTE_SEGMENTS = 4,
};

/* The IP header around what comes next. */
struct carrier {
	unsigned version; /* 0: none */
	size_t addresses; /* where they are; EDITOR_NONE: outside of these bytes */
	size_t target;	  /* the last address of a route that is not at its end; 0: none */
};

struct finder {
	struct layout *layout;
	struct editor *editor;
	struct span whole;
	struct carrier carrier;
};

static void add_address(struct finder *f, enum layout_kind kind, size_t at)
{
	struct layout *l = f->layout;

	if (!span_has(f->whole, at, layout_address_size(kind)))
		return;
	if (l->address_count == LAYOUT_ADDRESSES) {
		l->broken = true;
		return;
	}
	l->addresses[l->address_count].kind = kind;
	l->addresses[l->address_count++].at = at;
}

/* A checksum at |at| over |length| bytes from |from|; |pseudo|: and over the carrier's addresses. */
static void add_sum(struct finder *f, size_t at, size_t from, size_t length, bool pseudo, bool optional)
{
	struct editor_sum sum = {
		.at = at, .from = from, .to = from + length, .addresses = EDITOR_NONE, .optional = optional
	};

	if (pseudo && f->carrier.addresses == EDITOR_NONE) {
		sum.outside = true;
	} else if (pseudo) {
		sum.addresses = f->carrier.addresses;
		sum.addresses_length = f->carrier.version == 4 ? 8 : f->carrier.target ? 16 : 32;
		sum.target = f->carrier.target;
	}
	if (!editor_add(f->editor, &sum))
		f->layout->broken = true;
}

/* Hides |length| bytes at |at|, as far as they were captured. */
static void hide(struct finder *f, size_t at, size_t length)
{
	struct layout *l = f->layout;

	if (at >= f->whole.length || !length)
		return;
	if (length > f->whole.length - at)
		length = f->whole.length - at;
	if (l->hidden_count == LAYOUT_HIDDEN) {
		l->broken = true;
		return;
	}
	l->hidden[l->hidden_count++] = (struct layout_range){ .at = at, .length = length };
}

/* Hides what options of IPv4 or TCP between |at| and |end| hold, except those whose kind is in |kept|. */
static void hide_options(struct finder *f, size_t at, size_t end, const char *kept)
{
	uint8_t kind, length;

	while (at < end && span_get_u8(f->whole, at, &kind) && kind != 0) {
		if (kind == 1) {
			at++;
			continue;
		}
		if (!span_get_u8(f->whole, at + 1, &length) || length < 2 || length > end - at) {
			hide(f, at + 1, end - at - 1);
			return;
		}
		if (!strchr(kept, kind))
			hide(f, at + 2, length - 2u);
		at += length;
	}
	if (at < end)
		hide(f, at + 1, end - at - 1);
}

/* |length|: bytes from here to the end of the enclosing layer; 0: not known. */
static void find_ipv4(struct finder *f, size_t at, size_t length)
{
	uint8_t first = 0;
	uint16_t total = 0;
	size_t header;

	span_get_u8(f->whole, at, &first);
	span_get_be16(f->whole, at + 2, &total);
	header = (first & 15) * 4u;
	add_sum(f, at + 10, at, header < IPV4_HEADER ? IPV4_HEADER : header, false, false);
	add_address(f, LAYOUT_IPV4, at + 12);
	add_address(f, LAYOUT_IPV4, at + 16);
	if (header > IPV4_HEADER)
		hide_options(f, at + IPV4_HEADER, at + header, "");
	if (total >= IPV4_HEADER && length > total)
		hide(f, at + total, length - total);
	f->carrier = (struct carrier){ .version = 4, .addresses = at + 12 };
}

static void find_route(struct finder *f, size_t at, size_t length)
{
	uint8_t type = 0, left = 0;

	span_get_u8(f->whole, at + 2, &type);
	span_get_u8(f->whole, at + 3, &left);
	if (type != ROUTE_SOURCE && type != ROUTE_MOBILE && type != ROUTE_SEGMENTS) {
		hide(f, at + 4, length - 4);
		return;
	}
	for (size_t i = 8; i + 16 <= length; i += 16)
		add_address(f, LAYOUT_IPV6, at + i);
	hide(f, at + length - (length - 8) % 16, (length - 8) % 16);
	if (left && length >= 24)
		f->carrier.target = type == ROUTE_SEGMENTS ? at + 8 : at + length - 16;
}

/* Extension headers: options may hold addresses (RFC 6275 6.3), and so do routes. */
static void find_extensions(struct finder *f, size_t at)
{
	uint8_t next = 0, kind, units;

	span_get_u8(f->whole, at + 6, &next);
	at += IPV6_HEADER;
	for (unsigned i = 0; i < EXTENSIONS_MAX; i++) {
		size_t length;

		kind = next;
		if ((kind != IPV6_HOPS && kind != IPV6_ROUTE && kind != IPV6_OPTIONS && kind != IPV6_FRAGMENT) ||
		    !span_get_u8(f->whole, at, &next) || !span_get_u8(f->whole, at + 1, &units))
			return;
		length = kind == IPV6_FRAGMENT ? 8 : (units + 1u) * 8u;
		if (kind == IPV6_ROUTE)
			find_route(f, at, length);
		else if (kind != IPV6_FRAGMENT)
			hide(f, at + 2, length - 2);
		if (kind == IPV6_FRAGMENT)
			return;
		at += length;
	}
}

static void find_ipv6(struct finder *f, size_t at, size_t length)
{
	uint16_t payload = 0;

	span_get_be16(f->whole, at + 4, &payload);
	add_address(f, LAYOUT_IPV6, at + 8);
	add_address(f, LAYOUT_IPV6, at + 24);
	f->carrier = (struct carrier){ .version = 6, .addresses = at + 8 };
	find_extensions(f, at);
	if (payload && length > (size_t)IPV6_HEADER + payload)
		hide(f, at + IPV6_HEADER + payload, length - IPV6_HEADER - payload);
}

static void find_tcp(struct finder *f, size_t at, size_t length)
{
	struct layout *l = f->layout;
	uint8_t offset = 0, flags = 0;

	add_sum(f, at + 16, at, length, true, false);
	if (!span_get_u8(f->whole, at + 12, &offset) || !span_get_u8(f->whole, at + 13, &flags))
		return;
	l->has_payload = true;
	span_get_be32(f->whole, at + 4, &l->seq);
	l->seq += (flags & 2) ? 1 : 0; /* a SYN takes a sequence number */
	l->payload = at + (offset >> 4) * 4u;
	/* MSS, window scale, SACK and timestamps; others may hold addresses (RFC 8684 3.4.1). */
	if (l->payload > at + TCP_HEADER)
		hide_options(f, at + TCP_HEADER, l->payload, "\002\003\004\005\010");
	l->payload_length = length > l->payload - at ? length - (l->payload - at) : 0;
}

/* The header of the TCP segment that an IP packet at |at| carries; 0: none. Quoted packets are never complete. */
static size_t quoted_tcp(const struct finder *f, size_t at, unsigned version)
{
	uint8_t first = 0, protocol = 0, units = 0;
	size_t length = IPV6_HEADER;

	if (version == 4) {
		span_get_u8(f->whole, at, &first);
		return span_get_u8(f->whole, at + 9, &protocol) && protocol == PROTOCOL_TCP
			   ? at + (first & 15) * 4u
			   : 0;
	}
	span_get_u8(f->whole, at + 6, &protocol);
	for (unsigned i = 0; protocol != PROTOCOL_TCP && i < EXTENSIONS_MAX; i++) {
		bool fragment = protocol == 44;

		if (!span_get_u8(f->whole, at + length, &protocol) ||
		    !span_get_u8(f->whole, at + length + 1, &units))
			return 0;
		length += fragment ? 8 : (units + 1u) * 8u;
	}
	return protocol == PROTOCOL_TCP ? at + length : 0;
}

/* What follows the quoted packet may name interfaces and their addresses (RFC 4884, RFC 5837). */
static void hide_extension(struct finder *f, size_t at, size_t quote, size_t length, unsigned version)
{
	uint8_t units = 0;
	size_t quoted;

	span_get_u8(f->whole, version == 4 ? at + 5 : at + 4, &units);
	quoted = units * (version == 4 ? 4u : 8u);
	if (quoted && length > ICMP_HEADER + quoted)
		hide(f, quote + quoted, length - ICMP_HEADER - quoted);
}

static void find_icmp(struct finder *f, size_t at, size_t length)
{
	size_t quote = at + ICMP_HEADER, tcp;
	unsigned version = f->carrier.version;

	add_sum(f, at + 2, at, length, version == 6, false);
	if (version == 4)
		find_ipv4(f, quote, 0);
	else
		find_ipv6(f, quote, 0);
	hide_extension(f, at, quote, length, version);
	tcp = quoted_tcp(f, quote, version);
	if (tcp && tcp < at + length)
		find_tcp(f, tcp, at + length - tcp);
}

static bool is(const struct packet_step *step, const char *layer)
{
	return strcmp(step->layer, layer) == 0;
}

static void find_gre(struct finder *f, size_t at, size_t length)
{
	uint8_t flags = 0;

	span_get_u8(f->whole, at, &flags);
	if (flags & 0x80)
		add_sum(f, at + 4, at, length, false, false);
}

static void find_link(struct finder *f, const struct packet_step *step, size_t at)
{
	uint8_t flags = 0;

	if (is(step, "ethernet")) {
		add_address(f, LAYOUT_MAC, at);
		add_address(f, LAYOUT_MAC, at + 6);
	} else if (is(step, "ieee802_11")) {
		add_address(f, LAYOUT_MAC, at + 4);
		add_address(f, LAYOUT_MAC, at + 10);
		add_address(f, LAYOUT_MAC, at + 16);
		/* From one access point to another. */
		if (span_get_u8(f->whole, at + 1, &flags) && (flags & 3) == 3)
			add_address(f, LAYOUT_MAC, at + 24);
	}
}

static void find_cooked(struct finder *f, size_t at)
{
	uint16_t length = 0;
	uint8_t length2 = 0;

	/* Version 1 has the length of the address in bytes 4 and 5, version 2 in byte 11. */
	if (span_get_be16(f->whole, at + 4, &length) && length == 6)
		add_address(f, LAYOUT_MAC, at + 6);
	else if (span_get_u8(f->whole, at + 11, &length2) && length2 == 6)
		add_address(f, LAYOUT_MAC, at + 12);
}

void layout_find(struct layout *l, struct editor *e, const struct packet_trace *trace, size_t first,
		 size_t end, struct span whole, unsigned outside)
{
	struct finder f = { .layout = l,
			    .editor = e,
			    .whole = whole,
			    .carrier = { .version = outside, .addresses = EDITOR_NONE } };

	*l = (struct layout){ 0 };
	for (size_t i = first; i < end && i < trace->count; i++) {
		const struct packet_step *step = &trace->steps[i];
		size_t at = (size_t)(step->bytes.at - whole.at), length = step->bytes.length;

		/* A layer in other memory: a decompressed or reassembled one. */
		if (step->bytes.at < whole.at || at > whole.length || length > whole.length - at) {
			l->broken = true;
			return;
		}
		if (is(step, "ipv4"))
			find_ipv4(&f, at, length);
		else if (is(step, "ipv6"))
			find_ipv6(&f, at, length);
		else if (is(step, "tcp"))
			find_tcp(&f, at, length);
		else if (is(step, "udp"))
			add_sum(&f, at + 6, at, length, true, true);
		else if (is(step, "icmp"))
			find_icmp(&f, at, length);
		else if (is(step, "gre"))
			find_gre(&f, at, length);
		else if (is(step, "cooked"))
			find_cooked(&f, at);
		else
			find_link(&f, step, at);
	}
}
