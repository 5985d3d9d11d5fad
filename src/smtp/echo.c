/* SPDX-License-Identifier: BSD-2-Clause */
#include "echo.h"

#include "command_parser.h"

enum { ECHO_LENGTH_MIN = 12 };

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

/*
 * A server may repeat in its refusal what it did not understand, and that may be a credential whose own line was not
 * captured: words that look like one are kept from view then.
 */
void echo_hide(struct secret_set *secrets, const struct reply *reply)
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
