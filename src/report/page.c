/* SPDX-License-Identifier: BSD-2-Clause */
#include "page.h"

#include "escape.h"

enum { LINE_LIMIT = 64 * 1024 };

void page_init(struct page *p, struct output *out, bool color, unsigned width)
{
	*p = (struct page){ .out = out, .color = color, .width = width ? width : PAGE_WIDTH_UNKNOWN };
	if (p->width < PAGE_WIDTH_MIN)
		p->width = PAGE_WIDTH_MIN;
	if (p->width > PAGE_WIDTH_MAX)
		p->width = PAGE_WIDTH_MAX;
	buf_init(&p->line, LINE_LIMIT);
}

void page_finish(struct page *p)
{
	buf_finish(&p->line);
}

void page_style(struct page *p, enum style style)
{
	static const char *const codes[] = {
		[STYLE_PLAIN] = "\033[0m",   [STYLE_BOLD] = "\033[0;1m",     [STYLE_DIM] = "\033[0;2m",
		[STYLE_RED] = "\033[0;31m",  [STYLE_YELLOW] = "\033[0;33m",  [STYLE_GREEN] = "\033[0;32m",
		[STYLE_CYAN] = "\033[0;36m", [STYLE_ALARM] = "\033[0;1;31m",
	};
	if (!p->color || style == p->style)
		return;
	buf_text(&p->line, codes[style]);
	p->style = style;
}

void page_put_span(struct page *p, struct span text)
{
	p->column += escape_append(&p->line, text, p->width > p->column ? p->width - p->column : 0);
}

void page_put_whole(struct page *p, struct span text)
{
	p->column += escape_append(&p->line, text, ESCAPE_WHOLE);
}

void page_put(struct page *p, const char *text)
{
	page_put_span(p, span_text(text));
}

void page_to(struct page *p, size_t column)
{
	static const char blanks[] = "                                                                ";
	size_t end = column < p->width ? column : p->width;

	while (p->column < end) {
		size_t count = end - p->column < sizeof blanks - 1 ? end - p->column : sizeof blanks - 1;

		buf_append(&p->line, span_of(blanks, count));
		p->column += count;
	}
}

void page_newline(struct page *p)
{
	page_style(p, STYLE_PLAIN);
	while (p->line.length && p->line.at[p->line.length - 1] == ' ')
		p->line.length--;
	buf_text(&p->line, "\n");
	output_write(p->out, p->line.at, p->line.length);
	buf_clear(&p->line);
	p->column = 0;
}

/* Starts a new line in the same style. */
static void turn(struct page *p, size_t indent)
{
	enum style style = p->style;

	page_newline(p);
	page_to(p, indent);
	page_style(p, style);
}

/* The columns of the first word after blanks. */
static size_t next_word(struct span text)
{
	const uint8_t *end;

	while (text.length && text.at[0] == ' ')
		text = span_from(text, 1);
	end = text.length ? memchr(text.at, ' ', text.length) : NULL;
	return escape_width(end ? span_first(text, (size_t)(end - text.at)) : text);
}

/*
 * Returns how many bytes of |text| fit on this line, up to a blank if possible. 0: continue on the next line.
 */
static size_t fill(const struct page *p, struct span text, size_t indent)
{
	size_t room = p->width > p->column ? p->width - p->column : 0, used, fits, blank;

	fits = escape_fit(text, room, &used);
	if (fits == text.length && used <= room)
		return fits;
	for (blank = fits; blank > 0 && !(blank < text.length && text.at[blank] == ' '); blank--)
		;
	/*
	 * If a break would leave most of the line empty, and the word must be broken anyway, break the word
	 * here.
	 */
	if (blank > 0 &&
	    (p->column > indent || blank > fits / 3 || next_word(span_from(text, blank)) <= p->width - indent))
		return blank;
	return p->column > indent ? 0 : fits;
}

void page_wrap(struct page *p, struct span text, size_t indent, unsigned lines)
{
	size_t count;

	for (unsigned line = 1;; line++) {
		if (line == lines) {
			page_put_span(p, text);
			return;
		}
		count = fill(p, text, indent);
		if (count)
			page_put_span(p, span_first(text, count));
		text = span_from(text, count);
		while (text.length && text.at[0] == ' ')
			text = span_from(text, 1);
		if (!text.length)
			return;
		turn(p, indent);
	}
}

void page_wrap_text(struct page *p, const char *text, size_t indent)
{
	page_wrap(p, span_text(text), indent, 0);
}

void page_wrap_unit(struct page *p, struct span text, size_t indent, unsigned lines)
{
	if (p->column > indent && p->column + escape_width(text) > p->width) {
		turn(p, indent);
		while (text.length && text.at[0] == ' ')
			text = span_from(text, 1);
	}
	page_wrap(p, text, indent, lines);
}

void page_wrap_parts(struct page *p, struct span text, size_t indent)
{
	static const char dot[] = " · ";
	const size_t length = sizeof dot - 1;

	while (text.length) {
		const uint8_t *next =
		    text.length > length ? memmem(text.at + length, text.length - length, dot, length) : NULL;
		size_t part = next ? (size_t)(next - text.at) : text.length;

		page_wrap_unit(p, span_first(text, part), indent, 0);
		text = span_from(text, part);
	}
}

void page_rule(struct page *p)
{
	while (p->column < p->width) {
		buf_text(&p->line, "─");
		p->column++;
	}
}
