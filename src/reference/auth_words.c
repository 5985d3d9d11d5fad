/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth_words.h"

#include "log_marks.h"
#include "transfer_encoding.h"

enum { DECODED_KEPT = 2048 };

static bool is_base64(uint8_t byte)
{
	return (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z') ||
	       byte == '+' || byte == '/' || byte == '=';
}

/* The run of base64 at |at|. */
static struct span word_at(struct span line, size_t at)
{
	size_t end = at;

	while (end < line.length && is_base64(line.at[end]))
		end++;
	return span_of(line.at + at, end - at);
}

/* Adds a credential, and the parts of what it encodes: "\0user\0password". */
static void add(struct secret_set *secrets, struct span word)
{
	struct base64_rest rest = { 0 };
	struct buf decoded;
	size_t from = 0;

	if (word.length < SECRET_LENGTH_MIN)
		return;
	secret_set_add(secrets, word);
	buf_init(&decoded, DECODED_KEPT);
	base64_decode(&rest, word, &decoded);
	for (size_t i = 0; i <= decoded.length; i++) {
		if (i < decoded.length && decoded.at[i] > 1)
			continue;
		if (i - from >= SECRET_LENGTH_MIN)
			secret_set_add(secrets, span_of(decoded.at + from, i - from));
		from = i + 1;
	}
	buf_finish(&decoded);
}

/* "AUTH PLAIN AGFi...", anywhere in the line. */
static void after_auth(struct span line, struct secret_set *secrets)
{
	for (size_t i = 0; i + 5 < line.length; i++) {
		size_t at = i + 5;

		if ((line.at[i] | 0x20) != 'a' || !text_begins(span_from(line, i), "AUTH "))
			continue;
		while (at < line.length && line.at[at] != ' ')
			at++;
		if (at < line.length)
			add(secrets, word_at(line, at + 1));
		i = at;
	}
}

/* The last word of a line that follows a 334. */
static void after_challenge(struct span line, struct secret_set *secrets)
{
	size_t from;

	while (line.length && !is_base64(line.at[line.length - 1]))
		line.length--;
	for (from = line.length; from > 0 && is_base64(line.at[from - 1]); from--)
		;
	if (!words_are_reply(span_from(line, from)))
		add(secrets, span_from(line, from));
}

/* Has the line a 334 at the beginning of a word? */
static bool is_challenge(struct span line)
{
	for (size_t i = 0; i + 3 <= line.length && i < MARK_SIZE; i++)
		if (text_begins(span_from(line, i), "334") && words_are_reply(span_from(line, i)) &&
		    (i == 0 || !is_base64(line.at[i - 1])))
			return true;
	return false;
}

void auth_words_line(struct auth_words *a, struct span line, struct secret_set *secrets)
{
	bool asked = a->asked;

	a->asked = is_challenge(line);
	line = span_first(line, TEXT_LINE_KEPT);
	if (asked && !a->asked)
		after_challenge(line, secrets);
	after_auth(line, secrets);
}
