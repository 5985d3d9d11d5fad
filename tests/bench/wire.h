/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire: writes the packets of TCP connections (Ethernet, IPv4) to a classic pcap file with microsecond
 * timestamps.
 */
#ifndef SMTPSCOPE_BENCH_WIRE_H
#define SMTPSCOPE_BENCH_WIRE_H

#include "disorder.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The longest payload of a segment; no jumbo frames. */
#define WIRE_MSS_MAX 1448

enum wire_flags { WIRE_FIN = 0x01, WIRE_SYN = 0x02, WIRE_PSH = 0x08, WIRE_ACK = 0x10 };
enum wire_from { WIRE_CLIENT, WIRE_SERVER };

struct wire {
	FILE *out; /* owned by the caller, who checks it for errors */
	struct disorder disorder;
	bool checksums;
	uint64_t now;	  /* microseconds since 1970; the caller advances it */
	uint64_t packets; /* made so far */
	uint64_t bytes;	  /* of packets, without file headers */
	uint64_t written; /* bytes of the file */
};

struct wire_connection {
	uint32_t address[2]; /* host byte order, by enum wire_from */
	uint16_t port[2];
	uint32_t next[2]; /* the next sequence number of each side */
	uint16_t ip_id[2];
	uint32_t clock[2]; /* last timestamp value each side sent (RFC 7323) */
};

/* Writes the file header. */
void wire_begin(struct wire *wire);
/*
 * Writes one segment of at most WIRE_MSS_MAX payload bytes, which acknowledges everything the other side has
 * sent.
 */
void wire_segment(struct wire *wire, struct wire_connection *connection, enum wire_from from, unsigned flags,
		  const void *payload, size_t length);
/* Writes what is held back. */
void wire_end(struct wire *wire);

#endif
