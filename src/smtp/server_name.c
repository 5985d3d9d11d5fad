/* SPDX-License-Identifier: BSD-2-Clause */
#include "server_name.h"

#include "enhanced.h"

#include <string.h>

/* Is the word of |length| bytes at |at| a domain name, rather than an enhanced code, a number or an address? */
static bool is_domain(const char *at, size_t length)
{
	bool dot = false, letter = false;

	for (size_t i = 0; i < length; i++) {
		dot |= at[i] == '.';
		letter |= (at[i] | 32) >= 'a' && (at[i] | 32) <= 'z';
	}
	return dot && letter;
}

struct span server_name(const struct session_facts *session)
{
	struct span text = session->greeting ? span_text(session->greeting) : span_of(NULL, 0);
	struct enhanced code;
	const char *at;
	size_t length;

	/* A refusal has an enhanced code in front: "421 4.7.0 mx.example.net Error: too many connections". */
	text = span_from(text, enhanced_read(text, &code));
	while (text.length && text.at[0] == ' ')
		text = span_from(text, 1);
	at = (const char *)text.at;
	length = text.length ? strcspn(at, " \n\t:;,") : 0;
	if (length > SERVER_NAME_MAX || !is_domain(at, length))
		return span_of(NULL, 0);
	return span_of(at, length);
}
