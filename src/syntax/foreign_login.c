/* SPDX-License-Identifier: BSD-2-Clause */
#include "foreign_login.h"

#include <string.h>
#include <strings.h>

enum { TAG_MAX = 12 };

/* The length of the word at the beginning of |text|. */
static size_t word_length(struct span text)
{
	size_t length = 0;

	while (length < text.length && text.at[length] > ' ')
		length++;
	return length;
}

static bool word_is(struct span text, size_t length, const char *word)
{
	return length == strlen(word) && strncasecmp((const char *)text.at, word, length) == 0;
}

/* The offset of the |n|th word of |line|, from 0; SIZE_MAX: there are not so many. */
static size_t word_at(struct span line, unsigned n)
{
	size_t at = 0;

	while (n--) {
		at += word_length(span_from(line, at));
		while (at < line.length && line.at[at] <= ' ')
			at++;
	}
	return at < line.length ? at : SIZE_MAX;
}

/* The offset of the verb of an IMAP command; SIZE_MAX: |line| does not begin with a tag (RFC 9051 2.2.1). */
static size_t imap_verb(struct span line)
{
	size_t tag = word_length(line), at = word_at(line, 1);

	if (!tag || tag > TAG_MAX)
		return SIZE_MAX;
	for (size_t i = 0; i < tag; i++)
		if (strchr("(){%*\"\\+:", line.at[i]))
			return SIZE_MAX;
	return at;
}

bool foreign_login_is_imap(struct span line)
{
	static const char *const verbs[] = { "CAPABILITY", "LOGIN",  "LOGOUT", "AUTHENTICATE", "STARTTLS",
					     "NAMESPACE",  "SELECT", "ID",     "LIST" };
	size_t at = imap_verb(line);
	struct span rest = span_from(line, at == SIZE_MAX ? line.length : at);

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (word_is(rest, word_length(rest), verbs[i]))
			return true;
	return false;
}

size_t foreign_login_secret(struct span line)
{
	static const char *const headers[] = { "Authorization:", "Proxy-Authorization:", "Cookie:" };
	size_t first = word_length(line), verb = imap_verb(line);
	struct span rest = span_from(line, verb == SIZE_MAX ? line.length : verb);
	size_t length = word_length(rest);

	if (word_is(line, first, "PASS"))
		return word_at(line, 1);
	if (word_is(line, first, "APOP"))
		return word_at(line, 2);
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
		if (word_is(line, first, headers[i]))
			return word_at(line, 1);
	if (word_is(rest, length, "LOGIN") || word_is(rest, length, "AUTHENTICATE"))
		return word_at(line, 3);
	return SIZE_MAX;
}
