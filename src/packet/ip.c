/* SPDX-License-Identifier: BSD-2-Clause */
#include "ip.h"

#include "ipfrag.h"

enum packet_outcome ip_fragment(struct walk *w, const struct ip_fragment *fragment)
{
	const struct segment *s = w->segment;
	struct ipfrag_piece piece = {
		.key = { .id = fragment->id,
			 .version = w->ip_version,
			 .protocol = w->ip_version == 4 ? fragment->protocol : 0 },
		.offset = fragment->offset,
		.more = fragment->more,
		.protocol = fragment->protocol,
		.wire = w->wire,
		.bytes = w->bytes,
		.time = w->frame->ref.time,
	};
	struct ipfrag_whole whole;
	struct packet_trace *trace = w->trace;

	memcpy(piece.key.source, s->source.addr.bytes, sizeof piece.key.source);
	memcpy(piece.key.target, s->target.addr.bytes, sizeof piece.key.target);
	if (trace->fragment.known)
		trace->nested = true;
	else
		trace->fragment = (struct packet_fragment){
			.known = true, .key = piece.key, .offset = piece.offset, .bytes = piece.bytes
		};
	switch (ipfrag_push(w->fragments, &piece, &whole)) {
	case IPFRAG_HELD:
		return PACKET_FRAGMENT_HELD;
	case IPFRAG_REPEATED:
		return PACKET_FRAGMENT_REPEATED;
	case IPFRAG_INVALID:
		return PACKET_INVALID;
	case IPFRAG_DROPPED:
		return PACKET_FRAGMENT_DROPPED;
	case IPFRAG_COMPLETE:
		break;
	}
	w->bytes = whole.bytes;
	w->wire = whole.wire;
	if (!trace->nested) {
		trace->fragment.whole = whole.bytes;
		trace->joined = trace->count;
	}
	return walk_on(w, 0, LAYER_IP, whole.protocol);
}
