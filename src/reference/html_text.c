/* SPDX-License-Identifier: BSD-2-Clause */
#include "html_text.h"

#include <stdlib.h>
#include <strings.h>

static bool is_one_of(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (strcasecmp(name, *list) == 0)
			return true;
	return false;
}

static void end_of_tag(struct html_text *h, struct buf *out)
{
	static const char *const breaks[] = { "br", "p",   "/p",  "div",   "/div", "tr", "/tr",
					      "li", "h1",  "/h1", "table", "pre",  "h2", "/h2",
					      "h3", "/h3", "hr",  "ul",	   NULL };
	static const char *const hidden[] = { "style", "script", "title", NULL };
	static const char *const shown[] = { "/style", "/script", "/title", NULL };

	h->name[h->length] = '\0';
	if (h->length > 1 && h->name[h->length - 1] == '/')
		h->name[h->length - 1] = '\0';
	h->state = HTML_TEXT;
	if (is_one_of(h->name, hidden))
		h->hidden = true;
	else if (is_one_of(h->name, shown))
		h->hidden = false;
	else if (is_one_of(h->name, breaks) && !h->hidden)
		buf_text(out, "\n");
}

static void in_tag(struct html_text *h, uint8_t byte, struct buf *out)
{
	bool letter = byte > ' ' && byte != '>';

	if (letter && !h->named && h->length + 1 < HTML_NAME_KEPT)
		h->name[h->length++] = (char)byte;
	else if (!letter)
		h->named = true;
	if (byte == '>')
		end_of_tag(h, out);
}

static void put_number(unsigned long c, struct buf *out)
{
	const uint8_t one[] = { (uint8_t)c };
	const uint8_t two[] = { (uint8_t)(0xc0 | c >> 6), (uint8_t)(0x80 | (c & 63)) };
	const uint8_t three[] = { (uint8_t)(0xe0 | c >> 12), (uint8_t)(0x80 | (c >> 6 & 63)),
				  (uint8_t)(0x80 | (c & 63)) };

	if (c == 160)
		buf_text(out, " ");
	else if (c < 0x80)
		buf_append(out, span_of(one, 1));
	else if (c < 0x800)
		buf_append(out, span_of(two, 2));
	else if (c < 0x10000)
		buf_append(out, span_of(three, 3));
}

static void end_of_entity(struct html_text *h, struct buf *out)
{
	static const struct {
		const char *name, *text;
	} known[] = { { "lt", "<" },	{ "gt", ">" },	 { "amp", "&" },
		      { "quot", "\"" }, { "nbsp", " " }, { "apos", "'" } };

	h->name[h->length] = '\0';
	h->state = HTML_TEXT;
	if (h->hidden)
		return;
	if (h->name[0] == '#') {
		bool hex = (h->name[1] | 0x20) == 'x';

		put_number(strtoul(h->name + (hex ? 2 : 1), NULL, hex ? 16 : 10), out);
		return;
	}
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (strcmp(known[i].name, h->name) == 0) {
			buf_text(out, known[i].text);
			return;
		}
	}
}

/* A byte of a name behind "&". What is no entity is text. */
static void in_entity(struct html_text *h, uint8_t byte, struct buf *out)
{
	if (byte == ';') {
		end_of_entity(h, out);
		return;
	}
	if (byte > ' ' && byte != '<' && byte != '&' && h->length + 1 < HTML_NAME_KEPT) {
		h->name[h->length++] = (char)byte;
		return;
	}
	h->state = HTML_TEXT;
	if (!h->hidden) {
		buf_text(out, "&");
		buf_append(out, span_of(h->name, h->length));
	}
	html_text_push(h, span_of(&byte, 1), out);
}

void html_text_push(struct html_text *h, struct span bytes, struct buf *out)
{
	for (size_t i = 0; i < bytes.length; i++) {
		uint8_t byte = bytes.at[i];

		if (h->state == HTML_TAG) {
			in_tag(h, byte, out);
		} else if (h->state == HTML_ENTITY) {
			in_entity(h, byte, out);
		} else if (byte == '<' || byte == '&') {
			h->state = byte == '<' ? HTML_TAG : HTML_ENTITY;
			h->length = 0;
			h->named = false;
		} else if (!h->hidden) {
			/* A line end in the source is a blank. */
			buf_append(out, byte == '\n' || byte == '\r' ? span_text(" ") : span_of(&byte, 1));
		}
	}
}
