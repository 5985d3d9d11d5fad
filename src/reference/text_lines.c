/* SPDX-License-Identifier: BSD-2-Clause */
#include "text_lines.h"

#include <stdlib.h>
#include <strings.h>

void text_lines_init(struct text_lines *t)
{
	*t = (struct text_lines){ .count = 0 };
	buf_init(&t->bytes, TEXT_BYTES_KEPT);
}

void text_lines_finish(struct text_lines *t)
{
	buf_finish(&t->bytes);
	free(t->list);
	t->list = NULL;
	t->count = t->room = 0;
}

void text_lines_clear(struct text_lines *t)
{
	buf_clear(&t->bytes);
	t->count = 0;
}

bool text_lines_add(struct text_lines *t, struct span line, size_t number)
{
	line = span_first(line, TEXT_LINE_KEPT);
	if (t->count == TEXT_LINES_KEPT || line.length > TEXT_BYTES_KEPT - t->bytes.length)
		return false;
	if (t->count == t->room) {
		size_t room = t->room ? 2 * t->room : 64;
		struct text_line *grown = realloc(t->list, room * sizeof *grown);

		if (!grown)
			return false;
		t->list = grown;
		t->room = room;
	}
	t->list[t->count] =
	    (struct text_line){ .at = t->bytes.length, .length = line.length, .number = number };
	if (buf_append(&t->bytes, line) < line.length)
		return false;
	t->count++;
	return true;
}

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

size_t text_blanks(struct span text)
{
	size_t count = 0;

	while (count < text.length && (text.at[count] == ' ' || text.at[count] == '\t'))
		count++;
	return count;
}

struct span text_trim(struct span text)
{
	while (text.length && is_blank(text.at[0]))
		text = span_from(text, 1);
	while (text.length && is_blank(text.at[text.length - 1]))
		text.length--;
	return text;
}

bool text_begins(struct span text, const char *word)
{
	size_t length = strlen(word);

	return text.length >= length && strncasecmp((const char *)text.at, word, length) == 0;
}

bool text_has(struct span text, const char *word)
{
	size_t length = strlen(word);

	for (size_t i = 0; i + length <= text.length; i++)
		if (text_begins(span_from(text, i), word))
			return true;
	return false;
}
