/* SPDX-License-Identifier: BSD-2-Clause */
#include "reference_page.h"
#include "escape.h"
#include <string.h>

enum { TEXT_MAX = 64 * 1024 };

/* A text being written to the page: the escaped rest of it. */
struct flow_text {
	struct buf safe;
	struct span left;
};

static void flow_init(struct flow_text *f, const char *paragraph, size_t length)
{
	buf_init(&f->safe, TEXT_MAX);
	escape_append(&f->safe, span_of(paragraph, length), ESCAPE_WHOLE);
	f->left = buf_span(&f->safe);
}

static size_t word_length(struct span text)
{
	size_t length = 0;

	while (length < text.length && text.at[length] != ' ')
		length++;
	return length;
}

/* Takes the next line of at most |columns| columns. Returns false at the end. */
static bool flow_line(struct flow_text *f, size_t columns, struct span *line, size_t *width)
{
	size_t taken = 0, used = 0;

	while (f->left.length && f->left.at[0] == ' ')
		f->left = span_from(f->left, 1);
	if (!f->left.length)
		return false;
	for (size_t at = 0; at < f->left.length;) {
		size_t blanks = 0, length, wide;

		while (at + blanks < f->left.length && f->left.at[at + blanks] == ' ')
			blanks++;
		length = word_length(span_from(f->left, at + blanks));
		wide = escape_width(span_first(span_from(f->left, at + blanks), length));
		if (used + blanks + wide > columns)
			break;
		used += blanks + wide;
		at += blanks + length;
		if (length)
			taken = at;
		*width = length ? used : *width;
	}
	if (!taken) /* a word longer than the line */
		taken = escape_fit(f->left, columns, width);
	*line = span_first(f->left, taken);
	f->left = span_from(f->left, taken);
	return true;
}

static void write_line(FILE *out, struct span line)
{
	if (line.length)
		fwrite(line.at, 1, line.length, out);
}

static void write_blanks(FILE *out, size_t count)
{
	while (count--)
		putc(' ', out);
}

/* One paragraph; its first line begins at the cursor. */
static void write_paragraph(FILE *out, unsigned indent, const char *paragraph, size_t length)
{
	struct flow_text f;
	struct span line;
	size_t width;
	bool first = true;

	flow_init(&f, paragraph, length);
	while (flow_line(&f, PAGE_COLUMNS - indent, &line, &width)) {
		if (!first)
			write_blanks(out, indent);
		first = false;
		write_line(out, line);
		putc('\n', out);
	}
	if (first)
		putc('\n', out);
	buf_finish(&f.safe);
}

static void write_parts(FILE *out, unsigned indent, const char *text, const char *between)
{
	for (bool first = true; *text; first = false) {
		size_t length = strcspn(text, "\n");

		if (!first)
			fputs(between, out);
		write_blanks(out, indent);
		write_paragraph(out, indent, text, length);
		text += length + (text[length] == '\n');
	}
}

void page_text(FILE *out, unsigned indent, const char *text)
{
	write_parts(out, indent, text, "\n");
}

void page_lines(FILE *out, unsigned indent, const char *text)
{
	write_parts(out, indent, text, "");
}

void page_field(FILE *out, const char *label, const char *text)
{
	if (!text || !text[0])
		return;
	fprintf(out, "%-*s", PAGE_LABEL, label);
	if (strlen(label) >= PAGE_LABEL)
		putc(' ', out);
	write_paragraph(out, PAGE_LABEL, text, strlen(text));
}

void page_heading(FILE *out, const char *text, char rule)
{
	struct buf safe;
	size_t width;

	buf_init(&safe, TEXT_MAX);
	width = escape_append(&safe, span_text(text), PAGE_COLUMNS);
	write_line(out, buf_span(&safe));
	putc('\n', out);
	while (width--)
		putc(rule, out);
	putc('\n', out);
	buf_finish(&safe);
}

void page_quoted(FILE *out, const char *text)
{
	struct buf safe;

	buf_init(&safe, TEXT_MAX);
	escape_append(&safe, span_text(text), 60);
	putc('"', out);
	write_line(out, buf_span(&safe));
	putc('"', out);
	buf_finish(&safe);
}

void page_columns(FILE *out, const char *left, const char *right)
{
	const size_t columns = (PAGE_COLUMNS - PAGE_GAP) / 2;
	struct flow_text a, b;
	bool more_a = true, more_b = true;

	flow_init(&a, left, strlen(left));
	flow_init(&b, right, strlen(right));
	for (;;) {
		struct span line_a = { 0 }, line_b = { 0 };
		size_t width_a = 0, width_b = 0;

		more_a = more_a && flow_line(&a, columns, &line_a, &width_a);
		more_b = more_b && flow_line(&b, columns, &line_b, &width_b);
		if (!more_a && !more_b)
			break;
		write_line(out, line_a);
		if (more_b) {
			write_blanks(out, columns + PAGE_GAP - width_a);
			write_line(out, line_b);
		}
		putc('\n', out);
	}
	buf_finish(&a.safe);
	buf_finish(&b.safe);
}
