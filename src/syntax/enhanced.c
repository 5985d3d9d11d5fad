/* SPDX-License-Identifier: BSD-2-Clause */
#include "enhanced.h"

static bool is_digit(struct span text, size_t at)
{
	return at < text.length && text.at[at] >= '0' && text.at[at] <= '9';
}

/* Reads one to three digits at |*at| and advances it. Returns false if there are none, or more. */
static bool read_number(struct span text, size_t *at, unsigned *number)
{
	size_t end = *at;

	for (*number = 0; end < *at + 3 && is_digit(text, end); end++)
		*number = 10 * *number + (unsigned)(text.at[end] - '0');
	if (end == *at || is_digit(text, end))
		return false;
	*at = end;
	return true;
}

size_t enhanced_read(struct span text, struct enhanced *code)
{
	struct enhanced read = { 0 };
	size_t at = 2;

	if (text.length < 5 || (text.at[0] != '2' && text.at[0] != '4' && text.at[0] != '5') ||
	    text.at[1] != '.')
		return 0;
	read.class = (unsigned)(text.at[0] - '0');
	if (!read_number(text, &at, &read.subject) || at >= text.length || text.at[at] != '.')
		return 0;
	at++;
	if (!read_number(text, &at, &read.detail))
		return 0;
	if (at < text.length && text.at[at] == '.' && is_digit(text, at + 1))
		return 0;
	*code = read;
	return at;
}

/* Writes a number below 1000; returns the end of what was written. */
static char *write_number(char *to, unsigned number)
{
	if (number >= 100)
		*to++ = (char)('0' + number / 100 % 10);
	if (number >= 10)
		*to++ = (char)('0' + number / 10 % 10);
	*to++ = (char)('0' + number % 10);
	return to;
}

/* Written by hand rather than with snprintf: every reply needs it, more than once. */
size_t enhanced_text(char text[static ENHANCED_SIZE], const struct enhanced *code)
{
	char *to = text;

	if (code->class) {
		to = write_number(to, code->class);
		*to++ = '.';
		to = write_number(to, code->subject);
		*to++ = '.';
		to = write_number(to, code->detail);
	}
	*to = 0;
	return (size_t)(to - text);
}
