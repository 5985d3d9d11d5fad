/* SPDX-License-Identifier: BSD-2-Clause */
#include "json.h"

#include "decimal.h"
#include "escape.h"
#include "later_number.h"
#include "printable.h"
#include "utf8.h"

/* More lines are gathered while this much is free. Usual ones have half of it. */
enum { GATHER_ROOM = 1536 };

static const char hex[] = "0123456789abcdef";

void json_init(struct json *j, struct output *out)
{
	j->out = out;
	j->comma = false;
	j->gathers = false;
	j->numbers_later = false;
	j->second = TSTAMP_NONE;
	j->length = 0;
}

void json_flush(struct json *j)
{
	if (j->length)
		output_write(j->out, j->held, j->length);
	j->length = 0;
}

static inline void put(struct json *j, const void *at, size_t length)
{
	if (length > sizeof j->held - j->length) {
		json_flush(j);
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
		json_flush(j);
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

void json_array(struct json *j)
{
	begin(j);
	put_char(j, '[');
	j->comma = false;
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

/* Not inlined, like begin_second: it is rarely needed, and would make the usual case save registers. */
__attribute__((noinline)) static void string_in_parts(struct json *j, struct span text)
{
	json_begin_string(j);
	json_string_part(j, text);
	json_end_string(j);
}

void json_string(struct json *j, struct span text)
{
	char *to = j->held + j->length;

	/* The usual case. */
	if (sizeof j->held - j->length > text.length && sizeof j->held - j->length - text.length >= 3) {
		if (j->comma)
			*to++ = ',';
		*to++ = '"';
		if (printable_copy((uint8_t *)to, text.at, text.length, true)) {
			to[text.length] = '"';
			j->length = (size_t)(to + text.length + 1 - j->held);
			j->comma = true;
			return;
		}
	}
	string_in_parts(j, text);
}

void json_text(struct json *j, const char *text)
{
	if (text)
		json_string(j, span_text(text));
	else
		json_null(j);
}

/* Returns where the next |most| bytes go, after a comma if one is due; put_end tells where they ended. */
static inline char *put_begin(struct json *j, size_t most)
{
	char *to;

	if (sizeof j->held - j->length <= most)
		json_flush(j);
	to = j->held + j->length;
	if (j->comma)
		*to++ = ',';
	return to;
}

static inline void put_end(struct json *j, const char *end)
{
	j->length = (size_t)(end - j->held);
	j->comma = true;
}

void json_unsigned(struct json *j, uint64_t value)
{
	put_end(j, decimal_write(put_begin(j, DECIMAL_SIZE), value, 1));
}

static void finding_number(struct json *j, uint64_t number, char mark)
{
	char *to = put_begin(j, 1 + DECIMAL_SIZE);

	if (j->numbers_later) {
		*to++ = mark;
		j->out->marked = true;
	}
	put_end(j, decimal_write(to, number, 1));
}

void json_own_finding(struct json *j, uint64_t number)
{
	finding_number(j, number, LATER_NUMBER_OF);
}

void json_other_finding(struct json *j, uint64_t number)
{
	if (number)
		finding_number(j, number, LATER_NUMBER_TO);
	else
		json_null(j);
}

void json_number(struct json *j, int64_t value)
{
	char *to = put_begin(j, 1 + DECIMAL_SIZE);

	if (value < 0)
		*to++ = '-';
	put_end(j, decimal_write(to, value < 0 ? -(uint64_t)value : (uint64_t)value, 1));
}

void json_milliseconds(struct json *j, int64_t ns)
{
	char *to;

	if (ns < 0) {
		json_null(j);
		return;
	}
	to = put_begin(j, DECIMAL_SIZE + 4);
	to = decimal_write(to, (uint64_t)(ns / TSTAMP_MILLISECOND), 1);
	*to++ = '.';
	put_end(j, decimal_three(to, (uint32_t)(ns % TSTAMP_MILLISECOND) / 1000));
}

/* Writes the fraction of a second, up to nine digits. */
static char *put_fraction(char *to, uint32_t ns, unsigned digits)
{
	static const uint32_t scale[] = { 1000000000, 100000000, 10000000, 1000000, 100000,
					  10000,      1000,	 100,	   10,	    1 };

	if (!digits)
		return to;
	if (digits > 9)
		digits = 9;
	*to++ = '.';
	if (digits == 6)
		return decimal_six(to, ns / 1000);
	return decimal_write(to, ns / scale[digits], digits);
}

/* Sets the second that |t| is in. Returns the rest, ns. */
__attribute__((noinline)) static uint64_t begin_second(struct json *j, tstamp t)
{
	int64_t fraction = t % TSTAMP_SECOND;

	if (fraction < 0)
		fraction += TSTAMP_SECOND;
	tstamp_format(j->moment, t, 0);
	j->moment_length = strlen(j->moment) - 1;
	/* Of the first times that there are, the second begins before them. */
	j->second = t < TSTAMP_NONE + TSTAMP_SECOND ? TSTAMP_NONE : t - fraction;
	return (uint64_t)fraction;
}

void json_time(struct json *j, tstamp t, unsigned digits)
{
	/* Many records share a second, and converting it to a date is expensive. */
	uint64_t fraction = (uint64_t)t - (uint64_t)j->second;
	char *to;

	if (t == TSTAMP_NONE) {
		json_null(j);
		return;
	}
	if (fraction >= (uint64_t)TSTAMP_SECOND || j->second == TSTAMP_NONE)
		fraction = begin_second(j, t);
	to = put_begin(j, sizeof j->moment + DECIMAL_SIZE + 4);
	*to++ = '"';
	/* A constant length costs less than the right one. */
	memcpy(to, j->moment, sizeof j->moment);
	to = put_fraction(to + j->moment_length, (uint32_t)fraction, digits);
	*to++ = 'Z';
	*to++ = '"';
	put_end(j, to);
}

void json_bool(struct json *j, bool value)
{
	char *to = put_begin(j, 5);

	memcpy(to, value ? "true" : "false", 5);
	put_end(j, to + (value ? 4 : 5));
}

/* A line for another destination than the file is not gathered, because the next line may go to the file again. */
static void end_line(struct json *j)
{
	j->comma = false;
	if (!j->gathers || j->out->draft || j->out->into || sizeof j->held - j->length < GATHER_ROOM)
		json_flush(j);
}

void json_line_end(struct json *j)
{
	put_char(j, '\n');
	end_line(j);
}

void json_last_piece(struct json *j, struct span piece)
{
	put(j, piece.at, piece.length);
	end_line(j);
}
