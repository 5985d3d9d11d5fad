/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json: writes JSON (RFC 8259) as it goes, one value a line (JSON Lines). The writer puts the commas; that objects and arrays
 * are closed in order is up to the caller. Whatever bytes a string holds, what comes out is valid UTF-8 without control
 * characters. A line is collected here and handed on whole where it fits, so it costs one call of the stream.
 */
#ifndef SMTPSCOPE_JSON_H
#define SMTPSCOPE_JSON_H

#include "buf.h"
#include "output.h"
#include "tstamp.h"

struct json {
	struct output *out;	       /* the caller's */
	bool comma;		       /* a value stands before what comes next */
	int64_t second;		       /* whose text |moment| holds, TSTAMP_NONE: none */
	char moment[TSTAMP_TEXT_SIZE]; /* date and time up to the seconds */
	size_t moment_length;
	size_t length;
	char held[8192];
};

/* Writes to |out|, which must outlive it. Nothing is allocated, nothing has to be finished. Errors: see ferror. */
void json_init(struct json *j, struct output *out);

void json_object(struct json *j);
void json_end_object(struct json *j);
void json_array(struct json *j);
void json_end_array(struct json *j);
void json_null(struct json *j);

/*
 * A piece of JSON as it stands, such as JSON_PIECE(j, true, "\"a\":1,\"b\":null"): commas before and inside it are the
 * caller's. |value|: it ends with a whole value, so that a comma comes before what follows. For what is written often.
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

/*
 * |text| between quotes, then |tail|, behind the comma that is due; plain ASCII without quotes and backslashes. The length of
 * what is known here is known to the compiler, too: records are made of names and words, mostly.
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

/* The name of the next value. */
static inline void json_key(struct json *j, const char *key)
{
	json_quoted(j, key, "\":", false);
}

/* A word of our own for a value; null for NULL. */
static inline void json_word(struct json *j, const char *word)
{
	if (word)
		json_quoted(j, word, "\"", true);
	else
		json_null(j);
}

/*
 * A string. Each sequence that is no valid UTF-8 becomes U+FFFD; quotes, backslashes, control characters (C0, DEL, C1) and
 * the line ends U+2028 and U+2029 are escaped.
 */
void json_string(struct json *j, struct span text);
/* The same of a NUL-terminated text; null for NULL. */
void json_text(struct json *j, const char *text);
/* Parts of one string: between begin and end, any number of spans. A sequence split over two spans is invalid in both. */
void json_begin_string(struct json *j);
void json_string_part(struct json *j, struct span text);
void json_end_string(struct json *j);

void json_number(struct json *j, int64_t value);
void json_unsigned(struct json *j, uint64_t value);
/* |ns| nanoseconds as milliseconds with three digits after the point, cut and not rounded; null where negative. */
void json_milliseconds(struct json *j, int64_t ns);
/* RFC 3339 in UTC with |digits| of the fraction; null for TSTAMP_NONE. */
void json_time(struct json *j, tstamp t, unsigned digits);
void json_bool(struct json *j, bool value);

/* Ends the line and hands it on. The next value stands on its own. */
void json_line_end(struct json *j);

#endif
