/* SPDX-License-Identifier: BSD-2-Clause */
/* Converts the text after "C:" and "S:" to bytes: escapes and ${...}. */
#include "script.h"

#include <ctype.h>
#include <stdlib.h>

static void put(struct script *s, const void *bytes, size_t length)
{
	if (buf_append(&s->text, span_of(bytes, length)) != length)
		script_fail(s, "the text is too long");
}

static void put_byte(struct script *s, unsigned byte)
{
	uint8_t b = (uint8_t)byte;
	put(s, &b, 1);
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (uint8_t)tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads the escape at source[*i], the byte after the backslash, and moves *i past it. */
static void put_escape(struct script *s, struct span source, size_t *i)
{
	uint8_t c = source.at[*i];

	++*i;
	switch (c) {
	case 'r':
		put_byte(s, '\r');
		break;
	case 'n':
		put_byte(s, '\n');
		break;
	case 't':
		put_byte(s, '\t');
		break;
	case '0':
		put_byte(s, 0);
		break;
	case '\\':
		put_byte(s, '\\');
		break;
	case '|':
		if (s->split_count == SCRIPT_SPLITS_MAX)
			script_fail(s, "too many \\| in one line");
		s->splits[s->split_count++] = s->text.length;
		break;
	case 'x':
		if (!span_has(source, *i, 2) || hex_digit(source.at[*i]) < 0 || hex_digit(source.at[*i + 1]) < 0)
			script_fail(s, "\\x needs two hexadecimal digits");
		put_byte(s, (unsigned)(hex_digit(source.at[*i]) * 16 + hex_digit(source.at[*i + 1])));
		*i += 2;
		break;
	default:
		script_fail(s, "unknown escape: \\%c", c);
	}
}

/* Reads escapes only. */
static void put_escaped(struct script *s, struct span source)
{
	for (size_t i = 0; i < source.length;) {
		uint8_t c = source.at[i++];
		if (c == '\\' && i < source.length)
			put_escape(s, source, &i);
		else
			put_byte(s, c);
	}
}

/* Removes the text added to s->text since |from| and returns it. The caller frees it. */
static struct span take_from(struct script *s, size_t from)
{
	size_t length = s->text.length - from;
	uint8_t *copy = script_alloc(s, length + 1);

	if (length)
		memcpy(copy, s->text.at + from, length);
	s->text.length = from;
	return span_of(copy, length);
}

static void put_base64(struct script *s, struct span source)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t from = s->text.length;
	struct span bytes;

	put_escaped(s, source);
	bytes = take_from(s, from);
	for (size_t i = 0; i < bytes.length; i += 3) {
		size_t n = bytes.length - i;
		unsigned v = (unsigned)bytes.at[i] << 16;
		if (n > 1)
			v |= (unsigned)bytes.at[i + 1] << 8;
		if (n > 2)
			v |= bytes.at[i + 2];
		put_byte(s, (unsigned)digits[v >> 18 & 63]);
		put_byte(s, (unsigned)digits[v >> 12 & 63]);
		put_byte(s, (unsigned)(n > 1 ? digits[v >> 6 & 63] : '='));
		put_byte(s, (unsigned)(n > 2 ? digits[v & 63] : '='));
	}
}

/* Adds |count| bytes of a mail body: lines of 64 letters and CRLF; the last two bytes are CRLF. */
static void put_body(struct script *s, size_t count)
{
	if (count < 2)
		script_fail(s, "a body has at least two bytes");
	for (size_t i = 0, column = 0; i < count; i++) {
		size_t left = count - i;
		if (left == 2 || (column == 64 && left != 1 && left != 3)) {
			put(s, "\r\n", 2);
			i++;
			column = 0;
		} else {
			put_byte(s, (unsigned)('a' + (int)(i % 23)));
			column++;
		}
	}
}

void text_random(struct script *s, size_t count)
{
	uint32_t state = 2463534242u + (uint32_t)count;

	while (count--) {
		state ^= state << 13;
		state ^= state >> 17;
		state ^= state << 5;
		put_byte(s, state >> 11 & 255);
	}
}

static void put_hex(struct script *s, struct span source)
{
	for (size_t i = 0; i < source.length; i++) {
		int high, low;
		if (source.at[i] == ' ')
			continue;
		high = hex_digit(source.at[i]);
		low = i + 1 < source.length ? hex_digit(source.at[i + 1]) : -1;
		if (high < 0 || low < 0)
			script_fail(s, "${hex ...} needs pairs of hexadecimal digits");
		put_byte(s, (unsigned)(high * 16 + low));
		i++;
	}
}

/* Adds a TLS record (RFC 8446 5.1) of a type with |count| random-looking bytes. */
static void put_tls(struct script *s, struct span source)
{
	struct span kind = word_next(&source);
	size_t count = (size_t)word_number(s, word_next(&source), 16384 + 256);
	unsigned type = word_is(kind, "handshake") ? 22
			: word_is(kind, "alert")   ? 21
			: word_is(kind, "ccs")	   ? 20
			: word_is(kind, "data")	   ? 23
						   : 0;

	if (!type)
		script_fail(s, "${tls KIND N}: KIND is handshake, alert, ccs or data");
	put_byte(s, type);
	put(s, "\x03\x03", 2);
	put_byte(s, (unsigned)(count >> 8));
	put_byte(s, (unsigned)(count & 255));
	if (type == 20 && count == 1)
		put_byte(s, 1);
	else
		text_random(s, count);
}

/* Adds a PROXY protocol header, version 2: TCP over IPv4, from 203.0.113.7:51000 to 198.51.100.25:25. */
static void put_proxy_v2(struct script *s)
{
	static const uint8_t header[] = { 0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49,
					  0x54, 0x0a, 0x21, 0x11, 0x00, 0x0c, 203,  0,	  113,	7,
					  198,	51,   100,  25,	  0xc7, 0x38, 0x00, 0x19 };
	put(s, header, sizeof header);
}

/* The iteration of the |depth|-th enclosing repeat; 0 is the innermost. */
static unsigned turn(struct script *s, unsigned depth)
{
	for (size_t i = s->block_count; i-- > 0;) {
		if (s->blocks[i].kind != BLOCK_REPEAT)
			continue;
		if (depth-- == 0)
			return s->blocks[i].index;
	}
	script_fail(s, "a counter outside of repeat");
}

static void put_number(struct script *s, unsigned value)
{
	char text[16];
	snprintf(text, sizeof text, "%u", value);
	put(s, text, strlen(text));
}

/* Adds ${TEXT*N}. Returns false if it is something else. */
static bool put_repeated(struct script *s, struct span inside)
{
	size_t star = inside.length, from = s->text.length;
	struct span bytes;
	uint64_t count;

	while (star > 0 && inside.at[star - 1] != '*')
		star--;
	if (star < 2)
		return false;
	count = word_number(s, span_from(inside, star), 64 * 1024 * 1024);
	put_escaped(s, span_first(inside, star - 1));
	bytes = take_from(s, from);
	while (count--)
		put(s, bytes.at, bytes.length);
	return true;
}

static void put_macro(struct script *s, struct span inside)
{
	struct span rest = inside, word = word_next(&rest);

	if (word_is(inside, "i"))
		put_number(s, turn(s, 0));
	else if (word_is(inside, "j"))
		put_number(s, turn(s, 1));
	else if (word_is(inside, "proxy-v2"))
		put_proxy_v2(s);
	else if (word_is(word, "base64"))
		put_base64(s, rest);
	else if (word_is(word, "hex"))
		put_hex(s, rest);
	else if (word_is(word, "tls"))
		put_tls(s, rest);
	else if (word_is(word, "tls-hello"))
		text_tls_hello(s, rest);
	else if (word_is(word, "tls-server-hello"))
		text_tls_server_hello(s, rest);
	else if (word_is(word, "tls-certificate"))
		text_tls_certificate(s, rest);
	else if (word_is(word, "body"))
		put_body(s, (size_t)word_number(s, rest, 64 * 1024 * 1024));
	else if (word_is(word, "random"))
		text_random(s, (size_t)word_number(s, rest, 64 * 1024 * 1024));
	else if (!put_repeated(s, inside))
		script_fail(s, "unknown placeholder: ${%.*s}", (int)inside.length, (const char *)inside.at);
}

/* Returns the length of the ${...} at |i|, or 0 if there is none. */
static size_t macro_length(struct script *s, struct span source, size_t i)
{
	const uint8_t *end;

	if (!span_has(source, i, 2) || source.at[i] != '$' || source.at[i + 1] != '{')
		return 0;
	end = memchr(source.at + i, '}', source.length - i);
	if (!end)
		script_fail(s, "${ without }");
	return (size_t)(end - (source.at + i)) + 1;
}

void text_expand(struct script *s, struct span source)
{
	for (size_t i = 0; i < source.length;) {
		size_t macro = macro_length(s, source, i);
		if (macro) {
			put_macro(s, span_of(source.at + i + 2, macro - 3));
			i += macro;
		} else if (source.at[i] == '\\' && i + 1 < source.length) {
			i++;
			put_escape(s, source, &i);
		} else {
			put_byte(s, source.at[i++]);
		}
	}
}

char *text_variables(struct script *s, struct span source)
{
	size_t from = s->text.length;
	struct span text;

	for (size_t i = 0; i < source.length;) {
		size_t macro = macro_length(s, source, i);
		if (macro) {
			put_macro(s, span_of(source.at + i + 2, macro - 3));
			i += macro;
		} else {
			put_byte(s, source.at[i++]);
		}
	}
	text = take_from(s, from);
	return script_text(s, text);
}
