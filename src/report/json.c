/* SPDX-License-Identifier: BSD-2-Clause */
#include "json.h"

#include "decimal.h"
#include "escape.h"
#include "printable.h"
#include "utf8.h"

static const char hex[] = "0123456789abcdef";

void json_init(struct json *j, struct output *out)
{
	j->out = out;
	j->comma = false;
	j->second = TSTAMP_NONE;
	j->length = 0;
}

static void flush(struct json *j)
{
	if (j->length)
		output_write(j->out, j->held, j->length);
	j->length = 0;
}

static inline void put(struct json *j, const void *at, size_t length)
{
	if (length > sizeof j->held - j->length) {
		flush(j);
		if (length > sizeof j->held) {
			output_write(j->out, at, length);
			return;
		}
	}
	memcpy(j->held + j->length, at, length);
	j->length += length;
}

static inline void put_char(struct json *j, char c)
{
	if (j->length == sizeof j->held)
		flush(j);
	j->held[j->length++] = c;
}

/* Written before any value. */
static inline void begin(struct json *j)
{
	if (j->comma)
		put_char(j, ',');
	j->comma = true;
}

void json_piece_slow(struct json *j, const char *piece, size_t length)
{
	put(j, piece, length);
}

void json_object(struct json *j)
{
	begin(j);
	put_char(j, '{');
	j->comma = false;
}

void json_end_object(struct json *j)
{
	put_char(j, '}');
	j->comma = true;
}

void json_array(struct json *j)
{
	begin(j);
	put_char(j, '[');
	j->comma = false;
}

void json_end_array(struct json *j)
{
	put_char(j, ']');
	j->comma = true;
}

void json_quoted_slow(struct json *j, const char *text, const char *tail, bool value)
{
	begin(j);
	put_char(j, '"');
	put(j, text, strlen(text));
	put(j, tail, strlen(tail));
	j->comma = value;
}

static void put_unit(struct json *j, uint32_t unit)
{
	char text[6] = { '\\', 'u' };

	for (unsigned i = 0; i < 4; i++)
		text[2 + i] = hex[unit >> (12 - 4 * i) & 15];
	put(j, text, 6);
}

static void put_escaped(struct json *j, uint32_t point)
{
	static const char letters[] = "btn?fr"; /* from U+0008 on */
	char text[2] = { '\\' };

	if (point == '"' || point == '\\') {
		text[1] = (char)point;
		put(j, text, 2);
	} else if (point >= 8 && point <= 13 && point != 11) {
		text[1] = letters[point - 8];
		put(j, text, 2);
	} else if (point > 0xFFFF) {
		/* A surrogate pair (RFC 8259 7). */
		put_unit(j, 0xD800 + ((point - 0x10000) >> 10));
		put_unit(j, 0xDC00 + (point & 0x3FF));
	} else {
		put_unit(j, point);
	}
}

void json_begin_string(struct json *j)
{
	begin(j);
	put_char(j, '"');
}

void json_string_part(struct json *j, struct span text)
{
	size_t at = 0, run;
	uint32_t point;

	while (at < text.length) {
		run = printable_run(text.at + at, text.length - at, true);
		if (run) {
			put(j, text.at + at, run);
			at += run;
			continue;
		}
		run = utf8_next(text, at, &point);
		if (point == UTF8_INVALID)
			put(j, "\xEF\xBF\xBD", 3);
		else if (point < 0xA0 || escape_hides(point))
			put_escaped(j, point);
		else
			put(j, text.at + at, run);
		at += run;
	}
}

void json_end_string(struct json *j)
{
	put_char(j, '"');
}

void json_string(struct json *j, struct span text)
{
	char *to = j->held + j->length;

	/* The usual case. */
	if (sizeof j->held - j->length >= text.length + 3 &&
	    printable_run(text.at, text.length, true) == text.length) {
		if (j->comma)
			*to++ = ',';
		*to++ = '"';
		if (text.length)
			memcpy(to, text.at, text.length);
		to += text.length;
		*to++ = '"';
		j->length = (size_t)(to - j->held);
		j->comma = true;
		return;
	}
	json_begin_string(j);
	json_string_part(j, text);
	json_end_string(j);
}

void json_text(struct json *j, const char *text)
{
	if (text)
		json_string(j, span_text(text));
	else
		json_null(j);
}

/* Writes |value| in decimal, with at least |width| digits. */
static void put_decimal(struct json *j, uint64_t value, unsigned width)
{
	if (sizeof j->held - j->length < DECIMAL_SIZE)
		flush(j);
	j->length = (size_t)(decimal_write(j->held + j->length, value, width) - j->held);
}

void json_unsigned(struct json *j, uint64_t value)
{
	begin(j);
	put_decimal(j, value, 1);
}

void json_number(struct json *j, int64_t value)
{
	begin(j);
	if (value < 0)
		put_char(j, '-');
	put_decimal(j, value < 0 ? -(uint64_t)value : (uint64_t)value, 1);
}

void json_milliseconds(struct json *j, int64_t ns)
{
	if (ns < 0) {
		json_null(j);
		return;
	}
	begin(j);
	put_decimal(j, (uint64_t)(ns / TSTAMP_MILLISECOND), 1);
	put_char(j, '.');
	put_decimal(j, (uint64_t)(ns % TSTAMP_MILLISECOND) / 1000, 3);
}

void json_time(struct json *j, tstamp t, unsigned digits)
{
	static const uint32_t scale[] = { 1000000000, 100000000, 10000000, 1000000, 100000,
					  10000,      1000,	 100,	   10,	    1 };
	int64_t second = t / TSTAMP_SECOND, fraction = t % TSTAMP_SECOND;

	if (t == TSTAMP_NONE) {
		json_null(j);
		return;
	}
	if (fraction < 0) {
		fraction += TSTAMP_SECOND;
		second--;
	}
	if (second != j->second || j->second == TSTAMP_NONE) {
		/* Many records share a second, and converting it to a date is expensive. */
		tstamp_format(j->moment, t, 0);
		j->moment_length = strlen(j->moment) - 1;
		j->second = second;
	}
	if (digits > 9)
		digits = 9;
	begin(j);
	put_char(j, '"');
	put(j, j->moment, j->moment_length);
	if (digits) {
		put_char(j, '.');
		put_decimal(j, (uint64_t)fraction / scale[digits], digits);
	}
	put(j, "Z\"", 2);
}

void json_bool(struct json *j, bool value)
{
	begin(j);
	if (value)
		put(j, "true", 4);
	else
		put(j, "false", 5);
}

void json_null(struct json *j)
{
	begin(j);
	put(j, "null", 4);
}

void json_line_end(struct json *j)
{
	put_char(j, '\n');
	flush(j);
	j->comma = false;
}
