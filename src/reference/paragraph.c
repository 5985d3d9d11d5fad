/* SPDX-License-Identifier: BSD-2-Clause */
#include "paragraph.h"

#include "log_line.h"
#include "log_marks.h"

enum { WIDTH_MIN = 50, WIDTH_MAX = 100 };

/* The line being joined. */
struct joining {
	struct buf line;
	struct span raw;  /* its first line */
	size_t indent;	  /* of that */
	struct span last; /* its latest line */
	size_t width;	  /* of the paragraph: its longest line */
	int parentheses;  /* open ones */
	size_t number;
	paragraph_sink *sink;
	void *context;
};

/* Does |line| have the form of |form|, in which 0 is a digit, a is a letter, * is a digit or a blank? */
static bool has_form(struct span line, const char *form)
{
	for (size_t i = 0; form[i]; i++) {
		uint8_t c = 0;
		bool digit, letter;

		if (!span_get_u8(line, i, &c))
			return false;
		digit = c >= '0' && c <= '9';
		letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
		if (form[i] == '0'   ? !digit
		    : form[i] == 'a' ? !letter
		    : form[i] == '*' ? !digit && c != ' '
				     : c != (uint8_t)form[i])
			return false;
	}
	return true;
}

/* "<a@b.example>:" or "<a@b.example> (expanded from ...):" begins what is said about the next recipient. */
static bool begins_recipient(struct span line)
{
	const uint8_t *close = line.length && line.at[0] == '<' ? memchr(line.at, '>', line.length) : NULL;
	size_t end = close ? (size_t)(close - line.at) + 1 : 0;

	return close && memchr(line.at, '@', end) && end < line.length &&
	       (line.at[end] == ':' || line.at[end] == ' ') && memchr(line.at + end, ':', line.length - end);
}

static size_t first_word(struct span line)
{
	size_t from = text_blanks(line), end = from;

	while (end < line.length && line.at[end] != ' ')
		end++;
	return end - from;
}

static bool same_first_word(struct span a, struct span b)
{
	size_t length = first_word(a);

	return length && length == first_word(b) &&
	       memcmp(a.at + text_blanks(a), b.at + text_blanks(b), length) == 0;
}

/* Ends |text| with a reply code, or with that and an enhanced code? */
static bool ends_with_code(struct span text)
{
	size_t from = text.length;

	while (from > 0 && text.length - from < 12 && text.at[from - 1] > ' ')
		from--;
	if (has_form(span_from(text, from), "0.0.0") && from > 4)
		return words_are_reply(span_from(text, from - 4));
	return text.length - from <= 5 && (words_are_reply(span_from(text, from)) ||
					   (from < text.length && words_are_reply(span_from(text, from + 1))));
}

/* Is the joined line incomplete, so that anything continues it? */
static bool is_incomplete(const struct joining *j)
{
	struct span line = text_trim(buf_span(&j->line));

	return line.length && (line.at[line.length - 1] == ':' || ends_with_code(line) || j->parentheses > 0);
}

static bool continues(const struct joining *j, struct span line)
{
	size_t indent = text_blanks(line);

	if (!j->line.length || is_log_line(line) ||
	    (begins_recipient(line) && !ends_with_code(text_trim(buf_span(&j->line)))))
		return false;
	/* The next entry of a list; the lines of a reply also begin alike. */
	if (same_first_word(j->last, line) && text_blanks(j->last) == indent &&
	    !words_are_reply(text_trim(line)))
		return false;
	if (indent > j->indent)
		return true;
	/* The lines of a reply on lines of its own are read one by one. */
	if (words_are_reply(text_trim(line)) && words_are_reply(text_trim(j->raw)))
		return false;
	if (is_incomplete(j))
		return true;
	return j->width >= WIDTH_MIN && j->width <= WIDTH_MAX && !is_log_line(j->raw) &&
	       j->last.length + 1 + first_word(line) > j->width;
}

static void end_line(struct joining *j)
{
	if (j->line.length)
		j->sink(j->context, buf_span(&j->line), j->raw, j->number);
	buf_clear(&j->line);
}

static void add_line(struct joining *j, struct span line, size_t number)
{
	bool more = continues(j, line);

	if (!more) {
		end_line(j);
		j->raw = line;
		j->indent = text_blanks(line);
		j->parentheses = 0;
	}
	for (size_t i = 0; i < line.length; i++)
		j->parentheses += line.at[i] == '(' ? 1 : line.at[i] == ')' && j->parentheses > 0 ? -1 : 0;
	j->last = line;
	j->number = number;
	if (more)
		buf_text(&j->line, " ");
	buf_append(&j->line, more ? text_trim(line) : line);
}

/* Returns the index of the first line after the paragraph that begins at |from|; sets |*width| to its longest line. */
static size_t measure(const struct text_lines *lines, const bool *taken, size_t from, size_t *width)
{
	size_t at = from;

	for (*width = 0; at < lines->count && !taken[at] && text_trim(text_lines_at(lines, at)).length; at++)
		if (text_lines_at(lines, at).length > *width)
			*width = text_lines_at(lines, at).length;
	return at;
}

void paragraphs_join(const struct text_lines *lines, const bool *taken, paragraph_sink *sink, void *context)
{
	struct joining j = { .sink = sink, .context = context };
	size_t end;

	buf_init(&j.line, PARAGRAPH_KEPT);
	for (size_t i = 0; i < lines->count; i = end == i ? i + 1 : end) {
		end = measure(lines, taken, i, &j.width);
		for (size_t k = i; k < end; k++)
			add_line(&j, text_lines_at(lines, k), lines->list[k].number);
		end_line(&j);
		j.parentheses = 0;
	}
	buf_finish(&j.line);
}
