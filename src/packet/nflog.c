/* SPDX-License-Identifier: BSD-2-Clause */
/* nflog: packets logged by Linux netfilter: a header and attributes in the capturing machine's byte order. */
#include "layer.h"

enum { HEADER = 4, ATTRIBUTE = 4, ATTRIBUTE_PAYLOAD = 9, ATTRIBUTE_TYPES = 64 };

/* Reads length and type of the attribute at |at|. Types are small, which reveals the byte order. */
static bool get_attribute(struct span b, size_t at, uint16_t *length, uint16_t *type)
{
	if (!span_get_le16(b, at, length) || !span_get_le16(b, at + 2, type))
		return false;
	if (*type >= ATTRIBUTE_TYPES) {
		span_get_be16(b, at, length);
		span_get_be16(b, at + 2, type);
	}
	return true;
}

static enum packet_outcome decode(struct walk *w)
{
	uint8_t version;
	size_t at = HEADER;

	if (!span_get_u8(w->bytes, 1, &version))
		return walk_short(w, HEADER);
	if (version != 0)
		return PACKET_NO_TCP;
	for (;;) { /* terminates: each attribute has at least four bytes */
		uint16_t length, type;

		if (!get_attribute(w->bytes, at, &length, &type))
			return at == w->wire ? PACKET_NO_TCP : walk_short(w, at + ATTRIBUTE);
		if (length < ATTRIBUTE)
			return PACKET_INVALID;
		if (type == ATTRIBUTE_PAYLOAD) {
			walk_limit(w, at + length);
			return walk_on(w, at + ATTRIBUTE, LAYER_LINK, LINK_RAW);
		}
		at += (length + 3u) & ~3u;
	}
}

const struct layer layer_nflog = {
	.name = "nflog",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_LINK, 239 }, { LAYER_END } },
};
