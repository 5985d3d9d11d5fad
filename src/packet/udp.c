/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * udp: RFC 768, as the carrier of tunnels. A port is only a hint: content that does not match the tunnel
 * format all the way to TCP is something else, not an invalid packet.
 */
#include "ip.h"

enum { HEADER = 8 };

static enum packet_outcome decode(struct walk *w)
{
	uint16_t port, length;

	if (!w->ip_version)
		return PACKET_NO_TCP;
	if (!span_get_be16(w->bytes, 2, &port) || !span_get_be16(w->bytes, 4, &length))
		return walk_short(w, HEADER);
	if (!layer_known(w->packet, (struct layer_key){ LAYER_UDP, port }))
		return PACKET_NO_TCP;
	w->guess = true;
	if (length) { /* 0: a jumbogram (RFC 2675) or offload */
		if (length < HEADER || !walk_fits(w, length))
			return PACKET_INVALID;
		walk_limit(w, length);
	}
	return walk_on(w, HEADER, LAYER_UDP, port);
}

const struct layer layer_udp = {
	.name = "udp",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_IP, IP_UDP }, { LAYER_END } },
};
