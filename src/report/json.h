/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json: writes JSON (RFC 8259) sequentially, one value per line (JSON Lines). Writes the commas; the caller
 * must close objects and arrays in order. Output is always valid UTF-8 without control characters, whatever
 * bytes a string contains. A line is collected here and written as a whole if it fits, with one call of the
 * stream; with |gathers|, several lines.
 */
#ifndef SMTPSCOPE_JSON_H
#define SMTPSCOPE_JSON_H

#include "buf.h"
#include "decimal.h"
#include "output.h"
#include "tstamp.h"

struct json {
	struct output *out; /* owned by the caller */
	bool comma;	    /* a value precedes the next one */
	bool gathers;	    /* lines may stay here until there are many, or json_flush writes them */
	bool numbers_later; /* findings get their final numbers later (later_number.h) */
	tstamp second;	    /* the start of the second whose text is in |moment|; TSTAMP_NONE: none */
	char moment[TSTAMP_TEXT_SIZE]; /* date and time up to the seconds */
	size_t moment_length;
	size_t length;
	char held[8192];
};

/*
 * Initializes a writer to |out|, which must outlive it. Allocates nothing; nothing has to be freed. For
 * errors see ferror.
 */
void json_init(struct json *j, struct output *out);

void json_object(struct json *j);
void json_array(struct json *j);

/*
 * Writes a literal piece of JSON, such as JSON_PIECE(j, true, "\"a\":1,\"b\":null"); the caller supplies the
 * commas before and inside it. |value|: it ends with a complete value, so that a comma must precede the next
 * one. For frequently written text.
 */
#define JSON_PIECE(j, value, piece) json_piece(j, value, piece, sizeof(piece) - 1)
void json_piece_slow(struct json *j, const char *piece, size_t length);
static inline void json_piece(struct json *j, bool value, const char *piece, size_t length)
{
	j->comma = value;
	if (length > sizeof j->held - j->length) {
		json_piece_slow(j, piece, length);
		return;
	}
	memcpy(j->held + j->length, piece, length);
	j->length += length;
}

static inline void json_end_object(struct json *j)
{
	JSON_PIECE(j, true, "}");
}

static inline void json_end_array(struct json *j)
{
	JSON_PIECE(j, true, "]");
}

static inline void json_null(struct json *j)
{
	if (j->comma)
		JSON_PIECE(j, true, ",null");
	else
		JSON_PIECE(j, true, "null");
}

/*
 * Writes |text| in quotes, then |tail|, after a comma if one is due. Plain ASCII without quotes and
 * backslashes. Inline, so that the compiler knows constant lengths: records consist mostly of names and
 * words.
 */
void json_quoted_slow(struct json *j, const char *text, const char *tail, bool value);
static inline void json_quoted(struct json *j, const char *text, const char *tail, bool value)
{
	size_t length = strlen(text), tail_length = strlen(tail);
	char *to = j->held + j->length;

	if (length + tail_length + 2 > sizeof j->held - j->length) {
		json_quoted_slow(j, text, tail, value);
		return;
	}
	if (j->comma)
		*to++ = ',';
	*to++ = '"';
	memcpy(to, text, length);
	memcpy(to + length, tail, tail_length);
	j->length = (size_t)(to + length + tail_length - j->held);
	j->comma = value;
}

/* Writes the name of the next value. */
static inline void json_key(struct json *j, const char *key)
{
	json_quoted(j, key, "\":", false);
}

/* Writes a constant word as value; null for NULL. */
static inline void json_word(struct json *j, const char *word)
{
	if (word)
		json_quoted(j, word, "\"", true);
	else
		json_null(j);
}

/*
 * Writes |text|, which has |length| bytes before its NUL, as a string. It needs no escapes. JSON_SHORT bytes can be read from |text|: a constant
 * length costs less to copy than the right one.
 */
enum { JSON_SHORT = 16 };
static inline void json_short(struct json *j, const char text[static JSON_SHORT], size_t length)
{
	char *to = j->held + j->length;

	if (JSON_SHORT + 3 > sizeof j->held - j->length) {
		json_quoted_slow(j, text, "\"", true);
		return;
	}
	if (j->comma)
		*to++ = ',';
	*to++ = '"';
	memcpy(to, text, JSON_SHORT);
	to[length] = '"';
	j->length = (size_t)(to + length + 1 - j->held);
	j->comma = true;
}

/*
 * Writes a string. Each invalid UTF-8 sequence becomes U+FFFD; quotes, backslashes, control characters (C0, DEL, C1) and characters that hide or
 * reorder their neighbors (escape_hides) are escaped, so that the JSON text itself is safe to look at.
 */
void json_string(struct json *j, struct span text);
/* The same for a NUL-terminated string; null for NULL. */
void json_text(struct json *j, const char *text);
/*
 * Writes one string in parts: any number of spans between begin and end. A sequence split over two spans is
 * invalid in both.
 */
void json_begin_string(struct json *j);
void json_string_part(struct json *j, struct span text);
void json_end_string(struct json *j);

void json_number(struct json *j, int64_t value);
void json_unsigned(struct json *j, uint64_t value);
/* Writes the number of the finding that the line is about. */
void json_own_finding(struct json *j, uint64_t number);
/* Writes the number of a finding that the line refers to; null for 0. */
void json_other_finding(struct json *j, uint64_t number);
/* Writes |ns| nanoseconds as milliseconds with three decimals, truncated; null if negative. */
void json_milliseconds(struct json *j, int64_t ns);
/* Writes RFC 3339 in UTC with |digits| fraction digits; null for TSTAMP_NONE. */
void json_time(struct json *j, tstamp t, unsigned digits);
void json_bool(struct json *j, bool value);

/* Writes a literal piece of JSON that ends with the name of a member, and a number as its value. */
#define JSON_UNSIGNED(j, piece, number) json_piece_unsigned(j, piece, sizeof(piece) - 1, number)
static inline void json_piece_unsigned(struct json *j, const char *piece, size_t length, uint64_t number)
{
	char *to = j->held + j->length;

	if (length + DECIMAL_SIZE > sizeof j->held - j->length) {
		json_piece(j, false, piece, length);
		json_unsigned(j, number);
		return;
	}
	memcpy(to, piece, length);
	j->length = (size_t)(decimal_write(to + length, number, 1) - j->held);
	j->comma = true;
}

/* Writes the lines that have been gathered. */
void json_flush(struct json *j);
/* Ends the line and writes it, or gathers it. The next value is independent. */
void json_line_end(struct json *j);
/* The same with the literal |piece|, which ends the line, in front. */
void json_last_piece(struct json *j, struct span piece);

#endif
