/* SPDX-License-Identifier: BSD-2-Clause */
#include "json_check.h"

#include <iconv.h>
#include <stdlib.h>

struct reader {
	const char *at, *end;
};

static bool skip(struct reader *r, char c)
{
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static bool word(struct reader *r, const char *text)
{
	size_t length = strlen(text);

	if ((size_t)(r->end - r->at) < length || memcmp(r->at, text, length) != 0)
		return false;
	r->at += length;
	return true;
}

static bool digits(struct reader *r)
{
	const char *start = r->at;

	while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
		r->at++;
	return r->at > start;
}

static bool number(struct reader *r)
{
	const char *start;

	skip(r, '-');
	start = r->at;
	if (!digits(r) || (*start == '0' && r->at > start + 1))
		return false;
	return !skip(r, '.') || digits(r);
}

static bool string(struct reader *r)
{
	if (!skip(r, '"'))
		return false;
	while (r->at < r->end && *r->at != '"') {
		if ((unsigned char)*r->at < 0x20 || *r->at == 0x7F)
			return false;
		if (*r->at++ != '\\')
			continue;
		if (r->at == r->end)
			return false;
		if (*r->at == 'u') {
			if (r->end - r->at < 5 || strspn(r->at + 1, "0123456789abcdefABCDEF") < 4)
				return false;
			r->at += 5;
		} else if (!strchr("\"\\/bfnrt", *r->at++)) {
			return false;
		}
	}
	return skip(r, '"');
}

static bool value(struct reader *r, unsigned depth)
{
	char close;

	if (depth > 10 || r->at == r->end)
		return false;
	if (*r->at == '"')
		return string(r);
	if (*r->at != '{' && *r->at != '[')
		return word(r, "true") || word(r, "false") || word(r, "null") || number(r);
	close = *r->at++ == '{' ? '}' : ']';
	if (skip(r, close))
		return true;
	do {
		if (close == '}' && (!string(r) || !skip(r, ':')))
			return false;
		if (!value(r, depth + 1))
			return false;
	} while (skip(r, ','));
	return skip(r, close);
}

/* The C library's own conversion decides what valid UTF-8 is. */
static bool utf8(struct span text)
{
	iconv_t cd = iconv_open("UTF-32LE", "UTF-8");
	char *in = malloc(text.length + 1), *from = in, *to;
	uint32_t *points = calloc(text.length + 1, sizeof *points);
	size_t left = text.length, room = text.length * sizeof *points;
	bool fine;

	memcpy(in, text.at, text.length);
	to = (char *)points;
	fine = iconv(cd, &from, &left, &to, &room) != (size_t)-1 && left == 0;
	for (size_t i = 0; fine && i < text.length; i++)
		fine = points[i] < 0x7F || points[i] >= 0xA0;
	iconv_close(cd);
	free(in);
	free(points);
	return fine;
}

bool json_check(struct span text)
{
	struct reader r = { .at = (const char *)text.at, .end = (const char *)text.at + text.length };

	if (!text.length || !utf8(text))
		return false;
	while (r.at < r.end)
		if (!value(&r, 0) || !skip(&r, '\n'))
			return false;
	return true;
}
