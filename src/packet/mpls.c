/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mpls: label stacks (RFC 3032). Nothing in them says what they carry: it is IP or, in a pseudowire, Ethernet with or
 * without a control word (RFC 4385, RFC 4448). Hardware addresses may begin with a 4 or a 6 like IP, so a frame whose
 * type and content agree is taken for Ethernet first.
 */
#include "layer.h"

enum { LABEL = 4, STACK = 16, CONTROL_WORD = 4, ETHERNET = 14, TAGS = 4 };
enum { LABEL_IPV4 = 0, LABEL_IPV6 = 2 };

enum looks { LOOKS_NOT, LOOKS_SO, LOOKS_CUT };

/* Is there Ethernet at |at| with IPv4 or IPv6 in it? */
static enum looks looks_ethernet(const struct walk *w, size_t at)
{
	uint16_t type;
	uint8_t first;

	at += ETHERNET - 2;
	for (unsigned tags = 0; tags < TAGS; tags++, at += 4) {
		if (!span_get_be16(w->bytes, at, &type))
			return at + 2 > w->wire ? LOOKS_NOT : LOOKS_CUT;
		if (type != 0x8100 && type != 0x88a8)
			break;
	}
	if (type != ETHERTYPE_IPV4 && type != ETHERTYPE_IPV6)
		return LOOKS_NOT;
	if (!span_get_u8(w->bytes, at + 2, &first))
		return at + 3 > w->wire ? LOOKS_NOT : LOOKS_CUT;
	return first >> 4 == (type == ETHERTYPE_IPV4 ? 4 : 6) ? LOOKS_SO : LOOKS_NOT;
}

static enum packet_outcome guess_content(struct walk *w)
{
	uint8_t first;
	enum looks plain, behind_word;

	if (!span_get_u8(w->bytes, 0, &first))
		return walk_short(w, 1);
	w->guess = true;
	plain = looks_ethernet(w, 0);
	if (plain == LOOKS_SO)
		return walk_on(w, 0, LAYER_ETHERTYPE, ETHERTYPE_ETHERNET);
	if (first >> 4 == 4 || first >> 4 == 6)
		return walk_on(w, 0, LAYER_LINK, LINK_RAW);
	behind_word = first >> 4 == 0 ? looks_ethernet(w, CONTROL_WORD) : LOOKS_NOT;
	if (behind_word == LOOKS_SO)
		return walk_on(w, CONTROL_WORD, LAYER_ETHERTYPE, ETHERTYPE_ETHERNET);
	return plain == LOOKS_CUT || behind_word == LOOKS_CUT ? PACKET_TRUNCATED : PACKET_NO_TCP;
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
					    { LAYER_ETHERTYPE, 0x8848 }, /* labels of the upstream router (RFC 5332) */
					    { LAYER_IP, 137 },		 /* RFC 4023 */
					    { LAYER_UDP, 6635 }, /* RFC 7510 */
					    { LAYER_PPP, 0x0281 },
					    { LAYER_PPP, 0x0283 },
					    { LAYER_LINK, 219 },
					    { LAYER_END } },
};
