/* SPDX-License-Identifier: BSD-2-Clause */
#include "markdown.h"

#include "escape.h"
#include <string.h>

enum { TEXT_LIMIT = 64 * 1024 };

/* |text| as visible characters of one line. The caller frees it. */
static struct buf visible(struct span text)
{
	struct buf clean;

	buf_init(&clean, TEXT_LIMIT);
	escape_append(&clean, text, ESCAPE_WHOLE);
	return clean;
}

/* Characters that can begin markup within a line; "/" only in "://", which makes a link. */
static bool special(struct span text, size_t at)
{
	if (text.at[at] == '/')
		return at > 0 && text.at[at - 1] == ':';
	return strchr("\\`*_[]<>|&#~", text.at[at]) != NULL;
}

void markdown_prose(struct buf *out, struct span text)
{
	struct buf clean = visible(text);
	struct span line = buf_span(&clean);

	for (size_t i = 0; i < line.length; i++) {
		if (special(line, i))
			buf_text(out, "\\");
		buf_append(out, span_of(line.at + i, 1));
	}
	buf_finish(&clean);
}

/* Returns the length of the longest run of backticks. */
static size_t longest_run(struct span text)
{
	size_t longest = 0, run = 0;

	for (size_t i = 0; i < text.length; i++) {
		run = text.at[i] == '`' ? run + 1 : 0;
		if (run > longest)
			longest = run;
	}
	return longest;
}

void markdown_code(struct buf *out, struct span text)
{
	struct buf clean = visible(text);
	struct span line = buf_span(&clean);
	size_t fence = longest_run(line) + 1;

	for (size_t i = 0; i < fence; i++)
		buf_text(out, "`");
	/* A blank at both ends is not part of the content, and separates backticks at the ends from the fence. */
	buf_text(out, fence > 1 || !line.length ? " " : "");
	buf_append(out, line);
	buf_text(out, fence > 1 || !line.length ? " " : "");
	for (size_t i = 0; i < fence; i++)
		buf_text(out, "`");
	buf_finish(&clean);
}
