/* SPDX-License-Identifier: BSD-2-Clause */
/* Handshake messages of TLS for the text of a talk: ${tls-hello ...}, ${tls-server-hello ...}, ${tls-certificate ...}. */
#include "certificate.h"
#include "script.h"

#include <stdio.h>
#include <stdlib.h>

enum { DAY = 86400, KEY_SHARE = 1216, MESSAGE_MAX = 16 * 1024 };

static void put(struct script *s, const void *bytes, size_t length)
{
	if (buf_append(&s->text, span_of(bytes, length)) != length)
		script_fail(s, "the text is too long");
}

static void put_number(struct script *s, size_t value, unsigned bytes)
{
	while (bytes-- > 0) {
		uint8_t byte = (uint8_t)(value >> 8 * bytes);

		put(s, &byte, 1);
	}
}

/* The header of a record with one handshake message of |length| bytes. */
static void put_heads(struct script *s, unsigned version, unsigned type, size_t length)
{
	put_number(s, 22, 1);
	put_number(s, version, 2);
	put_number(s, length + 4, 2);
	put_number(s, type, 1);
	put_number(s, length, 3);
}

static void put_name(struct script *s, struct span name)
{
	put_number(s, 0, 2); /* server_name (RFC 6066) */
	put_number(s, name.length + 5, 2);
	put_number(s, name.length + 3, 2);
	put_number(s, 0, 1);
	put_number(s, name.length, 2);
	put(s, name.at, name.length);
}

/* A key share for X25519MLKEM768. */
static void put_share(struct script *s)
{
	put_number(s, 51, 2);
	put_number(s, KEY_SHARE + 6, 2);
	put_number(s, KEY_SHARE + 4, 2);
	put_number(s, 0x11ec, 2);
	put_number(s, KEY_SHARE, 2);
	text_random(s, KEY_SHARE);
}

void text_tls_hello(struct script *s, struct span rest)
{
	static const uint8_t suites[] = { 0x13, 0x01, 0x13, 0x02, 0xc0, 0x2f, 0xc0, 0x30 };
	static const uint8_t versions[] = { 0x00, 0x2b, 0x00, 0x05, 0x04, 0x03, 0x04, 0x03, 0x03 };
	struct span name = word_next(&rest), option = word_next(&rest);
	bool large = word_is(option, "post-quantum");
	size_t extensions = 9 + name.length + sizeof versions + (large ? KEY_SHARE + 10 : 0);

	if (option.length && !large)
		script_fail(s, "${tls-hello NAME [post-quantum]}");
	put_heads(s, 0x0301, 1, 2 + 32 + 1 + 2 + sizeof suites + 2 + 2 + extensions);
	put_number(s, 0x0303, 2);
	text_random(s, 32);
	put_number(s, 0, 1); /* session id */
	put_number(s, sizeof suites, 2);
	put(s, suites, sizeof suites);
	put_number(s, 0x0100, 2); /* compression: none */
	put_number(s, extensions, 2);
	put_name(s, name);
	put(s, versions, sizeof versions);
	if (large)
		put_share(s);
}

static size_t hex_word(struct script *s, struct span word, size_t otherwise)
{
	char text[5] = "", *end;
	size_t value;

	if (!word.length)
		return otherwise;
	if (word.length != 4 || !span_copy(word, 0, text, 4))
		script_fail(s, "a number of four hexadecimal digits is expected");
	value = strtoul(text, &end, 16);
	if (*end)
		script_fail(s, "a number of four hexadecimal digits is expected");
	return value;
}

void text_tls_server_hello(struct script *s, struct span rest)
{
	size_t version = hex_word(s, word_next(&rest), 0x0303), suite = hex_word(s, word_next(&rest), 0xc02f);

	put_heads(s, 0x0303, 2, 2 + 32 + 1 + 2 + 1);
	put_number(s, version, 2);
	text_random(s, 32);
	put_number(s, 0, 1);
	put_number(s, suite, 2);
	put_number(s, 0, 1);
}

/* Days before or after the time that the talk has reached. */
static int64_t days_word(struct script *s, struct span word)
{
	char text[16] = "", *end;
	long days;

	if (!word.length || word.length >= sizeof text || !span_copy(word, 0, text, word.length))
		script_fail(s, "a number of days is expected");
	days = strtol(text, &end, 10);
	if (*end)
		script_fail(s, "a number of days is expected");
	return s->now / TSTAMP_SECOND + days * DAY;
}

static char *name_word(struct script *s, struct span word)
{
	char *text = script_text(s, word);

	/* A plus sign stands for a blank. */
	for (char *c = text; *c; c++)
		if (*c == '+')
			*c = ' ';
	return text;
}

void text_tls_certificate(struct script *s, struct span rest)
{
	struct made_certificate c = { .subject = name_word(s, word_next(&rest)), .issuer = "Example CA" };
	struct buf der;

	c.not_before = s->now / TSTAMP_SECOND - 10 * DAY;
	c.not_after = s->now / TSTAMP_SECOND + 90 * DAY;
	for (struct span key = word_next(&rest); key.length; key = word_next(&rest)) {
		struct span value = word_next(&rest);

		if (word_is(key, "issuer"))
			c.issuer = name_word(s, value);
		else if (word_is(key, "names"))
			c.names = name_word(s, value);
		else if (word_is(key, "from"))
			c.not_before = days_word(s, value);
		else if (word_is(key, "until"))
			c.not_after = days_word(s, value);
		else
			script_fail(
			    s, "${tls-certificate SUBJECT [issuer NAME] [names A,B] [from DAYS] [until DAYS]}");
	}
	buf_init(&der, MESSAGE_MAX);
	if (!make_certificate(&der, &c)) {
		buf_finish(&der);
		script_fail(s, "the certificate cannot be made");
	}
	put_heads(s, 0x0303, 11, der.length + 6);
	put_number(s, der.length + 3, 3);
	put_number(s, der.length, 3);
	buf_append(&s->text, buf_span(&der));
	buf_finish(&der);
}
