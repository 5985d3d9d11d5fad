/* SPDX-License-Identifier: BSD-2-Clause */
/* Joins and folds the lines of a reply. reply_mask.c masks what the reply quotes. */
#include "reply_text.h"
#include "reply_mask.h"

/* ---- folding of letters ---- */

/* U+00C0 to U+017F without accents; '\0' if the character stays as it is. */
static const char latin[] =
    "AAAAAAACEEEEIIIIDNOOOOO\0OUUUUYTsaaaaaaaceeeeiiiidnooooo\0ouuuuyty"
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSs"
    "TtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Decodes the character at the start of |s|; a byte that is not UTF-8 counts as Latin-1. */
static size_t decode(struct span s, uint32_t *character)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint8_t first = s.at[0];
	size_t length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;

	*character = first;
	if (length == 1 || length > s.length)
		return 1;
	*character = first & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((s.at[i] & 0xc0) != 0x80) {
			*character = first;
			return 1;
		}
		*character = *character << 6 | (s.at[i] & 0x3f);
	}
	if (*character < least[length] || *character > 0x10ffff) {
		*character = first;
		return 1;
	}
	return length;
}

static size_t encode(uint32_t c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static uint32_t fold(uint32_t c)
{
	if (c < 0x80)
		return c < ' ' || c == 0x7f ? ' ' : c;
	if (c >= 0xc0 && c < 0xc0 + sizeof latin - 1 && latin[c - 0xc0])
		return (uint8_t)latin[c - 0xc0];
	if (c >= 0x410 && c <= 0x42f) /* Cyrillic */
		return c + 0x20;
	if (c == 0x401 || c == 0x451)
		return 0x435;
	if (c >= 0xff01 && c <= 0xff5e) /* wide forms */
		return c - 0xfee0;
	if (c == 0xa0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200b) ||
	    (c >= 0x80 && c < 0xa0 && c != 0x91 && c != 0x92))
		return ' ';
	if (c == 0x2018 || c == 0x2019 || c == 0x91 || c == 0x92 || c == 0xb4)
		return '\'';
	if (c == 0x201c || c == 0x201d || c == 0x201e || c == 0xab || c == 0xbb)
		return '"';
	if (c >= 0x2010 && c <= 0x2015)
		return '-';
	return c;
}

size_t reply_text_fold(struct span text, char *out, size_t size)
{
	size_t length = 0;

	while (text.length) {
		uint32_t c;
		char bytes[4];
		size_t taken = decode(text, &c), count;

		text = span_from(text, taken);
		count = encode(fold(c), bytes);
		if (count > size - length)
			break;
		memcpy(out + length, bytes, count);
		length += count;
	}
	return length;
}

/* ---- codes ---- */

/* The length of an enhanced code ("5.1.1") at the start of |s|; 0 if there is none. */
static size_t enhanced_at(struct span s, unsigned parts[3])
{
	size_t at = 0;

	for (int i = 0; i < 3; i++) {
		size_t digits = 0;

		parts[i] = 0;
		while (digits < 3 && at < s.length && is_digit(s.at[at])) {
			parts[i] = 10 * parts[i] + (unsigned)(s.at[at++] - '0');
			digits++;
		}
		if (digits == 0 || (i == 0 && (digits > 1 || (parts[0] != 4 && parts[0] != 5))))
			return 0;
		if (i < 2 && (at >= s.length || s.at[at++] != '.'))
			return 0;
	}
	if (at < s.length &&
	    (is_digit(s.at[at]) || (s.at[at] == '.' && at + 1 < s.length && is_digit(s.at[at + 1]))))
		return 0;
	return at;
}

static void set_enhanced(struct reply_text *t, const unsigned parts[3])
{
	t->has_enhanced = true;
	t->class = parts[0];
	t->subject = parts[1];
	t->detail = parts[2];
}

/* Removes codes from the start of a line ("550 5.1.1 ", "550-", "#5.1.1 "). Stores the first enhanced code in |t| unless it is NULL. */
static struct span without_codes(struct reply_text *t, struct span line)
{
	for (;;) {
		unsigned parts[3];
		size_t length;

		while (line.length && (line.at[0] == ' ' || line.at[0] == '\t'))
			line = span_from(line, 1);
		length = enhanced_at(line.length && line.at[0] == '#' ? span_from(line, 1) : line, parts);
		if (length) {
			if (t && !t->has_enhanced)
				set_enhanced(t, parts);
			line = span_from(line, length + (line.at[0] == '#'));
		} else if (line.length > 3 && (line.at[0] == '4' || line.at[0] == '5') && is_digit(line.at[1]) &&
			   is_digit(line.at[2]) && (line.at[3] == ' ' || line.at[3] == '-')) {
			line = span_from(line, 4);
		} else {
			return line;
		}
	}
}

/* If the reply does not begin with an enhanced code, takes the first in its text, as in "... (#5.1.1)". */
static void find_enhanced(struct reply_text *t)
{
	struct span text = span_of(t->plain, t->plain_length);
	unsigned parts[3];

	for (size_t i = 4; i < text.length && !t->has_enhanced; i++) {
		uint8_t before = text.at[i - 1];

		if (!strchr(" (#[:-", before) || !enhanced_at(span_from(text, i), parts))
			continue;
		if (parts[0] == t->code / 100)
			set_enhanced(t, parts);
	}
}

/* ---- the whole ---- */

/* Appends folded text, with runs of white space as one blank. */
static void add(struct reply_text *t, const char *text, size_t length)
{
	for (size_t i = 0; i < length && t->plain_length < REPLY_TEXT_MOST; i++) {
		if (text[i] == ' ' && t->plain_length && t->plain[t->plain_length - 1] == ' ')
			continue;
		t->plain[t->plain_length++] = text[i];
	}
}

static void begin(struct reply_text *t, unsigned code)
{
	char digits[4] = { (char)('0' + code / 100 % 10), (char)('0' + code / 10 % 10),
			   (char)('0' + code % 10), ' ' };

	t->code = code;
	t->has_enhanced = false;
	t->class = t->subject = t->detail = 0;
	t->plain_length = t->masked_length = 0;
	add(t, digits, sizeof digits);
}

static void add_line(struct reply_text *t, struct span line, bool first)
{
	char folded[REPLY_TEXT_MOST];
	size_t length;
	struct span rest = without_codes(t, span_first(line, REPLY_TEXT_MOST));

	/* The first line keeps its codes in |plain|, because rules of providers match them. */
	if (!first)
		line = rest;
	length = reply_text_fold(span_first(line, REPLY_TEXT_MOST), folded, sizeof folded);
	add(t, folded, length);
	add(t, " ", 1);
}

static void end(struct reply_text *t)
{
	struct span text;

	while (t->plain_length && t->plain[t->plain_length - 1] == ' ')
		t->plain_length--;
	t->plain[t->plain_length] = '\0';
	if (!t->has_enhanced)
		find_enhanced(t);
	text = without_codes(NULL, span_from(span_of(t->plain, t->plain_length), 4));
	t->masked_length = reply_mask(text, t->masked, sizeof t->masked - 1);
	t->masked[t->masked_length] = '\0';
	for (size_t i = 0; i < t->plain_length; i++)
		if (t->plain[i] >= 'A' && t->plain[i] <= 'Z')
			t->plain[i] = (char)(t->plain[i] + 32);
}

void reply_text_lines(struct reply_text *t, unsigned code, const struct span *lines, size_t count)
{
	begin(t, code);
	for (size_t i = 0; i < count && t->plain_length < REPLY_TEXT_MOST; i++)
		add_line(t, lines[i], i == 0);
	end(t);
}

bool reply_text_whole(struct reply_text *t, struct span text)
{
	unsigned code = 0;
	bool first = true;

	for (size_t i = 0; i < 3; i++) {
		if (i >= text.length || !is_digit(text.at[i]))
			return false;
		code = 10 * code + (unsigned)(text.at[i] - '0');
	}
	begin(t, code);
	while (text.length && t->plain_length < REPLY_TEXT_MOST) {
		const uint8_t *lf = memchr(text.at, '\n', text.length);
		size_t length = lf ? (size_t)(lf - text.at) : text.length;
		struct span line = span_first(text, length);

		text = span_from(text, length + 1);
		if (line.length && line.at[line.length - 1] == '\r')
			line.length--;
		if (line.length >= 3 && is_digit(line.at[0]) && is_digit(line.at[1]) && is_digit(line.at[2]))
			line = span_from(line, line.length > 3 && strchr(" -\t", line.at[3]) ? 4 : 3);
		add_line(t, line, first);
		first = false;
	}
	end(t);
	return true;
}
