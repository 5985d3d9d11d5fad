/* SPDX-License-Identifier: BSD-2-Clause */
#include "command_parser.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>

enum { LINE_LIMIT = 512 }; /* RFC 5321 4.5.3.1.4, line end included */

/* Sorted. Those of other protocols are not here: what is not mail is not known. */
static const char *const STANDARD[] = { "ATRN", "AUTH", "BDAT", "BURL",	    "DATA", "EHLO", "ETRN", "EXPN",
					"HELO", "HELP", "LHLO", "MAIL",	    "NOOP", "QUIT", "RCPT", "RSET",
					"SAML", "SEND", "SOML", "STARTTLS", "TURN", "VRFY" };
static const char *const IN_USE[] = { "CHECKPOINT", "EMAL",	    "ESAM",	      "ESND",	"ESOM",
				      "EVFY",	    "ONEX",	    "QHLO",	      "REQA",	"TIME",
				      "VERB",	    "X-ADAT",	    "X-ANONYMOUSTLS", "X-DRCP", "X-EXCH50",
				      "X-EXPS",	    "X-LINK2STATE", "XADR",	      "XAUTH",	"XCLIENT",
				      "XEXCH50",    "XEXPS",	    "XFORWARD",	      "XQUE",	"XSTA",
				      "XTRN",	    "XUSR" };

/* The first letter tells, mostly: so it takes less than halving does. */
static bool holds(const char *const *verbs, size_t count, const char *verb)
{
	for (size_t i = 0; i < count && verbs[i][0] <= verb[0]; i++)
		if (verbs[i][0] == verb[0] && strcmp(verbs[i], verb) == 0)
			return true;
	return false;
}

bool command_verb_standard(const char *verb)
{
	return holds(STANDARD, sizeof STANDARD / sizeof *STANDARD, verb);
}

bool command_verb_known(const char *verb)
{
	return command_verb_standard(verb) || holds(IN_USE, sizeof IN_USE / sizeof *IN_USE, verb);
}

static bool is_letter(uint8_t byte)
{
	return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
}

static bool is_digit_or_hyphen(uint8_t byte)
{
	return (byte >= '0' && byte <= '9') || byte == '-';
}

static bool is_separator(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == ':';
}

static void set_verb(struct command *command, struct span verb)
{
	size_t length = verb.length < COMMAND_VERB_SIZE - 1 ? verb.length : COMMAND_VERB_SIZE - 1;

	for (size_t i = 0; i < length; i++) {
		uint8_t byte = verb.at[i];

		command->verb[i] = (char)(byte ? toupper(byte) : '?');
	}
	command->verb[length] = 0;
}

/* A line that begins with no word has its first run of other bytes for a verb. */
static void set_odd_verb(struct command *command)
{
	struct span line = command->line, word;
	size_t length = 0;

	while (line.length && (line.at[0] == ' ' || line.at[0] == '\t'))
		line = span_from(line, 1);
	while (length < line.length && line.at[length] != ' ' && line.at[length] != '\t')
		length++;
	word = span_first(line, length);
	command->flags |= COMMAND_NO_VERB;
	if (word.length)
		set_verb(command, word);
	else
		memcpy(command->verb, "(empty)", sizeof "(empty)");
}

static unsigned byte_flags(struct span line)
{
	unsigned flags = 0;

	for (size_t i = 0; i < line.length; i++) {
		uint8_t byte = line.at[i];

		if (byte >= 0x20 && byte < 0x7f)
			continue;
		if (byte >= 0x80)
			flags |= COMMAND_NON_ASCII;
		else if (byte == 0)
			flags |= COMMAND_NUL;
		else if (byte == '\r')
			flags |= COMMAND_BARE_CR;
		else if (byte != '\t')
			flags |= COMMAND_CONTROL;
	}
	return flags;
}

/* Up to 20 letters, digits, hyphens and underscores (RFC 4422 3.1). */
static bool is_mechanism(struct span word)
{
	for (size_t i = 0; i < word.length; i++)
		if (!isalnum(word.at[i]) && word.at[i] != '-' && word.at[i] != '_')
			return false;
	return word.length <= 20;
}

/* AUTH mechanism [initial-response] (RFC 4954 4): the response is a credential. */
static size_t auth_secret(struct span line, struct span argument)
{
	size_t at = (size_t)(argument.at - line.at), end = line.length, mechanism, name_end;

	while (at < end && (line.at[at] == ' ' || line.at[at] == '\t'))
		at++;
	mechanism = at;
	while (at < end && line.at[at] != ' ' && line.at[at] != '\t')
		at++;
	name_end = at;
	while (at < end && (line.at[at] == ' ' || line.at[at] == '\t'))
		at++;
	/* What cannot be the name of a mechanism is perhaps the credential, put in the wrong place. */
	if (!is_mechanism(span_first(span_from(line, mechanism), name_end - mechanism)))
		return mechanism;
	/* "=" is an empty response, "*" none at all. */
	if (at >= end || (end - at == 1 && (line.at[at] == '=' || line.at[at] == '*')))
		return SIZE_MAX;
	return at;
}

bool command_split(struct span line, struct span *verb, struct span *argument)
{
	size_t from = 0, end;

	while (from < line.length && (line.at[from] == ' ' || line.at[from] == '\t'))
		from++;
	for (end = from; end < line.length &&
			 (is_letter(line.at[end]) || (end > from && is_digit_or_hyphen(line.at[end])));)
		end++;
	if (end == from || (end < line.length && !is_separator(line.at[end])))
		return false;
	*verb = span_of(line.at + from, end - from);
	*argument = (struct span){ 0 };
	if (end == line.length)
		return true;
	while (end < line.length && is_separator(line.at[end]))
		end++;
	*argument = span_of(line.at + end, line.length - end);
	return true;
}

void command_parse(struct command *command)
{
	struct span verb, argument = { 0 }, line = command->line;

	command->secret_at = SIZE_MAX;
	/* Servers that keep lines as C strings do not see what stands behind the word. */
	while (line.length && line.at[line.length - 1] == 0)
		line.length--;
	command->flags |= byte_flags(command->line);
	if (command->line_length > LINE_LIMIT)
		command->flags |= COMMAND_LONG;
	if (!command_split(line, &verb, &argument)) {
		set_odd_verb(command);
		return;
	}
	set_verb(command, verb);
	if ((command_is(command, "AUTH") || strcmp(command->verb, "X-EXPS") == 0) && argument.at)
		command->secret_at = auth_secret(command->line, argument);
}

bool command_looks_like_one(struct span line)
{
	struct command command = { .line = span_first(line, COMMAND_LINE_KEPT), .line_length = line.length };

	command_parse(&command);
	return !(command.flags & COMMAND_NO_VERB) && command_verb_known(command.verb);
}

bool command_is_well_formed(const struct command *command)
{
	/* What has to follow the verb: nothing, something, or "FROM:"/"TO:". */
	static const struct {
		const char *verb, *argument;
	} forms[] = { { "DATA", "" },	  { "QUIT", "" },     { "RSET", "" },	  { "STARTTLS", "" },
		      { "NOOP", NULL },	  { "EHLO", " " },    { "HELO", " " },	  { "LHLO", " " },
		      { "AUTH", " " },	  { "BDAT", " " },    { "VRFY", " " },	  { "MAIL", " FROM:" },
		      { "RCPT", " TO:" }, { "XCLIENT", " " }, { "XFORWARD", " " } };
	struct span line = command->line;

	while (line.length && line.at[line.length - 1] == ' ')
		line.length--;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		size_t verb = strlen(forms[i].verb),
		       argument = forms[i].argument ? strlen(forms[i].argument) : 0;

		if (strcmp(command->verb, forms[i].verb) != 0)
			continue;
		if (!forms[i].argument)
			return true;
		if (argument == 0)
			return line.length == verb;
		return line.length > verb + argument &&
		       strncasecmp((const char *)line.at + verb, forms[i].argument, argument) == 0;
	}
	return false;
}

bool command_looks_like_base64(struct span line)
{
	size_t length = line.length;

	while (length && line.at[length - 1] == '=' && line.length - length < 2)
		length--;
	if (length < 4 || line.length % 4)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isalnum(line.at[i]) && line.at[i] != '+' && line.at[i] != '/')
			return false;
	return true;
}
