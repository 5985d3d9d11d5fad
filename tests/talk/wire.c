/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Builds packets from segments, from the inside outward: each step puts its header before the existing bytes.
 */
#include "layer.h"

#include <assert.h>

enum inner {
	INNER_IPV4,
	INNER_IPV6,
	INNER_ETHERNET,
	INNER_VLAN,
	INNER_SERVICE_VLAN,
	INNER_ITAG,
	INNER_MPLS,
	INNER_PPPOE,
	INNER_GRE,
	INNER_UDP,
	INNER_OTHER
};

enum { HEADROOM = 400 };

struct packet {
	uint8_t room[TALK_PACKET_SIZE]; /* filled from the end */
	size_t start, end;
	enum inner inner; /* what begins at |start| */
};

static size_t packet_length(const struct packet *p)
{
	return p->end - p->start;
}

static uint8_t *prepend(struct packet *p, size_t length)
{
	assert(p->start >= length);
	p->start -= length;
	memset(p->room + p->start, 0, length);
	return p->room + p->start;
}

static void set16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void set32(uint8_t *at, uint32_t value)
{
	set16(at, value >> 16);
	set16(at + 2, value & 0xffff);
}

/* Ones' complement sum (RFC 1071). */
static uint32_t sum(const uint8_t *at, size_t length, uint32_t start)
{
	for (; length > 1; at += 2, length -= 2)
		start += (uint32_t)at[0] << 8 | at[1];
	if (length)
		start += (uint32_t)at[0] << 8;
	while (start >> 16)
		start = (start & 0xffff) + (start >> 16);
	return start;
}

/*
 * Returns the address for the layer: IPv4 addresses are mapped into documentation space if everything is to
 * be IPv6.
 */
static struct addr address(struct addr a, bool v6)
{
	struct addr mapped = { .bytes = { 0x20, 0x01, 0x0d, 0xb8 }, .version = 6 };

	if (a.version == 6 || !v6)
		return a;
	memcpy(mapped.bytes + 12, a.bytes, 4);
	return mapped;
}

static uint32_t pseudo_sum(struct addr from, struct addr to, uint8_t protocol, size_t length)
{
	size_t bytes = from.version == 4 ? 4 : 16;
	uint32_t s = sum(from.bytes, bytes,
			 (uint32_t)protocol + (uint32_t)(length >> 16) + (uint32_t)(length & 0xffff));

	return sum(to.bytes, bytes, s);
}

static void put_tcp(struct packet *p, const struct segment *s, struct addr from, struct addr to)
{
	size_t options = s->options.has_mss ? 4 : 0, length;
	uint8_t *h = prepend(p, 20 + options);

	set16(h, s->source.port);
	set16(h + 2, s->target.port);
	set32(h + 4, s->seq);
	set32(h + 8, s->ack);
	h[12] = (uint8_t)((20 + options) / 4 << 4);
	h[13] = s->flags;
	set16(h + 14, s->window);
	if (options) {
		h[20] = 2;
		h[21] = 4;
		set16(h + 22, s->options.mss);
	}
	length = packet_length(p);
	set16(h + 16, ~sum(h, length, pseudo_sum(from, to, 6, length)) & 0xffff);
}

static void put_ipv4(struct packet *p, const uint8_t *from, const uint8_t *to, uint8_t protocol, uint8_t ttl,
		     uint16_t id, enum layer_ip kind)
{
	size_t payload = packet_length(p), options = kind == IP_OPTIONS ? 8 : 0;
	uint8_t *h = prepend(p, 20 + options);

	h[0] = (uint8_t)(0x40 | (20 + options) / 4);
	set16(h + 2, kind == IP_LENGTH_0 ? 0 : payload + 20 + options);
	set16(h + 4, id);
	h[6] = kind == IP_FRAGMENTS ? 0 : 0x40;
	h[8] = ttl;
	h[9] = protocol;
	memcpy(h + 12, from, 4);
	memcpy(h + 16, to, 4);
	if (options) { /* no-operation, router alert, end */
		h[20] = 1;
		h[21] = 0x94;
		h[22] = 4;
	}
	set16(h + 10, ~sum(h, 20 + options, 0) & 0xffff);
	p->inner = INNER_IPV4;
}

static void put_ipv6(struct packet *p, const uint8_t *from, const uint8_t *to, uint8_t next, uint8_t ttl,
		     bool extended)
{
	uint8_t *h;
	size_t payload;

	if (extended) { /* destination options, preceded by hop-by-hop options, each with padding only */
		h = prepend(p, 8);
		h[0] = next;
		h[2] = 1;
		h[3] = 4;
		h = prepend(p, 16);
		h[0] = 60;
		h[1] = 1;
		h[2] = 1;
		h[3] = 12;
		next = 0;
	}
	payload = packet_length(p);
	h = prepend(p, 40);
	h[0] = 0x60;
	set16(h + 4, payload);
	h[6] = next;
	h[7] = ttl;
	memcpy(h + 8, from, 16);
	memcpy(h + 24, to, 16);
	p->inner = INNER_IPV6;
}

/* Type and code; ICMP ones are converted to ICMPv6 if the layer made the addresses IPv6. */
static void put_icmp_code(uint8_t *h, const struct segment *s, bool v6)
{
	h[0] = s->icmp.type;
	h[1] = s->icmp.code;
	if (!v6 || s->icmp.version != 4)
		return;
	if (s->icmp.type == 3 && s->icmp.code == 4) {
		h[0] = 2; /* packet too big has a separate type (RFC 4443 3.2) */
		h[1] = 0;
	} else if (s->icmp.type == 11) {
		h[0] = 3;
	} else {
		h[0] = 1;
		h[1] = s->icmp.code == 13 ? 1 : s->icmp.code == 3 ? 4 : s->icmp.code == 1 ? 3 : 0;
	}
}

/* An ICMP error that quotes the IP header and eight bytes of TCP (RFC 792, RFC 4443). */
static void put_icmp(struct packet *p, const struct segment *s, struct addr quoted_from, struct addr quoted_to)
{
	uint8_t *h = prepend(p, 8);
	size_t length;

	set16(h, s->source.port);
	set16(h + 2, s->target.port);
	set32(h + 4, s->seq);
	if (quoted_from.version == 4)
		put_ipv4(p, quoted_from.bytes, quoted_to.bytes, 6, 60, 4711, IP_PLAIN);
	else
		put_ipv6(p, quoted_from.bytes, quoted_to.bytes, 6, 60, false);
	h = prepend(p, 8);
	put_icmp_code(h, s, quoted_from.version == 6);
	if (s->icmp.mtu)
		set32(h + 4, s->icmp.mtu);
	length = packet_length(p);
	if (quoted_from.version == 4)
		set16(h + 2, ~sum(h, length, 0) & 0xffff);
}

/* The IP packet of |t|. */
static void put_packet(struct packet *p, const struct talk_segment *t, enum layer_ip kind)
{
	const struct segment *s = &t->segment;
	bool v6 = kind == IP_AS_V6 || kind == IP_V6_EXTENDED, icmp = s->kind == SEGMENT_ICMP_ERROR;
	struct addr from = address(s->source.addr, v6), to = address(s->target.addr, v6);
	uint8_t protocol = 6;

	p->start = p->end = sizeof p->room;
	if (t->whole.length)
		memcpy(prepend(p, t->whole.length), t->whole.at, t->whole.length);
	if (icmp) {
		struct addr sender = address(s->icmp.from, v6), receiver = from;
		put_icmp(p, s, from, to);
		protocol = sender.version == 6 ? 58 : 1;
		if (protocol == 58) {
			size_t length = packet_length(p);
			uint8_t *h = p->room + p->start;
			set16(h + 2, ~sum(h, length, pseudo_sum(sender, receiver, 58, length)) & 0xffff);
		}
		from = sender;
		to = receiver;
	} else {
		put_tcp(p, s, from, to);
	}
	if (from.version == 4)
		put_ipv4(p, from.bytes, to.bytes, protocol, s->ttl, s->ip_id, kind);
	else
		put_ipv6(p, from.bytes, to.bytes, protocol, s->ttl, kind == IP_V6_EXTENDED);
}

static size_t ethertype(const struct packet *p)
{
	switch (p->inner) {
	case INNER_IPV4:
		return 0x0800;
	case INNER_IPV6:
		return 0x86dd;
	case INNER_ETHERNET:
		return 0x6558;
	case INNER_VLAN:
		return 0x8100;
	case INNER_SERVICE_VLAN:
		return 0x88a8;
	case INNER_ITAG:
		return 0x88e7;
	case INNER_MPLS:
		return 0x8847;
	case INNER_PPPOE:
		return 0x8864;
	default:
		return 0xffff;
	}
}

static size_t ppp_protocol(const struct packet *p)
{
	return p->inner == INNER_IPV6 ? 0x0057 : 0x0021;
}

static void put_link(struct packet *p, enum layer_step step, bool from_client)
{
	static const uint8_t macs[2][6] = { { 2, 0, 0x5e, 0x10, 0, 1 }, { 2, 0, 0x5e, 0x10, 0, 2 } };
	const uint8_t *source = macs[!from_client], *target = macs[from_client];
	size_t type = ethertype(p), length = packet_length(p);
	uint8_t *h;

	switch (step) {
	case STEP_ETHERNET:
		h = prepend(p, 14);
		memcpy(h, target, 6);
		memcpy(h + 6, source, 6);
		set16(h + 12, type);
		p->inner = INNER_ETHERNET;
		break;
	case STEP_VLAN:
	case STEP_VLAN_OUTER:
		h = prepend(p, 4);
		set16(h, step == STEP_VLAN ? 0x2064 : 0x0fa0);
		set16(h + 2, type);
		p->inner = step == STEP_VLAN ? INNER_VLAN : INNER_SERVICE_VLAN;
		break;
	case STEP_ITAG:
		h = prepend(p, 4);
		set32(h, 0x00012345);
		p->inner = INNER_ITAG;
		break;
	case STEP_MPLS:
	case STEP_MPLS_TWO:
		set32(prepend(p, 4), 1234u << 12 | 0x100 | 63);
		if (step == STEP_MPLS_TWO)
			set32(prepend(p, 4), 99u << 12 | 62);
		p->inner = INNER_MPLS;
		break;
	case STEP_PPPOE:
		h = prepend(p, 8);
		set16(h + 6, ppp_protocol(p));
		h[0] = 0x11;
		set16(h + 2, 0x0042);
		set16(h + 4, length + 2);
		p->inner = INNER_PPPOE;
		break;
	case STEP_PPP:
		h = prepend(p, 4);
		set16(h, 0xff03);
		set16(h + 2, ppp_protocol(p));
		break;
	case STEP_HDLC:
		h = prepend(p, 4);
		set16(h, 0x0f00);
		set16(h + 2, type);
		break;
	case STEP_SLL:
		h = prepend(p, 16);
		set16(h, from_client ? 0 : 4);
		set16(h + 2, 1);
		set16(h + 4, 6);
		memcpy(h + 6, source, 6);
		set16(h + 14, type);
		break;
	case STEP_SLL2:
		h = prepend(p, 20);
		set16(h, type);
		set32(h + 4, 2);
		set16(h + 8, 1);
		h[10] = from_client ? 0 : 4;
		h[11] = 6;
		memcpy(h + 12, source, 6);
		break;
	case STEP_NULL_LE:
		h = prepend(p, 4);
		h[0] = p->inner == INNER_IPV6 ? 30 : 2;
		break;
	case STEP_NULL_BE:
		h = prepend(p, 4);
		h[3] = p->inner == INNER_IPV6 ? 24 : 2;
		break;
	default:
		break;
	}
}

static void put_odd_link(struct packet *p, enum layer_step step, bool from_client)
{
	static const uint8_t snap[] = { 0xaa, 0xaa, 3, 0, 0, 0 };
	size_t type = ethertype(p), length = packet_length(p);
	bool v6 = p->inner == INNER_IPV6;
	uint8_t *h;

	switch (step) {
	case STEP_WLAN: /* a data frame from the distribution system, LLC and SNAP */
		h = prepend(p, 32);
		h[0] = 0x08;
		h[1] = 0x02;
		for (int i = 0; i < 3; i++) {
			h[4 + 6 * i] = 2;
			h[9 + 6 * i] = (uint8_t)(i + from_client);
		}
		memcpy(h + 24, snap, sizeof snap);
		set16(h + 30, type);
		break;
	case STEP_RADIOTAP:
		prepend(p, 8)[2] = 8;
		break;
	case STEP_NFLOG: /* a prefix TLV, then the packet; padded to four bytes, lengths in the host's order */
		h = prepend(p, 4);
		h[0] = (uint8_t)((length + 4) & 0xff);
		h[1] = (uint8_t)((length + 4) >> 8);
		h[2] = 9;
		h = prepend(p, 8);
		h[0] = 5;
		h[2] = 10;
		h = prepend(p, 4);
		h[0] = v6 ? 10 : 2;
		break;
	case STEP_PKTAP:
		h = prepend(p, 108);
		h[0] = 108;
		h[4] = 1;
		h[8] = 1;
		break;
	default:
		break;
	}
	p->inner = INNER_OTHER;
}

static void put_udp(struct packet *p, size_t port)
{
	size_t length = packet_length(p) + 8;
	uint8_t *h = prepend(p, 8);

	set16(h, 49321);
	set16(h + 2, port);
	set16(h + 4, length); /* no checksum, as RFC 768 and RFC 7348 allow */
	p->inner = INNER_UDP;
}

static void put_outer_ip(struct packet *p, bool v6)
{
	static const uint8_t a4[] = { 203, 0, 113, 1 }, b4[] = { 203, 0, 113, 2 };
	static const uint8_t a6[16] = { 0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, [15] = 1 };
	static const uint8_t b6[16] = { 0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, [15] = 2 };
	uint8_t protocol = p->inner == INNER_IPV4   ? 4
			   : p->inner == INNER_IPV6 ? 41
			   : p->inner == INNER_GRE  ? 47
			   : p->inner == INNER_UDP  ? 17
						    : 255;

	if (v6)
		put_ipv6(p, a6, b6, protocol, 62, false);
	else
		put_ipv4(p, a4, b4, protocol, 62, 999, IP_PLAIN);
}

static void put_gre(struct packet *p, enum layer_step step)
{
	uint8_t *h;

	if (step == STEP_ERSPAN2) { /* draft-foschiano-erspan-03, 4.2: version 1, VLAN, session; port index */
		h = prepend(p, 8);
		set16(h, 0x1064);
		set16(h + 2, 0x0801);
	} else if (step == STEP_ERSPAN3) { /* 4.3: version 2; a timestamp; no subheader */
		h = prepend(p, 12);
		set16(h, 0x2064);
		set16(h + 2, 0x0001);
		set32(h + 4, 123456);
	}
	switch (step) {
	case STEP_GRE:
		h = prepend(p, 4);
		set16(h + 2, ethertype(p));
		break;
	case STEP_GRE_KEY:
	case STEP_NVGRE:
		h = prepend(p, 8);
		h[0] = 0x20;
		set16(h + 2, ethertype(p));
		set32(h + 4, 5000 << 8);
		break;
	default:
		h = prepend(p, 8);
		h[0] = 0x10; /* a sequence number */
		set16(h + 2, step == STEP_ERSPAN2 ? 0x88be : 0x22eb);
		set32(h + 4, 77);
		break;
	}
	p->inner = INNER_GRE;
}

static void put_tunnel(struct packet *p, enum layer_step step)
{
	size_t length = packet_length(p), type = ethertype(p);
	uint8_t *h;

	switch (step) {
	case STEP_VXLAN:
		h = prepend(p, 8);
		h[0] = 8;
		set32(h + 4, 42 << 8);
		put_udp(p, 4789);
		break;
	case STEP_GENEVE: /* one option of eight bytes */
		h = prepend(p, 16);
		h[0] = 2;
		set16(h + 2, type);
		set32(h + 4, 42 << 8);
		set16(h + 8, 0x0102);
		h[10] = 1;
		h[11] = 1;
		put_udp(p, 6081);
		break;
	case STEP_GTPU: /* version 1, a G-PDU */
		h = prepend(p, 8);
		h[0] = 0x30;
		h[1] = 255;
		set16(h + 2, length);
		set32(h + 4, 0x1234);
		put_udp(p, 2152);
		break;
	default:
		put_gre(p, step);
		break;
	}
}

static void put_steps(struct packet *p, const struct talk_layer *layer, bool from_client)
{
	for (size_t i = 0; i < LAYER_STEPS && layer->steps[i] != STEP_END; i++) {
		enum layer_step step = layer->steps[i];
		if (step < STEP_WLAN)
			put_link(p, step, from_client);
		else if (step < STEP_OUTER_IPV4)
			put_odd_link(p, step, from_client);
		else if (step <= STEP_OUTER_IPV6)
			put_outer_ip(p, step == STEP_OUTER_IPV6);
		else
			put_tunnel(p, step);
	}
}

static void take(struct talk_packet *to, const struct packet *from, const struct talk_segment *s, bool pad)
{
	size_t cut = s->whole.length - s->segment.payload.length;

	to->length = packet_length(from);
	memcpy(to->bytes, from->room + from->start, to->length);
	if (pad && to->length < 60) { /* the minimum length of an Ethernet frame without checksum */
		memset(to->bytes + to->length, 0, 60 - to->length);
		to->length = 60;
	}
	to->captured = to->length - cut;
	if (cut > to->length)
		to->captured = 0;
}

/* Splits the IPv4 packet at a multiple of eight bytes (RFC 791 3.2). Returns false if it is too short. */
static bool fragment(const struct packet *whole, struct packet *first, struct packet *second)
{
	const uint8_t *header = whole->room + whole->start;
	size_t length = packet_length(whole) - 20, cut = length / 2 / 8 * 8;
	uint8_t *h;

	if (!cut || whole->inner != INNER_IPV4)
		return false;
	for (int i = 0; i < 2; i++) {
		struct packet *p = i ? second : first;
		size_t from = i ? cut : 0, count = i ? length - cut : cut;
		p->start = p->end = sizeof p->room;
		memcpy(prepend(p, count), header + 20 + from, count);
		h = prepend(p, 20);
		memcpy(h, header, 20);
		set16(h + 2, count + 20);
		set16(h + 6, (i ? 0u : 0x2000u) | from / 8);
		set16(h + 10, 0);
		set16(h + 10, ~sum(h, 20, 0) & 0xffff);
		p->inner = INNER_IPV4;
	}
	return true;
}

size_t talk_packets(struct talk_packet packets[static TALK_PACKETS], const struct talk_segment *s,
		    const struct talk_layer *layer)
{
	struct packet whole, parts[2];
	bool pad = layer->link_type == 1 && s->whole.length == s->segment.payload.length;

	assert(s->whole.length + HEADROOM < sizeof whole.room);
	put_packet(&whole, s, layer->ip);
	if (layer->ip == IP_FRAGMENTS && s->whole.length == s->segment.payload.length &&
	    fragment(&whole, &parts[0], &parts[1])) {
		for (int i = 0; i < 2; i++) {
			put_steps(&parts[i], layer, s->from_client);
			take(&packets[i], &parts[i], s, pad);
		}
		return 2;
	}
	put_steps(&whole, layer, s->from_client);
	take(&packets[0], &whole, s, pad && layer->ip != IP_LENGTH_0);
	return 1;
}

static bool put_le(FILE *out, uint32_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++, value >>= 8)
		if (putc((int)(value & 255), out) == EOF)
			return false;
	return true;
}

bool talk_write_header(const struct talk_layer *layer, FILE *out)
{
	return put_le(out, 0xa1b23c4d, 4) && put_le(out, 2, 2) && put_le(out, 4, 2) && put_le(out, 0, 4) &&
	       put_le(out, 0, 4) && put_le(out, 262144, 4) && put_le(out, (uint32_t)layer->link_type, 4);
}

bool talk_write_segment(const struct talk_segment *s, const struct talk_layer *layer, FILE *out)
{
	struct talk_packet packets[TALK_PACKETS];
	size_t count = talk_packets(packets, s, layer);
	tstamp time = s->segment.frame.time;

	for (size_t i = 0; i < count; i++) {
		const struct talk_packet *p = &packets[i];
		if (!put_le(out, (uint32_t)(time / TSTAMP_SECOND), 4) ||
		    !put_le(out, (uint32_t)(time % TSTAMP_SECOND), 4) ||
		    !put_le(out, (uint32_t)p->captured, 4) || !put_le(out, (uint32_t)p->length, 4) ||
		    fwrite(p->bytes, 1, p->captured, out) != p->captured)
			return false;
	}
	return true;
}

bool talk_write_pcap(const struct talk *t, const struct talk_layer *layer, FILE *out)
{
	if (!talk_write_header(layer, out))
		return false;
	for (size_t i = 0; i < t->count; i++)
		if (t->segments[i].captured && !talk_write_segment(&t->segments[i], layer, out))
			return false;
	return true;
}
