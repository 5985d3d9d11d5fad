/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire.h"

#include <string.h>

enum {
	RECORD = 16,
	ETHERNET = 14,
	IPV4 = 20,
	TCP = 20,
	OPTIONS_MAX = 20,
	PACKET_MAX = RECORD + ETHERNET + IPV4 + TCP + OPTIONS_MAX + WIRE_MSS_MAX
};

static void put_be16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put_be32(uint8_t *at, uint32_t value)
{
	put_be16(at, value >> 16);
	put_be16(at + 2, value & 0xffff);
}

/* pcap headers are in the writer's byte order, which readers detect by the magic number. */
static void put_host32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof value);
}

static uint64_t sum_bytes(const uint8_t *at, size_t length, uint64_t sum)
{
	for (; length >= 4; at += 4, length -= 4)
		sum += (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
	if (length >= 2) {
		sum += (uint32_t)at[0] << 8 | at[1];
		at += 2;
		length -= 2;
	}
	return length ? sum + ((uint32_t)at[0] << 8) : sum;
}

static uint32_t fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~(uint32_t)sum & 0xffff;
}

void wire_begin(struct wire *wire)
{
	uint8_t header[24] = { 0 };
	const uint16_t version[2] = { 2, 4 };

	put_host32(header, UINT32_C(0xa1b2c3d4));
	memcpy(header + 4, version, sizeof version);
	put_host32(header + 16, 262144);
	put_host32(header + 20, 1); /* Ethernet */
	wire->written += fwrite(header, 1, sizeof header, wire->out);
}

/* SYN: maximum segment size, SACK permitted, timestamps, window scale; other segments: timestamps. */
static size_t put_options(uint8_t *at, const struct wire_connection *c, enum wire_from from, bool syn)
{
	const uint8_t first[] = { 2, 4, (WIRE_MSS_MAX + 12) >> 8, (WIRE_MSS_MAX + 12) & 0xff, 4, 2, 8, 10 };
	const uint8_t later[] = { 1, 1, 8, 10 };
	const uint8_t scale[] = { 1, 3, 3, 7 };
	size_t length = syn ? sizeof first : sizeof later;

	memcpy(at, syn ? first : later, length);
	put_be32(at + length, c->clock[from]);
	put_be32(at + length + 4, c->clock[!from]);
	length += 8;
	if (!syn)
		return length;
	memcpy(at + length, scale, sizeof scale);
	return length + sizeof scale;
}

static void put_ethernet_ipv4(uint8_t *at, struct wire_connection *c, enum wire_from from, size_t ip_length)
{
	const uint8_t mac[2][6] = { { 2, 0, 0, 0, 0, 1 }, { 2, 0, 0, 0, 0, 2 } };
	uint8_t *ip = at + ETHERNET;

	memcpy(at, mac[!from], 6);
	memcpy(at + 6, mac[from], 6);
	put_be16(at + 12, 0x0800);
	memset(ip, 0, IPV4);
	ip[0] = 0x45;
	put_be16(ip + 2, (uint32_t)ip_length);
	put_be16(ip + 4, c->ip_id[from]++);
	ip[6] = 0x40; /* do not fragment */
	ip[8] = 64;
	ip[9] = 6;
	put_be32(ip + 12, c->address[from]);
	put_be32(ip + 16, c->address[!from]);
}

void wire_segment(struct wire *wire, struct wire_connection *c, enum wire_from from, unsigned flags,
		  const void *payload, size_t length)
{
	uint8_t record[PACKET_MAX];
	uint8_t *packet = record + RECORD, *ip = packet + ETHERNET, *tcp = ip + IPV4;
	size_t tcp_length, total;

	c->clock[from] = (uint32_t)(wire->now / 1000);
	tcp_length = TCP + put_options(tcp + TCP, c, from, (flags & WIRE_SYN) != 0) + length;
	total = ETHERNET + IPV4 + tcp_length;
	put_ethernet_ipv4(packet, c, from, IPV4 + tcp_length);
	put_be16(tcp, c->port[from]);
	put_be16(tcp + 2, c->port[!from]);
	put_be32(tcp + 4, c->next[from]);
	put_be32(tcp + 8, flags & WIRE_ACK ? c->next[!from] : 0);
	tcp[12] = (uint8_t)((tcp_length - length) / 4 << 4);
	tcp[13] = (uint8_t)flags;
	put_be16(tcp + 14, flags & WIRE_SYN ? 64240 : 501);
	put_be32(tcp + 16, 0); /* checksum, urgent pointer */
	if (length)
		memcpy(tcp + tcp_length - length, payload, length);
	if (wire->checksums) {
		put_be16(ip + 10, fold(sum_bytes(ip, IPV4, 0)));
		put_be16(tcp + 16, fold(sum_bytes(tcp, tcp_length, sum_bytes(ip + 12, 8, 6 + tcp_length))));
	}
	put_host32(record, (uint32_t)(wire->now / 1000000));
	put_host32(record + 4, (uint32_t)(wire->now % 1000000));
	put_host32(record + 8, (uint32_t)total);
	put_host32(record + 12, (uint32_t)total);
	wire->written += disorder_write(&wire->disorder, wire->out, record, RECORD + total,
					(uint64_t)c->address[WIRE_CLIENT] << 16 | c->port[WIRE_CLIENT],
					from == WIRE_SERVER);
	wire->packets++;
	wire->bytes += total;
	c->next[from] += (uint32_t)length + (flags & (WIRE_SYN | WIRE_FIN) ? 1 : 0);
}

void wire_end(struct wire *wire)
{
	wire->written += disorder_end(&wire->disorder, wire->out);
}
