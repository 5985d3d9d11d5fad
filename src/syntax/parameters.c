/* SPDX-License-Identifier: BSD-2-Clause */
#include "parameters.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

struct parameter_kind {
	const char *verb, *keyword, *value, *extension;
};

static const struct parameter_kind KINDS[] = {
	{ "MAIL", "SIZE", NULL, "SIZE" },		/* RFC 1870 */
	{ "MAIL", "BODY", "BINARYMIME", "BINARYMIME" }, /* RFC 3030 */
	{ "MAIL", "BODY", NULL, "8BITMIME" },		/* RFC 6152 */
	{ "MAIL", "SMTPUTF8", NULL, "SMTPUTF8" },	/* RFC 6531 */
	{ "MAIL", "AUTH", NULL, "AUTH" },		/* RFC 4954 5 */
	{ "MAIL", "RET", NULL, "DSN" },			/* RFC 3461 */
	{ "MAIL", "ENVID", NULL, "DSN" },
	{ "RCPT", "NOTIFY", NULL, "DSN" },
	{ "RCPT", "ORCPT", NULL, "DSN" },
	{ "MAIL", "BY", NULL, "DELIVERBY" },	      /* RFC 2852 */
	{ "MAIL", "HOLDFOR", NULL, "FUTURERELEASE" }, /* RFC 4865 */
	{ "MAIL", "HOLDUNTIL", NULL, "FUTURERELEASE" },
	{ "MAIL", "MT-PRIORITY", NULL, "MT-PRIORITY" }, /* RFC 6710 */
	{ "MAIL", "REQUIRETLS", NULL, "REQUIRETLS" },	/* RFC 8689 */
	{ "MAIL", "PRDR", NULL, "PRDR" },
	{ "MAIL", "TRANSID", NULL, "CHECKPOINT" },    /* RFC 1845 */
	{ "MAIL", "MTRK", NULL, "MTRK" },	      /* RFC 3885 */
	{ "MAIL", "SUBMITTER", NULL, "SUBMITTER" },   /* RFC 4405 */
	{ "MAIL", "SOLICIT", NULL, "NO-SOLICITING" }, /* RFC 3865 */
	{ "MAIL", "CONPERM", NULL, "CONPERM" },	      /* RFC 4141 */
	{ "RCPT", "CONNEG", NULL, "CONNEG" },
	{ "RCPT", "RRVS", NULL, "RRVS" }, /* RFC 7293 */
};

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t';
}

static struct span skip_blanks(struct span s)
{
	while (s.length && is_blank(s.at[0]))
		s = span_from(s, 1);
	return s;
}

/* The rest after "<...>", in which a quoted ">" does not end it, or after a run of non-blank bytes. */
static struct span skip_path(struct span s)
{
	bool quoted = false, brackets = s.length && s.at[0] == '<';
	const uint8_t *close = brackets ? memchr(s.at, '>', s.length) : NULL;

	/* Nearly no path has quotes. If the bracket is the last byte, nothing follows the path anyway. */
	if (close && (close == s.at + s.length - 1 || !memchr(s.at, '"', (size_t)(close - s.at))))
		return span_from(s, (size_t)(close - s.at) + 1);
	for (size_t i = 0; i < s.length; i++) {
		if (quoted && s.at[i] == '\\')
			i++;
		else if (s.at[i] == '"')
			quoted = !quoted;
		else if (!quoted && (brackets ? s.at[i] == '>' : is_blank(s.at[i])))
			return span_from(s, brackets ? i + 1 : i);
	}
	return (struct span){ 0 };
}

struct span parameters_in(struct span line)
{
	const uint8_t *colon = line.length ? memchr(line.at, ':', line.length) : NULL;
	struct span rest;

	if (!colon)
		return (struct span){ 0 };
	rest = skip_path(skip_blanks(span_from(line, (size_t)(colon - line.at) + 1)));
	/* Text directly after the bracket is not a parameter. */
	return rest.length && is_blank(rest.at[0]) ? skip_blanks(rest) : (struct span){ 0 };
}

struct span parameters_of(const struct command *command)
{
	struct span text = parameters_in(command->line);

	while (!command_is_whole(command) && text.length && !is_blank(text.at[text.length - 1]))
		text.length--;
	return text;
}

/* The next run of non-blank bytes; advances |*rest|. */
static struct span next_token(struct span *rest)
{
	struct span token = skip_blanks(*rest);
	size_t length = 0;

	while (length < token.length && !is_blank(token.at[length]))
		length++;
	*rest = span_from(token, length);
	return span_first(token, length);
}

static char keyword_byte(uint8_t byte)
{
	return isascii(byte) && (isalnum(byte) || byte == '-') ? (char)toupper(byte) : '?';
}

/* Copies the token to |to|, as two strings if it has a value. */
static struct parameter copy(struct span token, char *to)
{
	struct parameter p = { .keyword = to };

	for (size_t i = 0; i < token.length; i++) {
		uint8_t byte = token.at[i];

		if (!p.value && byte == '=') {
			to[i] = 0;
			p.value = to + i + 1;
		} else {
			to[i] = p.value ? (char)(byte ? byte : '?') : keyword_byte(byte);
		}
	}
	to[token.length] = 0;
	return p;
}

bool parameters_read(struct parameters *p, struct span text, struct account *account)
{
	struct span rest = text, token;
	size_t count = 0;
	char *to;

	*p = (struct parameters){ 0 };
	while (next_token(&rest).length)
		count++;
	if (!count)
		return true;
	if (count > PARAMETERS_KEPT)
		count = PARAMETERS_KEPT;
	/* The entries, followed by their NUL-terminated texts. */
	p->list = account_take(account, count * sizeof *p->list + text.length + count);
	if (!p->list)
		return false;
	to = (char *)(p->list + count);
	rest = text;
	while ((token = next_token(&rest)).length) {
		struct parameter next;

		if (p->count == count) {
			p->omitted++;
			continue;
		}
		next = copy(token, to);
		if (parameters_find(p, next.keyword))
			continue;
		p->list[p->count++] = next;
		to += token.length + 1;
	}
	return true;
}

void parameters_finish(struct parameters *p, struct account *account)
{
	account_free(account, p->list);
	*p = (struct parameters){ 0 };
}

const struct parameter *parameters_find(const struct parameters *p, const char *keyword)
{
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->list[i].keyword, keyword) == 0)
			return &p->list[i];
	return NULL;
}

const char *parameter_extension(const char *verb, const struct parameter *parameter)
{
	for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
		if (strcmp(KINDS[i].verb, verb) == 0 && strcmp(KINDS[i].keyword, parameter->keyword) == 0 &&
		    (!KINDS[i].value || (parameter->value && strcasecmp(KINDS[i].value, parameter->value) == 0)))
			return KINDS[i].extension;
	return NULL;
}

static bool is_number(const char *value)
{
	return *value && strlen(value) <= 20 && strspn(value, "0123456789") == strlen(value);
}

/* Is |value| one of |words|, which blanks separate? */
static bool is_one_of(const char *words, const char *value)
{
	size_t length = strlen(value);

	for (const char *at = words; length && *at; at += strspn(at, " ")) {
		size_t word = strcspn(at, " ");

		if (word == length && strncasecmp(at, value, length) == 0)
			return true;
		at += word;
	}
	return false;
}

bool parameter_value_fits(const struct parameter *parameter)
{
	static const struct {
		const char *keyword, *values; /* NULL: it has none */
	} fixed[] = { { "BODY", "7BIT 8BITMIME BINARYMIME" }, { "RET", "FULL HDRS" }, { "SMTPUTF8", NULL } };
	const char *value = parameter->value;

	if (strcmp(parameter->keyword, "SIZE") == 0)
		return value && is_number(value);
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		if (strcmp(fixed[i].keyword, parameter->keyword) == 0)
			return fixed[i].values ? value && is_one_of(fixed[i].values, value) : !value;
	return true;
}
