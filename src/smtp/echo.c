/* SPDX-License-Identifier: BSD-2-Clause */
#include "echo.h"

#include "buf.h"
#include "command_parser.h"
#include "credential.h"

enum {
	ECHO_LENGTH_MIN = 12,
	ECHO_TEXT_MAX = 4096, /* bytes of a reply that are searched for a credential that its line ends divide */
};

/* Base64, and neither a word nor a number nor short. */
static bool looks_secret(struct span word)
{
	bool upper = false, lower = false, other = false;

	if (word.length < ECHO_LENGTH_MIN || !command_looks_like_base64(word))
		return false;
	for (size_t i = 0; i < word.length; i++) {
		upper |= word.at[i] >= 'A' && word.at[i] <= 'Z';
		lower |= word.at[i] >= 'a' && word.at[i] <= 'z';
		other |= word.at[i] < 'A';
	}
	return upper && lower && other;
}

void echo_hide_words(struct secret_set *secrets, const struct reply *reply)
{
	static const char parting[] = " \t\"'<>():,;";

	if (reply->code < 500 || (reply->code > 504 && reply->code != 535))
		return;
	for (size_t i = 0; i < reply->line_count; i++) {
		struct span line = reply->lines[i], word;
		size_t from = 0;

		for (size_t at = 0; at <= line.length; at++) {
			if (at < line.length && (!line.at[at] || !strchr(parting, line.at[at])))
				continue;
			word = span_first(span_from(line, from), at - from);
			if (looks_secret(word))
				secret_set_add(secrets, word);
			from = at + 1;
		}
	}
}

/* Hides the pieces of bytes |at| to |end| of the joined text: one of each line that has a part of them. */
static void hide_pieces(struct secret_set *secrets, const struct reply *reply, size_t at, size_t end)
{
	size_t begin = 0;

	for (size_t i = 0; i < reply->line_count && begin < end; i++) {
		struct span line = reply->lines[i];
		size_t from = at > begin ? at - begin : 0;

		if (from < line.length)
			secret_set_add(secrets, span_first(span_from(line, from), end - begin - from));
		begin += line.length;
	}
}

/* The offset in the joined text of the line end behind |at|. */
static size_t line_end(const struct reply *reply, size_t at)
{
	size_t end = 0;

	for (size_t i = 0; i < reply->line_count; i++) {
		end += reply->lines[i].length;
		if (end > at)
			break;
	}
	return end;
}

/* Credentials that begin in one line and end in another. */
static void hide_divided(struct secret_set *secrets, const struct reply *reply)
{
	struct buf text;
	size_t from = 0, at, length;

	buf_init(&text, ECHO_TEXT_MAX);
	for (size_t i = 0; i < reply->line_count; i++)
		buf_append(&text, reply->lines[i]);
	while (secret_set_find(secrets, buf_span(&text), from, &at, &length)) {
		if (at + length > line_end(reply, at))
			hide_pieces(secrets, reply, at, at + length);
		from = at + length;
	}
	buf_finish(&text);
}

void echo_hide_line(struct secret_set *secrets, struct span line)
{
	struct span word = credential_response(line, 0);

	for (unsigned i = 0; word.at && i < SECRETS_KEPT; i++) {
		secret_set_add(secrets, word);
		word = credential_response(line, (size_t)(word.at - line.at) + word.length);
	}
}

void echo_hide(struct secret_set *secrets, const struct reply *reply)
{
	for (size_t i = 0; i < reply->line_count; i++)
		echo_hide_line(secrets, reply->lines[i]);
	if (secrets->count && reply->line_count > 1)
		hide_divided(secrets, reply);
}
