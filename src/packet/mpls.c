/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mpls: label stacks (RFC 3032). They do not identify their payload: it is IP or, in a pseudowire, Ethernet
 * with or without a control word (RFC 4385, RFC 4448). A hardware address may begin with 4 or 6, as IP does,
 * so Ethernet is tried first: its type and content must agree.
 */
#include "layer.h"

enum { LABEL = 4, STACK = 16, CONTROL_WORD = 4, ETHERNET = 14, TAGS = 4 };
enum { LABEL_IPV4 = 0, LABEL_IPV6 = 2 };

enum match { MATCH_NO, MATCH_YES, MATCH_CUT };

/* Returns whether Ethernet with IPv4 or IPv6 inside is at |at|. */
static enum match match_ethernet(const struct walk *w, size_t at)
{
	uint16_t type;
	uint8_t first;

	at += ETHERNET - 2;
	for (unsigned tags = 0; tags < TAGS; tags++, at += 4) {
		if (!span_get_be16(w->bytes, at, &type))
			return at + 2 > w->wire ? MATCH_NO : MATCH_CUT;
		if (type != 0x8100 && type != 0x88a8)
			break;
	}
	if (type != ETHERTYPE_IPV4 && type != ETHERTYPE_IPV6)
		return MATCH_NO;
	if (!span_get_u8(w->bytes, at + 2, &first))
		return at + 3 > w->wire ? MATCH_NO : MATCH_CUT;
	return first >> 4 == (type == ETHERTYPE_IPV4 ? 4 : 6) ? MATCH_YES : MATCH_NO;
}

static enum packet_outcome guess_content(struct walk *w)
{
	uint8_t first;
	enum match plain, behind_word;

	if (!span_get_u8(w->bytes, 0, &first))
		return walk_short(w, 1);
	w->guess = true;
	plain = match_ethernet(w, 0);
	if (plain == MATCH_YES)
		return walk_on(w, 0, LAYER_ETHERTYPE, ETHERTYPE_ETHERNET);
	if (first >> 4 == 4 || first >> 4 == 6)
		return walk_on(w, 0, LAYER_LINK, LINK_RAW);
	behind_word = first >> 4 == 0 ? match_ethernet(w, CONTROL_WORD) : MATCH_NO;
	if (behind_word == MATCH_YES)
		return walk_on(w, CONTROL_WORD, LAYER_ETHERTYPE, ETHERTYPE_ETHERNET);
	return plain == MATCH_CUT || behind_word == MATCH_CUT ? PACKET_TRUNCATED : PACKET_NO_TCP;
}

static enum packet_outcome decode(struct walk *w)
{
	for (unsigned i = 0; i < STACK; i++) {
		uint32_t entry;
		enum packet_outcome outcome;

		if (!span_get_be32(w->bytes, 0, &entry))
			return walk_short(w, LABEL);
		outcome = walk_on(w, LABEL, LAYER_LINK, LINK_RAW);
		if (outcome != PACKET_UNDECIDED)
			return outcome;
		if (!(entry & 0x100))
			continue;
		if (entry >> 12 == LABEL_IPV4 || entry >> 12 == LABEL_IPV6)
			return PACKET_UNDECIDED;
		return guess_content(w);
	}
	return PACKET_NESTING_REFUSED;
}

const struct layer layer_mpls = {
	.name = "mpls",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_ETHERTYPE, ETHERTYPE_MPLS },
					    /* upstream-assigned labels (RFC 5332) */
					    { LAYER_ETHERTYPE, 0x8848 },
					    { LAYER_IP, 137 },	 /* RFC 4023 */
					    { LAYER_UDP, 6635 }, /* RFC 7510 */
					    { LAYER_PPP, 0x0281 },
					    { LAYER_PPP, 0x0283 },
					    { LAYER_LINK, 219 },
					    { LAYER_END } },
};
