/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire_text.h"

#include "redact.h"

enum { TEXT_LIMIT = 64 * 1024 };

void wire_text(struct page *p, const char *before, const char *text, const char *after,
	       const struct secret_set *secrets, size_t kept, size_t indent)
{
	struct buf scratch, line;
	struct span shown;
	size_t from;

	buf_init(&scratch, TEXT_LIMIT);
	buf_init(&line, TEXT_LIMIT);
	shown = span_first(redact(&scratch, secrets, span_text(text), SIZE_MAX), kept);
	buf_text(&line, before);
	from = line.length;
	buf_append(&line, shown);
	for (uint8_t *lf; line.length > from && (lf = memchr(line.at + from, '\n', line.length - from));)
		*lf = ' ';
	buf_text(&line, after);
	page_wrap_unit(p, buf_span(&line), indent, 3);
	buf_finish(&line);
	buf_finish(&scratch);
}
