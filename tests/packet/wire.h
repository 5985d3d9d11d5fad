/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire: packets for tests, written byte by byte as text, and a sink that records the result.
 *
 * The text consists of hex digits, with blanks anywhere, and
 * L5, l5  a 16-bit length: the bytes after it to the end of the packet, plus (minus) 5
 * @4 @6   WIRE_PAYLOAD in TCP in IPv4 (IPv6) with the addresses and ports below
 * #       WIRE_PAYLOAD in TCP
 * "text"  the bytes of the text
 * $       the end of what lengths count; a trailer follows
 */
#ifndef SMTPSCOPE_TEST_WIRE_H
#define SMTPSCOPE_TEST_WIRE_H

#include "packet.h"

#define WIRE_PAYLOAD "220 mail.example ESMTP\r\n"
#define WIRE_SOURCE4 "192.0.2.25"
#define WIRE_TARGET4 "198.51.100.7"
#define WIRE_SOURCE6 "2001:db8::25"
#define WIRE_TARGET6 "2001:db8:7::7"

/* The beginnings of many packets. */
#define WIRE_ETH       "020000000001 020000000002 "
#define WIRE_IP4       "4500 L4 0007 0000 40" /* then protocol and */
#define WIRE_IP4_END   "0000 0a000001 0a000002 "
#define WIRE_UDP(port) "11 0000 0a000001 0a000002 c000 " port " L6 0000 "

enum { WIRE_SOURCE_PORT = 25, WIRE_TARGET_PORT = 54321, WIRE_SIZE = 80000 };

struct wire {
	uint8_t bytes[WIRE_SIZE];
	size_t length;
	size_t end; /* without the trailer */
};

/* Writes the packet of |text|. Fails the test if the text is malformed. */
void wire_make(struct wire *w, const char *text);

/* What the sink received. */
struct catch
{
	unsigned count;
	struct segment segment; /* the last one; its payload points to |payload| */
	uint8_t payload[WIRE_SIZE];
};

/*
 * A segment_sink; |context| is a struct catch. Fails the test if the payload is longer than it was on the
 * wire.
 */
void catch_segment(void *context, const struct segment *segment);

/* Creates a packet stage with default limits that passes segments to |c|. */
struct packet *catch_packets(struct catch *c);
/* Pushes bytes as a completely captured frame, at |seconds|. */
enum packet_outcome catch_push(struct packet *p, int link_type, struct span bytes, int64_t seconds);
/* Creates a new stage, writes the packet of |text| and pushes it. */
enum packet_outcome catch_text(struct catch *c, int link_type, const char *text);

/* Fails the test unless the last segment is that of @4 (version 4) or @6, and complete. */
void catch_expect(const struct catch *c, unsigned version);

#endif
