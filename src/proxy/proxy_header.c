/* SPDX-License-Identifier: BSD-2-Clause */
#include "proxy_header.h"

enum { FAMILY_TCP4 = 0x11, FAMILY_TCP6 = 0x21, COMMAND_LOCAL = 0, COMMAND_FOR_CLIENT = 1 };

static const uint8_t SIGNATURE[12] = { 0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a };

/* Do |bytes| begin with |head|, or are they a prefix of it? */
static bool may_begin_with(struct span bytes, struct span head)
{
	size_t common = bytes.length < head.length ? bytes.length : head.length;

	return memcmp(bytes.at, head.at, common) == 0;
}

/* Takes the next word off |*line|. A single blank separates words. */
static struct span next_word(struct span *line)
{
	const uint8_t *blank = line->length ? memchr(line->at, ' ', line->length) : NULL;
	struct span word = *line;

	if (blank)
		word.length = (size_t)(blank - line->at);
	*line = span_from(*line, word.length + 1);
	return word;
}

static bool read_address(struct span word, uint8_t version, struct addr *address)
{
	char text[ADDR_TEXT_SIZE];

	if (word.length == 0 || word.length >= sizeof text || memchr(word.at, 0, word.length))
		return false;
	memcpy(text, word.at, word.length);
	text[word.length] = 0;
	return addr_parse(address, text) && address->version == version;
}

static bool read_port(struct span word, uint16_t *port)
{
	unsigned value = 0;

	if (word.length == 0 || word.length > 5)
		return false;
	for (size_t i = 0; i < word.length; i++) {
		if (word.at[i] < '0' || word.at[i] > '9')
			return false;
		value = value * 10 + (unsigned)(word.at[i] - '0');
	}
	*port = (uint16_t)value;
	return value <= 65535;
}

/* "PROXY TCP4 source target port port": |line| has no line end. */
static bool read_line(struct span line, struct proxy_header *h)
{
	struct span family;
	uint8_t version;

	next_word(&line);
	family = next_word(&line);
	/* The specification says to ignore the rest of the line after UNKNOWN. */
	if (span_equal(family, span_text("UNKNOWN")))
		return true;
	version = span_equal(family, span_text("TCP4")) ? 4 : span_equal(family, span_text("TCP6")) ? 6 : 0;
	h->has_addresses = version && read_address(next_word(&line), version, &h->source.addr) &&
			   read_address(next_word(&line), version, &h->target.addr) &&
			   read_port(next_word(&line), &h->source.port) &&
			   read_port(next_word(&line), &h->target.port) && line.length == 0;
	return h->has_addresses;
}

static enum proxy_header_found read_version_1(struct span bytes, struct proxy_header *h)
{
	struct span line = span_first(bytes, PROXY_HEADER_V1_MAX);
	const uint8_t *lf = memchr(line.at, '\n', line.length);

	if (!lf)
		return bytes.length < PROXY_HEADER_V1_MAX ? PROXY_HEADER_BEGUN : PROXY_HEADER_NONE;
	line.length = (size_t)(lf - line.at);
	h->version = 1;
	h->length = line.length + 1;
	/* The specification asks for CR LF; health checks of shell scripts send LF, and servers take it. */
	if (line.length && line.at[line.length - 1] == '\r')
		line.length--;
	return read_line(line, h) ? PROXY_HEADER_WHOLE : PROXY_HEADER_NONE;
}

static bool read_pair(struct span block, size_t size, uint8_t version, struct proxy_header *h)
{
	struct endpoint source = { .addr = { .version = version } }, target = source;

	if (!span_copy(block, 0, source.addr.bytes, size) || !span_copy(block, size, target.addr.bytes, size) ||
	    !span_get_be16(block, 2 * size, &source.port) || !span_get_be16(block, 2 * size + 2, &target.port))
		return false;
	h->source = source;
	h->target = target;
	return true;
}

static enum proxy_header_found read_version_2(struct span bytes, struct proxy_header *h)
{
	struct span block = span_from(bytes, PROXY_HEADER_V2_FIXED);
	uint8_t command, family;
	uint16_t length;
	size_t wanted;

	if (!span_get_u8(bytes, sizeof SIGNATURE, &command))
		return PROXY_HEADER_BEGUN;
	if (command >> 4 != 2 || (command & 0x0f) > COMMAND_FOR_CLIENT)
		return PROXY_HEADER_NONE;
	if (!span_get_u8(bytes, 13, &family) || !span_get_be16(bytes, 14, &length))
		return PROXY_HEADER_BEGUN;
	h->version = 2;
	h->length = PROXY_HEADER_V2_FIXED + (uint64_t)length;
	wanted = family == FAMILY_TCP4 ? 12 : family == FAMILY_TCP6 ? PROXY_HEADER_V2_ADDRESSES : 0;
	if (h->length > PROXY_HEADER_V2_MAX)
		return PROXY_HEADER_NONE;
	if ((command & 0x0f) == COMMAND_LOCAL || wanted == 0)
		return PROXY_HEADER_WHOLE;
	if (length < wanted)
		return PROXY_HEADER_NONE;
	if (block.length < wanted)
		return PROXY_HEADER_BEGUN;
	h->has_addresses = family == FAMILY_TCP4 ? read_pair(block, 4, 4, h) : read_pair(block, 16, 6, h);
	return PROXY_HEADER_WHOLE;
}

enum proxy_header_found proxy_header_read(struct span bytes, struct proxy_header *header)
{
	static const struct span binary = { SIGNATURE, sizeof SIGNATURE };
	struct span text = span_text("PROXY ");

	*header = (struct proxy_header){ 0 };
	if (bytes.length == 0)
		return PROXY_HEADER_BEGUN;
	if (may_begin_with(bytes, text))
		return bytes.length < text.length ? PROXY_HEADER_BEGUN : read_version_1(bytes, header);
	if (may_begin_with(bytes, binary))
		return bytes.length < binary.length ? PROXY_HEADER_BEGUN : read_version_2(bytes, header);
	return PROXY_HEADER_NONE;
}
