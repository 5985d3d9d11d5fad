/* SPDX-License-Identifier: BSD-2-Clause */
#include "redact.h"

/* Finds in one text; a text with more is hidden from there on, so that hostile repetition costs no more than that. */
enum { FINDS = 256 };

static bool find(const struct secret_set *set, struct span text, size_t from, size_t *at, size_t *length)
{
	return set && set->count && secret_set_find(set, text, from, at, length) && *length > 0;
}

struct span redact(struct buf *scratch, const struct secret_set *set, struct span text, size_t secret_at)
{
	size_t from = 0, at, length, end, next;
	struct span open = span_first(text, secret_at);
	bool found = find(set, open, 0, &at, &length);

	if (!found && secret_at >= text.length)
		return text;
	buf_clear(scratch);
	for (unsigned finds = 0; found; finds++) {
		buf_append(scratch, span_of(text.at + from, at - from));
		end = at + length;
		/* What overlaps or touches it is part of the same replacement. */
		for (next = at + 1; (found = find(set, open, next, &at, &length)) && at <= end; next = at + 1) {
			if (at + length > end)
				end = at + length;
			if (++finds >= FINDS)
				break;
		}
		if (found && finds >= FINDS)
			end = text.length;
		if (end >= open.length && secret_at < text.length)
			end = text.length; /* |secret_at| follows at once */
		buf_text(scratch, REDACTED);
		from = end;
		if (end == text.length)
			return buf_span(scratch);
	}
	buf_append(scratch, span_of(text.at + from, open.length - from));
	if (secret_at < text.length)
		buf_text(scratch, REDACTED);
	return buf_span(scratch);
}
