/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_fingerprint.h"

#include "buf.h"
#include "tls_cursor.h"
#include "tls_hello.h"
#include "tls_sum.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT_MAX = 128 * 1024, DIGITS = 12 };

enum extension { SNI = 0, GROUPS = 10, POINT_FORMATS = 11, SIGNATURES = 13, ALPN = 16, VERSIONS = 43 };

/* The lists of a hello, without the random values of RFC 8701. */
struct lists {
	uint16_t version; /* of the hello itself */
	uint16_t highest; /* of supported_versions */
	bool sni;
	struct span suites, groups, points, signatures, alpn;
	struct span extensions; /* the block of all */
	size_t suite_count, extension_count;
};

static void note_extension(struct lists *l, uint16_t type, struct span content)
{
	struct tls_cursor c = tls_cursor_of(content);
	struct span versions;
	uint16_t version;

	l->sni |= type == SNI;
	if (type == GROUPS)
		l->groups = tls_take_vector(&c, 2);
	else if (type == SIGNATURES)
		l->signatures = tls_take_vector(&c, 2);
	else if (type == POINT_FORMATS)
		l->points = tls_take_vector(&c, 1);
	if (type == ALPN) {
		c = tls_cursor_of(tls_take_vector(&c, 2));
		l->alpn = tls_take_vector(&c, 1);
	}
	if (type != VERSIONS)
		return;
	versions = tls_take_vector(&c, 1);
	for (size_t at = 0; span_get_be16(versions, at, &version); at += 2)
		if (!tls_is_grease(version) && version > l->highest)
			l->highest = version;
}

/* Takes the type and the content of the next extension; returns false at the end. */
static bool next_extension(struct tls_cursor *c, uint16_t *type, struct span *content)
{
	if (!c->rest.length)
		return false;
	*type = (uint16_t)tls_take_number(c, 2);
	*content = tls_take_vector(c, 2);
	return c->good;
}

static void read_lists(struct lists *l, struct span body)
{
	struct tls_cursor c = tls_cursor_of(body), extensions;
	struct span content;
	uint16_t type, suite;

	*l = (struct lists){ 0 };
	l->version = (uint16_t)tls_take_number(&c, 2);
	tls_take(&c, TLS_HELLO_RANDOM);
	tls_take_vector(&c, 1);
	l->suites = tls_take_vector(&c, 2);
	tls_take_vector(&c, 1);
	l->extensions = tls_take_vector(&c, 2);
	for (size_t at = 0; span_get_be16(l->suites, at, &suite); at += 2)
		l->suite_count += !tls_is_grease(suite);
	extensions = tls_cursor_of(l->extensions);
	while (next_extension(&extensions, &type, &content)) {
		l->extension_count += !tls_is_grease(type);
		note_extension(l, type, content);
	}
}

/* Decimal numbers separated by hyphens: JA3. */
static void put_decimal(struct buf *b, uint16_t value, bool *first)
{
	if (tls_is_grease(value))
		return;
	buf_format(b, "%s%u", *first ? "" : "-", value);
	*first = false;
}

static void put_decimals(struct buf *b, struct span list)
{
	bool first = true;
	uint16_t value;

	for (size_t at = 0; span_get_be16(list, at, &value); at += 2)
		put_decimal(b, value, &first);
	buf_text(b, ",");
}

static void compute_ja3(const struct openssl_library *openssl, char ja3[static TLS_JA3_SIZE],
			const struct lists *l, struct buf *b)
{
	struct tls_cursor extensions = tls_cursor_of(l->extensions);
	struct span content;
	bool first = true;
	uint16_t type;

	buf_clear(b);
	buf_format(b, "%u,", l->version);
	put_decimals(b, l->suites);
	while (next_extension(&extensions, &type, &content))
		put_decimal(b, type, &first);
	buf_text(b, ",");
	put_decimals(b, l->groups);
	for (size_t i = 0; i < l->points.length; i++)
		buf_format(b, "%s%u", i ? "-" : "", l->points.at[i]);
	tls_sum_hex(openssl, ja3, TLS_JA3_SIZE - 1, TLS_SUM_MD5, buf_span(b));
}

static int by_value(const void *a, const void *b)
{
	uint16_t x = *(const uint16_t *)a, y = *(const uint16_t *)b;

	return x < y ? -1 : x > y;
}

static void put_hex_list(struct buf *b, const uint16_t *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_format(b, "%s%04x", i ? "," : "", values[i]);
}

/* Copies the values of a list without the random ones; returns how many. |values| has room for all. */
static size_t values_of(uint16_t *values, struct span list)
{
	size_t count = 0;
	uint16_t value;

	for (size_t at = 0; span_get_be16(list, at, &value); at += 2)
		if (!tls_is_grease(value))
			values[count++] = value;
	return count;
}

/* All but SNI and ALPN, which differ from connection to connection. */
static size_t extensions_of(uint16_t *values, struct span block)
{
	struct tls_cursor c = tls_cursor_of(block);
	struct span content;
	uint16_t type;
	size_t count = 0;

	while (next_extension(&c, &type, &content))
		if (!tls_is_grease(type) && type != SNI && type != ALPN)
			values[count++] = type;
	return count;
}

static const char *version_letters(uint16_t version)
{
	switch (version) {
	case 0x0304:
		return "13";
	case 0x0303:
		return "12";
	case 0x0302:
		return "11";
	case 0x0301:
		return "10";
	case 0x0300:
		return "s3";
	default:
		return "00";
	}
}

/* The first and the last letter of the first protocol; of its hexadecimal digits if one of them is neither letter nor digit. */
static void alpn_letters(char letters[static 3], struct span alpn)
{
	static const char figures[] = "0123456789abcdef";
	uint8_t first, last;

	memcpy(letters, "00", 3);
	if (!alpn.length)
		return;
	first = alpn.at[0];
	last = alpn.at[alpn.length - 1];
	if (first < 0x80 && last < 0x80 && isalnum(first) && isalnum(last)) {
		letters[0] = (char)first;
		letters[1] = (char)last;
	} else {
		letters[0] = figures[first >> 4];
		letters[1] = figures[last & 15];
	}
}

static void compute_ja4(const struct openssl_library *openssl, char ja4[static TLS_JA4_SIZE],
			const struct lists *l, struct buf *b, uint16_t *values)
{
	char alpn[3], suites[DIGITS + 1] = "000000000000", extensions[DIGITS + 1] = "000000000000";
	size_t count = values_of(values, l->suites);
	bool good = true;

	qsort(values, count, sizeof *values, by_value);
	buf_clear(b);
	put_hex_list(b, values, count);
	if (count)
		good &= tls_sum_hex(openssl, suites, DIGITS, TLS_SUM_SHA256, buf_span(b));
	buf_clear(b);
	count = extensions_of(values, l->extensions);
	qsort(values, count, sizeof *values, by_value);
	put_hex_list(b, values, count);
	count = values_of(values, l->signatures);
	if (count)
		buf_text(b, "_");
	put_hex_list(b, values, count);
	if (b->length)
		good &= tls_sum_hex(openssl, extensions, DIGITS, TLS_SUM_SHA256, buf_span(b));
	alpn_letters(alpn, l->alpn);
	if (good)
		snprintf(ja4, TLS_JA4_SIZE, "t%s%c%02u%02u%s_%s_%s",
			 version_letters(l->highest ? l->highest : l->version), l->sni ? 'd' : 'i',
			 l->suite_count < 99 ? (unsigned)l->suite_count : 99,
			 l->extension_count < 99 ? (unsigned)l->extension_count : 99, alpn, suites, extensions);
}

void tls_fingerprint_compute(const struct openssl_library *openssl, struct tls_fingerprint *f, struct span body)
{
	struct lists lists;
	struct buf text;
	uint16_t *values;

	*f = (struct tls_fingerprint){ 0 };
	/* No list has more values than the hello has pairs of bytes. */
	values = malloc((body.length / 2 + 1) * sizeof *values);
	if (!values)
		return;
	buf_init(&text, TEXT_MAX);
	read_lists(&lists, body);
	compute_ja3(openssl, f->ja3, &lists, &text);
	compute_ja4(openssl, f->ja4, &lists, &text, values);
	buf_finish(&text);
	free(values);
}
