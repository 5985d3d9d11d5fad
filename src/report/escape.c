/* SPDX-License-Identifier: BSD-2-Clause */
#include "escape.h"

#include "printable.h"
#include "utf8.h"
#include <stdio.h>

struct range {
	uint32_t first, last;
};

/* Characters of zero width: combining marks (Unicode categories Mn, Me), in common blocks. */
static const struct range combining[] = {
	{ 0x0300, 0x036F }, { 0x0483, 0x0489 }, { 0x0591, 0x05BD },   { 0x05BF, 0x05BF }, { 0x05C1, 0x05C2 },
	{ 0x05C4, 0x05C5 }, { 0x0610, 0x061A }, { 0x064B, 0x065F },   { 0x0670, 0x0670 }, { 0x06D6, 0x06DC },
	{ 0x06DF, 0x06E4 }, { 0x06E7, 0x06E8 }, { 0x06EA, 0x06ED },   { 0x0900, 0x0902 }, { 0x093C, 0x093C },
	{ 0x0941, 0x0948 }, { 0x094D, 0x094D }, { 0x0E31, 0x0E31 },   { 0x0E34, 0x0E3A }, { 0x0E47, 0x0E4E },
	{ 0x1AB0, 0x1AFF }, { 0x1DC0, 0x1DFF }, { 0x20D0, 0x20F0 },   { 0x302A, 0x302D }, { 0x3099, 0x309A },
	{ 0xFE00, 0xFE0F }, { 0xFE20, 0xFE2F }, { 0xE0100, 0xE01EF },
};

/* Characters of two columns (Unicode TR 11: wide and fullwidth), by block. */
static const struct range wide[] = {
	{ 0x1100, 0x115F },   { 0x231A, 0x231B },   { 0x2329, 0x232A },	  { 0x23E9, 0x23EC },
	{ 0x25FD, 0x25FE },   { 0x2614, 0x2615 },   { 0x2648, 0x2653 },	  { 0x26A1, 0x26A1 },
	{ 0x26D4, 0x26D4 },   { 0x2705, 0x2705 },   { 0x274C, 0x274C },	  { 0x274E, 0x274E },
	{ 0x2753, 0x2755 },   { 0x2757, 0x2757 },   { 0x2795, 0x2797 },	  { 0x2B1B, 0x2B1C },
	{ 0x2B50, 0x2B50 },   { 0x2E80, 0x303E },   { 0x3041, 0x33FF },	  { 0x3400, 0x4DBF },
	{ 0x4E00, 0x9FFF },   { 0xA000, 0xA4CF },   { 0xA960, 0xA97F },	  { 0xAC00, 0xD7A3 },
	{ 0xF900, 0xFAFF },   { 0xFE30, 0xFE6F },   { 0xFF01, 0xFF60 },	  { 0xFFE0, 0xFFE6 },
	{ 0x1F004, 0x1F004 }, { 0x1F0CF, 0x1F0CF }, { 0x1F18E, 0x1F18E }, { 0x1F191, 0x1F19A },
	{ 0x1F200, 0x1F320 }, { 0x1F32D, 0x1F64F }, { 0x1F680, 0x1F6FF }, { 0x1F7E0, 0x1F7EB },
	{ 0x1F900, 0x1F9FF }, { 0x1FA70, 0x1FAFF }, { 0x20000, 0x3FFFD },
};

/* Invisible characters that could mislead: they are shown by number. */
static const struct range hidden[] = {
	{ 0x00, 0x1F },	    { 0x7F, 0x9F },	{ 0x00AD, 0x00AD },   { 0x034F, 0x034F },
	{ 0x061C, 0x061C }, { 0x115F, 0x1160 }, { 0x17B4, 0x17B5 },   { 0x180B, 0x180F },
	{ 0x200B, 0x200F }, { 0x2028, 0x202E }, { 0x2060, 0x206F },   { 0x3164, 0x3164 },
	{ 0xE000, 0xF8FF }, { 0xFDD0, 0xFDEF }, { 0xFEFF, 0xFEFF },   { 0xFFA0, 0xFFA0 },
	{ 0xFFF0, 0xFFFB }, { 0xFFFE, 0xFFFF }, { 0xE0000, 0xE00FF }, { 0xE01F0, 0x10FFFF },
};

enum { COMBINING_KEPT = 3 }; /* marks on one character; more of them would reach into the lines above */

static bool in(const struct range *ranges, size_t count, uint32_t point)
{
	size_t low = 0, high = count, middle;

	/* Most characters that are not ASCII are Latin ones. */
	if (point < ranges->first)
		return false;
	while (low < high) {
		middle = (low + high) / 2;
		if (point > ranges[middle].last)
			low = middle + 1;
		else if (point < ranges[middle].first)
			high = middle;
		else
			return true;
	}
	return false;
}

#define IN(ranges, point) in(ranges, sizeof(ranges) / sizeof *(ranges), point)

bool escape_hides(uint32_t point)
{
	return IN(hidden, point);
}

/* One character as it is shown. */
struct shown {
	size_t bytes; /* length in the text */
	size_t columns;
	bool raw;  /* shown unchanged, otherwise as |text| */
	bool mark; /* combining */
	char text[44];
};

static void show_bytes(struct shown *s, const uint8_t *at)
{
	size_t length = 0;

	for (size_t i = 0; i < s->bytes; i++)
		length += (size_t)snprintf(s->text + length, sizeof s->text - length, "\\x%02x", at[i]);
	s->columns = length;
}

/* |marks|: combining characters directly before it. */
static void show(struct shown *s, struct span text, size_t at, unsigned marks)
{
	uint8_t byte = text.at[at];
	uint32_t point;

	s->raw = true;
	s->mark = false;
	s->bytes = s->columns = 1;
	if (byte >= 0x20 && byte < 0x7F)
		return;
	s->bytes = utf8_next(text, at, &point);
	if (point != UTF8_INVALID && IN(combining, point)) {
		s->mark = true;
		s->columns = 0;
		if (marks < COMBINING_KEPT)
			return;
	} else if (point != UTF8_INVALID && !IN(hidden, point)) {
		s->columns = IN(wide, point) ? 2 : 1;
		return;
	}
	s->raw = false;
	if (point == '\t' || point == '\n' || point == '\r') {
		s->columns = 2;
		memcpy(s->text, point == '\t' ? "\\t" : point == '\n' ? "\\n" : "\\r", 3);
	} else if (point == UTF8_INVALID || point < 0x80) {
		show_bytes(s, text.at + at);
	} else {
		s->columns =
		    (size_t)snprintf(s->text, sizeof s->text, point > 0xFFFF ? "\\U%08x" : "\\u%04x", point);
	}
}

/* Returns how many bytes from |at| on are printable ASCII, at most |most|; usually all. */
static size_t printable(struct span text, size_t at, size_t most)
{
	if (at >= text.length)
		return 0;
	return printable_run(text.at + at, most < text.length - at ? most : text.length - at, false);
}

size_t escape_fit(struct span text, size_t columns, size_t *used)
{
	struct shown s;
	size_t at = 0, sum = 0;
	unsigned marks = 0;

	while (at < text.length) {
		size_t run = sum < columns ? printable(text, at, columns - sum) : 0;
		if (run) {
			at += run;
			sum += run;
			marks = 0;
			continue;
		}
		show(&s, text, at, marks);
		if (sum + s.columns > columns && at > 0)
			break;
		marks = s.mark ? marks + 1 : 0;
		sum += s.columns;
		at += s.bytes;
	}
	*used = sum;
	return at;
}

size_t escape_width(struct span text)
{
	size_t used;

	escape_fit(text, SIZE_MAX, &used);
	return used;
}

size_t escape_append(struct buf *out, struct span text, size_t columns)
{
	struct shown s;
	size_t used, fits;
	bool cut;
	unsigned marks = 0;

	/* The usual case. */
	if (text.length <= columns && printable(text, 0, text.length) == text.length) {
		buf_append(out, text);
		return text.length;
	}
	fits = escape_fit(text, columns, &used);
	cut = fits < text.length || used > columns;
	if (cut) {
		if (columns == 0)
			return 0;
		fits = escape_fit(text, columns - 1, &used);
		if (used > columns - 1)
			fits = used = 0;
	}
	for (size_t at = 0; at < fits; at += s.bytes) {
		s.bytes = printable(text, at, fits - at);
		if (s.bytes) {
			buf_append(out, span_of(text.at + at, s.bytes));
			marks = 0;
			continue;
		}
		show(&s, text, at, marks);
		marks = s.mark ? marks + 1 : 0;
		if (s.raw)
			buf_append(out, span_of(text.at + at, s.bytes));
		else
			buf_text(out, s.text);
	}
	if (cut)
		buf_text(out, "…");
	return used + (cut ? 1 : 0);
}
