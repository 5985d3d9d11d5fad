/* SPDX-License-Identifier: BSD-2-Clause */
#include "command_parser.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>

enum { LINE_LIMIT = 512 }; /* RFC 5321 4.5.3.1.4, line end included */

/* What a byte may be in front of the argument. */
enum { LETTER = 1, WORD = 2 /* a digit or a hyphen */, BLANK = 4, SEPARATOR = 8 };

/* Ten digits, and the 26 letters of a case. */
#define DIGITS WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD
#define THIRTEEN                                                                                             \
	LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER
#define LETTERS THIRTEEN, THIRTEEN

static const uint8_t byte_class[256] = {
	['\t'] = BLANK | SEPARATOR,
	[' '] = BLANK | SEPARATOR,
	[':'] = SEPARATOR,
	['-'] = WORD,
	['0'] = DIGITS,
	['A'] = LETTERS,
	['a'] = LETTERS,
};

/* The offset of the first byte from |at| on that is not of |class|. */
static inline size_t behind(struct span line, size_t at, unsigned class)
{
	while (at < line.length && byte_class[line.at[at]] & class)
		at++;
	return at;
}

static void set_verb(struct command *command, struct span verb)
{
	size_t length = verb.length < COMMAND_VERB_SIZE - 1 ? verb.length : COMMAND_VERB_SIZE - 1;

	for (size_t i = 0; i < length; i++) {
		uint8_t byte = verb.at[i];

		/* Most verbs are in capitals. */
		if (byte >= 'a' && byte <= 'z')
			byte = (uint8_t)(byte - 'a' + 'A');
		command->verb[i] = byte ? (char)byte : '?';
	}
	command->verb[length] = 0;
}

/* The verb of a line that does not begin with a word is its first run of non-blank bytes. */
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

/* Returns whether all 8 bytes are printable ASCII. */
static bool is_plain(const uint8_t *bytes)
{
	static const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t word;

	memcpy(&word, bytes, sizeof word);
	/* The top bit of a byte: not ASCII; DEL; or below 0x20. */
	return !((word | (word + ones) | ~((word | 0x80 * ones) - 0x20 * ones)) & 0x80 * ones);
}

/* Are all bytes of |line| printable ASCII? False also if it is shorter than a word. */
static bool is_plain_line(struct span line)
{
	enum { WORD_SIZE = 8 };

	if (line.length < WORD_SIZE)
		return false;
	for (size_t at = 0; at + WORD_SIZE <= line.length; at += WORD_SIZE)
		if (!is_plain(line.at + at))
			return false;
	return is_plain(line.at + line.length - WORD_SIZE);
}

static unsigned byte_flags(struct span line)
{
	unsigned flags = 0;

	if (is_plain_line(line))
		return 0;
	for (size_t i = 0; i < line.length; i++) {
		uint8_t byte = line.at[i];

		if (byte >= 0x20 && byte < 0x7f) {
			while (line.length - i > 8 && is_plain(line.at + i + 1))
				i += 8;
			continue;
		}
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
	/* A word that cannot name a mechanism may be a credential in the wrong place. */
	if (!is_mechanism(span_first(span_from(line, mechanism), name_end - mechanism)))
		return mechanism;
	/* "=" is an empty response, "*" cancels the login: neither is secret. */
	if (at >= end || (end - at == 1 && (line.at[at] == '=' || line.at[at] == '*')))
		return SIZE_MAX;
	return at;
}

bool command_split(struct span line, struct span *verb, struct span *argument)
{
	size_t from = behind(line, 0, BLANK), end;

	if (from == line.length || !(byte_class[line.at[from]] & LETTER))
		return false;
	end = behind(line, from + 1, LETTER | WORD);
	if (end < line.length && !(byte_class[line.at[end]] & SEPARATOR))
		return false;
	*verb = span_of(line.at + from, end - from);
	*argument = (struct span){ 0 };
	if (end == line.length)
		return true;
	end = behind(line, end, SEPARATOR);
	*argument = span_of(line.at + end, line.length - end);
	return true;
}

void command_parse(struct command *command)
{
	struct span verb, argument = { 0 }, line = command->line;

	command->secret_at = SIZE_MAX;
	/* Servers that keep lines as C strings do not see NUL bytes at the end. */
	while (line.length && line.at[line.length - 1] == 0)
		line.length--;
	command->flags |= byte_flags(command->line);
	if (command->line_length > LINE_LIMIT)
		command->flags |= COMMAND_LONG;
	if (!command_split(line, &verb, &argument)) {
		set_odd_verb(command);
		return;
	}
	command->verb_id = verb_of(verb);
	if (command->verb_id == VERB_OTHER)
		set_verb(command, verb);
	else
		memcpy(command->verb, verb_name(command->verb_id), VERB_NAME_SIZE);
	if ((command->verb_id == VERB_AUTH || command->verb_id == VERB_X_EXPS) && argument.at)
		command->secret_at = auth_secret(command->line, argument);
}

bool command_looks_like_one(struct span line)
{
	struct command command = { .line = span_first(line, COMMAND_LINE_KEPT), .line_length = line.length };

	command_parse(&command);
	return verb_is_known(command.verb_id);
}

bool command_is_well_formed(const struct command *command)
{
	/* What must follow the verb: nothing (""), something (" "), or "FROM:"/"TO:"; NULL: anything may. */
	static const char *const arguments[VERB_COUNT] = {
		[VERB_DATA] = "",	[VERB_QUIT] = "",     [VERB_RSET] = "",	    [VERB_STARTTLS] = "",
		[VERB_EHLO] = " ",	[VERB_HELO] = " ",    [VERB_LHLO] = " ",    [VERB_AUTH] = " ",
		[VERB_BDAT] = " ",	[VERB_VRFY] = " ",    [VERB_XCLIENT] = " ", [VERB_XFORWARD] = " ",
		[VERB_MAIL] = " FROM:", [VERB_RCPT] = " TO:",
	};
	const char *argument = arguments[command->verb_id];
	size_t verb = strlen(verb_name(command->verb_id)), length;
	struct span line = command->line;

	while (line.length && line.at[line.length - 1] == ' ')
		line.length--;
	if (!argument)
		return command->verb_id == VERB_NOOP;
	length = strlen(argument);
	if (length == 0)
		return line.length == verb;
	return line.length > verb + length && strncasecmp((const char *)line.at + verb, argument, length) == 0;
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
