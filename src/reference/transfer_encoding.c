/* SPDX-License-Identifier: BSD-2-Clause */
#include "transfer_encoding.h"

#include <strings.h>

enum { WORD_KEPT = 1024 };

static bool is_word(struct span text, const char *word)
{
	return text.length == strlen(word) && strncasecmp((const char *)text.at, word, text.length) == 0;
}

enum transfer_encoding transfer_encoding_find(struct span name)
{
	if (is_word(name, "base64"))
		return ENCODING_BASE64;
	return is_word(name, "quoted-printable") ? ENCODING_QUOTED_PRINTABLE : ENCODING_NONE;
}

enum charset charset_find(struct span name)
{
	/* Windows-1252 extends ISO-8859-1 by the place of some control characters. */
	return is_word(name, "iso-8859-1") || is_word(name, "iso-8859-15") || is_word(name, "windows-1252")
		   ? CHARSET_WINDOWS_1252
		   : CHARSET_UTF8;
}

static int base64_value(uint8_t byte)
{
	if (byte >= 'A' && byte <= 'Z')
		return byte - 'A';
	if (byte >= 'a' && byte <= 'z')
		return byte - 'a' + 26;
	if (byte >= '0' && byte <= '9')
		return byte - '0' + 52;
	return byte == '+' ? 62 : byte == '/' ? 63 : -1;
}

void base64_decode(struct base64_rest *rest, struct span text, struct buf *out)
{
	for (size_t i = 0; i < text.length; i++) {
		int value = base64_value(text.at[i]);
		uint8_t byte;

		if (value < 0)
			continue;
		rest->bits = rest->bits << 6 | (uint32_t)value;
		rest->count += 6;
		if (rest->count < 8)
			continue;
		rest->count -= 8;
		byte = (uint8_t)(rest->bits >> rest->count);
		buf_append(out, span_of(&byte, 1));
	}
}

static int hex_value(struct span text, size_t at)
{
	uint8_t byte = 0;

	if (!span_get_u8(text, at, &byte))
		return -1;
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	byte |= 0x20;
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* Decodes =XX at |at|, which must exist, or copies one byte. Returns how many bytes of |text| that took. */
static size_t decode_one(struct span text, size_t at, struct buf *out)
{
	int high = text.at[at] == '=' ? hex_value(text, at + 1) : -1, low = hex_value(text, at + 2);
	uint8_t byte = text.at[at];

	if (high >= 0 && low >= 0)
		byte = (uint8_t)(high << 4 | low);
	buf_append(out, span_of(&byte, 1));
	return high >= 0 && low >= 0 ? 3 : 1;
}

bool quoted_printable_decode(struct span line, struct buf *out)
{
	bool ends = true;

	while (line.length && (line.at[line.length - 1] == ' ' || line.at[line.length - 1] == '\t'))
		line.length--;
	if (line.length && line.at[line.length - 1] == '=') {
		line.length--;
		ends = false;
	}
	for (size_t i = 0; i < line.length;)
		i += decode_one(line, i, out);
	return ends;
}

/* What Windows-1252 has in 0x80 to 0x9f. */
static const uint16_t windows_1252[32] = { 0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021,
					   0x2c6,  0x2030, 0x160,  0x2039, 0x152,  0x8d,   0x17d,  0x8f,
					   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
					   0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178 };

void charset_decode(enum charset charset, struct span text, struct buf *out)
{
	if (charset == CHARSET_UTF8) {
		buf_append(out, text);
		return;
	}
	for (size_t i = 0; i < text.length; i++) {
		unsigned c =
		    text.at[i] >= 0x80 && text.at[i] < 0xa0 ? windows_1252[text.at[i] - 0x80] : text.at[i];
		const uint8_t three[] = { (uint8_t)(0xe0 | c >> 12), (uint8_t)(0x80 | (c >> 6 & 63)),
					  (uint8_t)(0x80 | (c & 63)) };
		const uint8_t two[] = { (uint8_t)(0xc0 | c >> 6), three[2] };

		if (c < 0x80)
			buf_append(out, span_of(text.at + i, 1));
		else if (c < 0x800)
			buf_append(out, span_of(two, sizeof two));
		else
			buf_append(out, span_of(three, sizeof three));
	}
}

/* The parts of "=?charset?B?text?=" at |at|. Returns its length, 0: there is none. */
static size_t read_word(struct span text, size_t at, struct span *charset, char *encoding, struct span *content)
{
	struct span rest = span_first(span_from(text, at), WORD_KEPT);
	const uint8_t *mark;
	size_t from;

	if (rest.length < 8 || rest.at[0] != '=' || rest.at[1] != '?')
		return 0;
	mark = memchr(rest.at + 2, '?', rest.length - 2);
	from = mark ? (size_t)(mark - rest.at) + 1 : rest.length;
	if (!span_has(rest, from, 2) || rest.at[from + 1] != '?')
		return 0;
	*charset = span_of(rest.at + 2, from - 3);
	*encoding = (char)(rest.at[from] | 0x20);
	*content = span_from(rest, from + 2);
	mark = content->length ? memchr(content->at, '?', content->length) : NULL;
	if (!mark || (size_t)(mark - rest.at) + 1 >= rest.length || mark[1] != '=')
		return 0;
	content->length = (size_t)(mark - content->at);
	return (size_t)(mark - rest.at) + 2;
}

static void decode_word(struct span charset, char encoding, struct span content, struct buf *out)
{
	struct base64_rest rest = { 0 };
	struct buf bytes;

	buf_init(&bytes, WORD_KEPT);
	if (encoding == 'b') {
		base64_decode(&rest, content, &bytes);
	} else {
		for (size_t i = 0; i < content.length;) {
			if (content.at[i] == '_')
				i += buf_text(&bytes, " ");
			else
				i += decode_one(content, i, &bytes);
		}
	}
	/* A language may follow the name of the character set (RFC 2231 5). */
	for (size_t i = 0; i < charset.length; i++)
		if (charset.at[i] == '*')
			charset.length = i;
	charset_decode(charset_find(charset), buf_span(&bytes), out);
	buf_finish(&bytes);
}

void encoded_words_decode(struct span text, struct buf *out)
{
	bool after_word = false;

	for (size_t i = 0; i < text.length;) {
		struct span charset, content;
		char encoding;
		size_t blanks = 0, length;

		/* Blanks between two encoded words do not count (RFC 2047 6.2). */
		while (after_word && i + blanks < text.length && text.at[i + blanks] == ' ')
			blanks++;
		length = text.at[i] == '=' || blanks
			     ? read_word(text, i + blanks, &charset, &encoding, &content)
			     : 0;
		after_word = length && (encoding == 'b' || encoding == 'q');
		if (after_word) {
			decode_word(charset, encoding, content, out);
			i += blanks + length;
		} else {
			buf_append(out, span_of(text.at + i, 1));
			i++;
		}
	}
}
