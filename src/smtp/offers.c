/* SPDX-License-Identifier: BSD-2-Clause */
#include "offers.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

void offers_finish(struct offers *o)
{
	account_free(o->account, o->lines);
	*o = (struct offers){ .account = o->account };
}

/*
 * Adds the line as sent and its parts at |block|: "SIZE 10\0SIZE\010". Some servers write "AUTH=LOGIN" for clients of the last century:
 * that is an offer of AUTH, too. Returns the end of the block.
 */
static char *add(struct offers *o, struct span line, char *block)
{
	char *keyword = block + line.length + 1, *arguments;
	size_t length = 0;

	for (size_t i = 0; i < line.length; i++)
		block[i] = line.at[i] ? (char)line.at[i] : '?';
	block[line.length] = 0;
	while (length < line.length && !strchr(" \t=", block[length])) {
		keyword[length] = (char)toupper((unsigned char)block[length]);
		length++;
	}
	keyword[length] = 0;
	arguments = block + length;
	while (*arguments && strchr(" \t=", *arguments))
		arguments++;
	o->lines[o->count] = block;
	o->list[o->count++] = (struct offer){ .keyword = keyword, .arguments = arguments };
	return keyword + length + 1;
}

/* Takes one block of memory for |count| offers and their texts. */
static char *take_block(struct offers *o, const struct reply *reply, size_t count)
{
	size_t texts = 0;
	char *block;

	for (size_t i = 1; i <= count; i++)
		texts += 2 * reply->lines[i].length + 2;
	block = account_take(o->account, count * (sizeof *o->list + sizeof *o->lines) + texts);
	if (!block)
		return NULL;
	o->lines = (char **)(void *)block;
	o->list = (struct offer *)(void *)(o->lines + count);
	return (char *)(o->list + count);
}

void offers_read(struct offers *o, const struct reply *reply)
{
	static const unsigned doubtful =
	    REPLY_TRUNCATED | REPLY_MIXED_CODES | REPLY_LONG | REPLY_NO_END | REPLY_AFTER_GAP;
	size_t count = reply->line_count > 1 ? reply->line_count - 1 : 0;
	char *block;
	bool whole =
	    !(reply->flags & doubtful) && count <= OFFERS_KEPT && reply->lines_seen == reply->line_count;

	offers_finish(o);
	o->end = reply->end;
	o->frame = reply->frame;
	if (count > OFFERS_KEPT)
		count = OFFERS_KEPT;
	block = count ? take_block(o, reply, count) : NULL;
	for (size_t i = 0; block && i < count; i++)
		if (reply->lines[i + 1].length)
			block = add(o, reply->lines[i + 1], block);
	whole = whole && (block || !count);
	o->state = whole ? OFFERS_SEEN : OFFERS_UNKNOWN;
}

void offers_none(struct offers *o, const struct reply *reply)
{
	offers_finish(o);
	o->state = OFFERS_NONE;
	o->end = reply->end;
	o->frame = reply->frame;
}

const struct offer *offers_find(const struct offers *o, const char *keyword)
{
	for (size_t i = 0; i < o->count; i++)
		/* The first letter tells, mostly. */
		if (o->list[i].keyword[0] == keyword[0] && strcmp(o->list[i].keyword, keyword) == 0)
			return &o->list[i];
	return NULL;
}

static bool names(const char *arguments, const char *argument)
{
	size_t length = strlen(argument);

	while (*arguments) {
		size_t word = strcspn(arguments, " \t");

		if (word == length && strncasecmp(arguments, argument, length) == 0)
			return true;
		arguments += word;
		arguments += strspn(arguments, " \t");
	}
	return false;
}

bool offers_argument(const struct offers *o, const char *keyword, const char *argument)
{
	for (size_t i = 0; i < o->count; i++)
		if (strcmp(o->list[i].keyword, keyword) == 0 && names(o->list[i].arguments, argument))
			return true;
	return false;
}

uint64_t offers_number(const char *digits)
{
	uint64_t value = 0;

	for (; digits && *digits >= '0' && *digits <= '9'; digits++)
		if (__builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*digits - '0'), &value))
			return UINT64_MAX;
	return value;
}

uint64_t offers_size_limit(const struct offers *o)
{
	const struct offer *size = offers_find(o, "SIZE");

	return size ? offers_number(size->arguments) : 0;
}
