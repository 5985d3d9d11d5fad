/* SPDX-License-Identifier: BSD-2-Clause */
#include "code_pattern.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_any(char c)
{
	return c == 'x' || c == 'X' || c == '*';
}

/* "550", "4xx" */
static bool valid_basic(const char *word, size_t length)
{
	if (length != 3 || word[0] < '2' || word[0] > '5')
		return false;
	return (is_digit(word[1]) || is_any(word[1])) && (is_digit(word[2]) || is_any(word[2]));
}

/* "5.7.1", "5.7.*", "x.7.1": three parts, each a number of up to three digits or a wildcard. */
static bool valid_enhanced(const char *word, size_t length)
{
	unsigned parts = 0;

	for (size_t at = 0; at <= length; parts++) {
		size_t begin = at;

		while (at < length && is_digit(word[at]))
			at++;
		if (at == begin && at < length && is_any(word[at]))
			at++;
		if (at == begin || at - begin > 3 || (at < length && word[at] != '.'))
			return false;
		at++;
	}
	return parts == 3 && word[length - 1] != '.';
}

bool code_pattern_valid(const char *pattern)
{
	for (;;) {
		size_t length = strcspn(pattern, ",");

		if (!valid_basic(pattern, length) && !valid_enhanced(pattern, length))
			return false;
		if (!pattern[length])
			return true;
		pattern += length + 1;
	}
}

static bool match_basic(const char *word, unsigned code)
{
	const char digits[3] = { (char)('0' + code / 100 % 10), (char)('0' + code / 10 % 10),
				 (char)('0' + code % 10) };

	for (size_t i = 0; i < sizeof digits; i++)
		if (!is_any(word[i]) && word[i] != digits[i])
			return false;
	return true;
}

static bool match_enhanced(const char *word, size_t length, const char *enhanced)
{
	for (size_t at = 0; at < length;) {
		if (is_any(word[at])) {
			at++;
			enhanced += strspn(enhanced, "0123456789");
		} else if (word[at++] != *enhanced++) {
			return false;
		}
	}
	return !*enhanced;
}

bool code_pattern_match(const char *pattern, unsigned code, const char *enhanced)
{
	for (;;) {
		size_t length = strcspn(pattern, ",");
		bool dotted = memchr(pattern, '.', length) != NULL;

		if (dotted ? *enhanced && match_enhanced(pattern, length, enhanced)
			   : match_basic(pattern, code))
			return true;
		if (!pattern[length])
			return false;
		pattern += length + 1;
	}
}
