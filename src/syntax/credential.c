/* SPDX-License-Identifier: BSD-2-Clause */
#include "credential.h"

#include "base64.h"
#include "foreign_login.h"

#include <ctype.h>
#include <strings.h>

enum {
	RESPONSE_MIN = 10, /* digits of base64, without padding: NUL, user, NUL, password of 7 bytes */
	MIXED_MIN = 12,	   /* length of a word of base64 that counts as a secret of unknown form */
};

static const struct credential NONE = { .at = SIZE_MAX };

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t';
}

static size_t skip_blanks(struct span line, size_t at)
{
	while (at < line.length && is_blank(line.at[at]))
		at++;
	return at;
}

static size_t word_end(struct span line, size_t at)
{
	while (at < line.length && !is_blank(line.at[at]))
		at++;
	return at;
}

/* All of |line| from |at| on; none if there is nothing. */
static struct credential rest(struct span line, size_t at)
{
	at = skip_blanks(line, at);
	return at < line.length ? (struct credential){ .at = at, .value = span_from(line, at) } : NONE;
}

/* ---- responses of a login ---- */

/* What the decoded bytes of a word look like so far. */
struct content {
	unsigned nuls, separators; /* 0x00, 0x01 */
	size_t since;		   /* bytes behind the last NUL */
	bool odd;		   /* another control character */
};

static void take_byte(struct content *c, uint8_t byte)
{
	c->since++;
	if (byte == 0) {
		c->nuls++;
		c->since = 0;
	} else if (byte == 1) {
		c->separators++;
	} else if (byte < 0x20 || byte == 0x7f) {
		c->odd = true;
	}
}

/* |word| has only digits of base64. A last digit that fills no byte is ignored. */
static bool is_response(struct span word)
{
	struct content c = { 0 };
	uint32_t bits = 0;
	unsigned held = 0;

	for (size_t i = 0; i < word.length && !c.odd && c.nuls <= 2; i++) {
		bits = bits << 6 | (uint32_t)base64_value(word.at[i]);
		held += 6;
		if (held >= 8) {
			held -= 8;
			take_byte(&c, (uint8_t)(bits >> held));
		}
	}
	if (c.odd)
		return false;
	return (c.nuls == 2 && !c.separators && c.since) || (!c.nuls && c.separators >= 2);
}

/* The offset behind the last byte before |at| + RESPONSE_MIN that is not a digit of base64; |at|: all of them are digits. */
static size_t behind_other(struct span text, size_t at)
{
	for (size_t i = RESPONSE_MIN; i > 0; i--)
		if (base64_value(text.at[at + i - 1]) < 0)
			return at + i;
	return at;
}

struct span credential_response(struct span text, size_t from)
{
	/* Most words are too short, so most bytes need not be looked at. */
	for (size_t at = from, next, end; at + RESPONSE_MIN <= text.length; at = next) {
		next = behind_other(text, at);
		if (next > at)
			continue;
		for (end = at + RESPONSE_MIN; end < text.length && base64_value(text.at[end]) >= 0;)
			end++;
		next = end + 1;
		if (!is_response(span_of(text.at + at, end - at)))
			continue;
		for (unsigned padding = 0; padding < 2 && end < text.length && text.at[end] == '='; padding++)
			end++;
		return span_of(text.at + at, end - at);
	}
	return (struct span){ 0 };
}

/* Base64 that is neither a word nor a number. */
static bool is_mixed(struct span word)
{
	bool upper = false, lower = false, other = false;

	for (size_t i = 0; i < word.length; i++) {
		upper |= word.at[i] >= 'A' && word.at[i] <= 'Z';
		lower |= word.at[i] >= 'a' && word.at[i] <= 'z';
		other |= word.at[i] < 'A';
	}
	return upper && lower && other;
}

static struct credential mixed_word(struct span line)
{
	for (size_t at = 0, end; at < line.length; at = end + 1) {
		for (end = at; end < line.length && (base64_value(line.at[end]) >= 0 || line.at[end] == '=');)
			end++;
		if (end - at >= MIXED_MIN && is_mixed(span_of(line.at + at, end - at)))
			return (struct credential){ .at = at, .value = span_of(line.at + at, end - at) };
	}
	return NONE;
}

/* ---- a mistyped AUTH ---- */

/* Is |word| of 3 to 5 letters "AUTH" with a letter too many, too few, another one, or two exchanged? */
static bool is_nearly_auth(const char *word, size_t length)
{
	static const char auth[] = "AUTH";
	size_t same = 0, tail = 0;

	while (same < length && same < 4 && word[same] == auth[same])
		same++;
	while (tail < length - same && tail < 4 - same && word[length - 1 - tail] == auth[3 - tail])
		tail++;
	if (length == 4 && same + tail == 2)
		return word[same] == auth[same + 1] && word[same + 1] == auth[same];
	return same + tail >= (length == 5 ? 4u : 3u);
}

static bool is_login_word(struct span word)
{
	char letters[24];
	size_t length = 0;

	for (size_t i = 0; i < word.length && length < sizeof letters - 1; i++)
		if (isalpha(word.at[i]))
			letters[length++] = (char)toupper(word.at[i]);
	letters[length] = 0;
	if (strstr(letters, "AUTH") || strcmp(letters, "SASL") == 0)
		return true;
	return length >= 3 && length <= 5 && is_nearly_auth(letters, length);
}

/* The mechanisms that clients use; those that end with a hyphen are families. */
static const char *const MECHANISMS[] = { "PLAIN",	 "LOGIN",    "CRAM-MD5",  "DIGEST-MD5",
					  "NTLM",	 "GSSAPI",   "XOAUTH2",	  "XOAUTH",
					  "OAUTHBEARER", "EXTERNAL", "ANONYMOUS", "SCRAM-" };

/* The length of the mechanism that |word| begins with; 0: of none. */
static size_t mechanism_length(struct span word)
{
	for (size_t i = 0; i < sizeof MECHANISMS / sizeof *MECHANISMS; i++) {
		size_t length = strlen(MECHANISMS[i]);

		if (word.length >= length && strncasecmp((const char *)word.at, MECHANISMS[i], length) == 0)
			return length;
	}
	return 0;
}

static bool is_mechanism(struct span word)
{
	size_t length = mechanism_length(word);

	return length && (word.at[length - 1] == '-' ? word.length > length : word.length == length);
}

/* The response at the end of the first word, |first|, of |line|: "AUTHPLAINAGJv...". */
static struct credential response_in_login_word(struct span line, struct span first)
{
	size_t begin = (size_t)(first.at - line.at);

	for (size_t at = 0; at + 4 <= first.length; at++) {
		struct span rest = span_from(first, at + 4);

		if (strncasecmp((const char *)first.at + at, "AUTH", 4) != 0)
			continue;
		while (rest.length && !isalnum(rest.at[0]))
			rest = span_from(rest, 1);
		rest = span_from(rest, mechanism_length(rest));
		if (rest.length >= MIXED_MIN && is_mixed(rest))
			return (struct credential){ .at = begin + first.length - rest.length, .value = rest };
	}
	return mixed_word(line);
}

/* The first word stands for AUTH: the response follows it, or the name of the mechanism. */
static struct credential response_to_login(struct span line, size_t at)
{
	size_t end;

	at = skip_blanks(line, at);
	for (end = at;
	     end < line.length && !is_blank(line.at[end]) && line.at[end] != '=' && line.at[end] != ':';)
		end++;
	if (is_mechanism(span_of(line.at + at, end - at)))
		for (at = end;
		     at < line.length && (is_blank(line.at[at]) || line.at[at] == '=' || line.at[at] == ':');)
			at++;
	return rest(line, at);
}

/* ---- names and values ---- */

static bool has_word(struct span name, const char *word)
{
	size_t length = strlen(word);

	for (size_t at = 0; at + length <= name.length; at++)
		if (strncasecmp((const char *)name.at + at, word, length) == 0)
			return true;
	return false;
}

static bool names_password(struct span name)
{
	return has_word(name, "pass") || has_word(name, "pwd");
}

static bool names_secret(struct span name)
{
	static const char *const words[] = { "auth",	   "token",   "secret",	 "cookie",
					     "credential", "api-key", "api_key", "apikey" };

	if (names_password(name) || (name.length == 3 && has_word(name, "key")))
		return true;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (has_word(name, words[i]))
			return true;
	return false;
}

static bool is_name(uint8_t byte)
{
	return isalnum(byte) || byte == '-' || byte == '_' || byte == '.';
}

/* "password=..." (and "Password: ...", with |headers|) at or after |from|. |names| decides. */
static struct credential named_value(struct span line, size_t from, bool headers,
				     bool (*names)(struct span name))
{
	for (size_t name = from, at = from; at < line.length; at++) {
		size_t end;

		if (is_name(line.at[at]))
			continue;
		if ((line.at[at] != '=' && !(headers && line.at[at] == ':')) || at == name ||
		    !names(span_of(line.at + name, at - name))) {
			name = at + 1;
			continue;
		}
		if (line.at[at] == ':')
			return rest(line, at + 1);
		for (end = ++at;
		     end < line.length && !is_blank(line.at[end]) && !strchr("&;\"'<>", line.at[end]);)
			end++;
		if (end > at)
			return (struct credential){ .at = at, .value = span_of(line.at + at, end - at) };
		name = at--;
	}
	return NONE;
}

/* The password in "scheme://user:password@host" (RFC 3986 3.2.1). */
static struct credential url_password(struct span line)
{
	const uint8_t *scheme = line.length ? memmem(line.at, line.length, "://", 3) : NULL;
	size_t at = scheme ? (size_t)(scheme - line.at) + 3 : line.length, colon = 0;

	for (; at < line.length && !is_blank(line.at[at]) && line.at[at] != '/'; at++) {
		if (line.at[at] == ':' && !colon)
			colon = at + 1;
		if (line.at[at] == '@' && colon)
			return (struct credential){ .at = colon, .value = span_of(line.at + colon, at - colon) };
	}
	return NONE;
}

/* ---- commands ---- */

/* Logins with the user and the password as arguments. */
static struct credential two_arguments(struct span line, size_t at)
{
	return rest(line, word_end(line, skip_blanks(line, at)));
}

static struct credential in_unknown(struct span line)
{
	size_t begin = skip_blanks(line, 0), end = word_end(line, begin), at;
	struct span first = span_of(line.at + begin, end - begin);
	struct credential found;

	if (is_login_word(first)) {
		found = response_to_login(line, end);
		return found.at != SIZE_MAX ? found : response_in_login_word(line, first);
	}
	if (first.length < MIXED_MIN && names_password(first) && first.at[first.length - 1] != '=')
		return rest(line, end);
	if (first.length == 5 && (has_word(first, "LOGIN")))
		return two_arguments(line, end);
	if (first.length == 4 && (has_word(first, "USER") || has_word(first, "OPER")))
		return two_arguments(line, end);
	at = foreign_login_secret(span_from(line, begin));
	if (at != SIZE_MAX)
		return rest(line, begin + at);
	found = named_value(line, 0, true, names_secret);
	return found.at != SIZE_MAX ? found : mixed_word(line);
}

/* The earlier one of |a| and |b|. */
static struct credential earlier(struct credential a, struct credential b)
{
	return b.at < a.at ? b : a;
}

static struct credential response_in(struct span line)
{
	struct span word = credential_response(line, 0);

	return word.at ? (struct credential){ .at = (size_t)(word.at - line.at), .value = word } : NONE;
}

/*
 * MAIL and RCPT: passwords in the parameters, but for AUTH=mailbox (RFC 4954 5), and responses anywhere. Without the end of a path, it is not
 * known where the parameters begin.
 */
static struct credential in_parameters(struct span line)
{
	const uint8_t *path = memrchr(line.at, '>', line.length);
	size_t at = path ? (size_t)(path - line.at) + 1 : 0;

	return earlier(named_value(line, at, false, names_password), response_in(line));
}

struct credential credential_in_command(struct span line, enum verb verb)
{
	struct credential found;

	if (!line.length || verb == VERB_AUTH || verb == VERB_X_EXPS)
		return NONE;
	if (verb == VERB_MAIL || verb == VERB_RCPT)
		return in_parameters(line);
	/* A verb without an argument. */
	if (verb_is_known(verb) && line.length == strlen(verb_name(verb)))
		return NONE;
	if (!verb_is_known(verb) || verb == VERB_XAUTH || verb == VERB_XEXPS)
		found = in_unknown(line);
	else
		found = named_value(line, 0, false, names_secret);
	return earlier(earlier(found, url_password(line)), response_in(line));
}
