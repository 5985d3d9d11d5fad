/* SPDX-License-Identifier: BSD-2-Clause */
#include "usual.h"

#include "ip.h"
#include "layers.h"
#include "tcp.h"

enum { ETHERNET_HEADER = 14, VERSION_AND_LENGTH = 0x45 /* IPv4, a header of 20 bytes */ };

/* Notes where the three headers are. |packet|: the bytes behind the Ethernet header. */
static inline void note(struct packet_trace *trace, struct span frame, struct span packet, struct span tcp)
{
	trace->steps[0] = (struct packet_step){ .layer = layer_ethernet.name, .bytes = frame };
	trace->steps[1] = (struct packet_step){ .layer = layer_ipv4.name, .bytes = packet };
	trace->steps[2] = (struct packet_step){ .layer = layer_tcp.name, .bytes = tcp };
	trace->count = 3;
	trace->joined = PACKET_TRACE_STEPS;
	trace->fragment.known = false;
	trace->nested = false;
}

bool usual_read(const struct frame *frame, struct segment *segment, struct packet_trace *trace)
{
	const struct span packet = span_from(frame->bytes, ETHERNET_HEADER);
	struct span tcp;
	uint16_t type = 0, total = 0, fragment = 0;
	uint8_t first = 0, protocol = 0;

	if (frame->link_type != LINK_ETHERNET || !span_has(packet, 0, IPV4_HEADER))
		return false;
	span_get_be16(frame->bytes, 12, &type);
	span_get_u8(packet, 0, &first);
	span_get_be16(packet, 2, &total);
	span_get_be16(packet, 6, &fragment);
	span_get_u8(packet, 9, &protocol);
	/* A total length of 0 has a meaning of its own. */
	if (type != ETHERTYPE_IPV4 || first != VERSION_AND_LENGTH || total < IPV4_HEADER ||
	    protocol != IP_TCP || fragment & (IPV4_OFFSET_MASK | IPV4_MORE_FRAGMENTS))
		return false;
	tcp = span_from(span_first(packet, total), IPV4_HEADER);
	ipv4_take(segment, packet);
	if (tcp_take(segment, tcp, total - (size_t)IPV4_HEADER) != PACKET_SEGMENT)
		return false;
	note(trace, frame->bytes, packet, tcp);
	return true;
}
