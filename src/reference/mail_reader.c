/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail_reader.h"

#include "html_text.h"
#include "text_lines.h"
#include "transfer_encoding.h"

#include <stdlib.h>

/* How the body of a part is read. */
enum content {
	CONTENT_TEXT,
	CONTENT_HTML,
	CONTENT_SKIPPED, /* an image, the returned mail, the preamble of a multipart */
};

/* An open multipart. */
struct multipart {
	char boundary[MAIL_BOUNDARY_KEPT]; /* with the two hyphens before it */
	bool alternative;		   /* its parts say the same */
	bool told;			   /* one of them was text */
	bool status; /* a delivery status was in it: mails that follow are returned ones */
};

/* What the header fields of a part say. */
struct part {
	bool multipart, alternative, mail, status, html, other;
	enum transfer_encoding encoding;
	enum charset charset;
	char boundary[MAIL_BOUNDARY_KEPT]; /* "": none */
};

struct mail_reader {
	struct mail_reader_sink sink;
	size_t number;
	enum { AT_START, IN_HEADER, IN_BODY } state;
	struct part part;
	enum content content;
	struct multipart open[MAIL_DEPTH];
	unsigned depth;
	struct buf field; /* a header field, unfolded */
	struct buf held;  /* a line that may be the boundary of a mail whose header is missing */
	bool holding;
	bool mbox, blank_before;
	struct base64_rest rest;
	struct html_text html;
	struct buf text, line; /* decoded, up to the next line end; a line on its way to the sink */
	bool passed;	       /* lines were passed on since the last end */
};

struct mail_reader *mail_reader_create(const struct mail_reader_sink *sink)
{
	struct mail_reader *m = calloc(1, sizeof *m);

	if (!m)
		return NULL;
	m->sink = *sink;
	buf_init(&m->field, MAIL_HEADER_KEPT);
	buf_init(&m->held, MAIL_BOUNDARY_KEPT);
	buf_init(&m->text, TEXT_LINE_KEPT);
	buf_init(&m->line, TEXT_LINE_KEPT);
	return m;
}

/* Passes on one decoded line. */
static void pass(struct mail_reader *m, struct span line)
{
	struct buf unworded;

	if (line.length && line.at[line.length - 1] == '\r')
		line.length--;
	buf_clear(&m->line);
	charset_decode(m->part.charset, line, &m->line);
	buf_init(&unworded, TEXT_LINE_KEPT);
	if (text_has(buf_span(&m->line), "=?")) {
		encoded_words_decode(buf_span(&m->line), &unworded);
		m->sink.line(m->sink.context, buf_span(&unworded), m->number);
	} else {
		m->sink.line(m->sink.context, buf_span(&m->line), m->number);
	}
	buf_finish(&unworded);
	m->passed = true;
}

/* Passes on the whole lines of |text|, and at the |end| the rest too. */
static void pass_decoded(struct mail_reader *m, bool end)
{
	struct span rest = buf_span(&m->text);
	const uint8_t *lf;

	while (rest.length && (lf = memchr(rest.at, '\n', rest.length))) {
		pass(m, span_first(rest, (size_t)(lf - rest.at)));
		rest = span_from(rest, (size_t)(lf - rest.at) + 1);
	}
	/* A line that fills the buffer is passed on in pieces. */
	if (rest.length && (end || rest.length > TEXT_LINE_KEPT / 2)) {
		pass(m, rest);
		rest.length = 0;
	}
	buf_consume(&m->text, m->text.length - rest.length);
}

/* Adds decoded bytes. */
static void add_decoded(struct mail_reader *m, struct span bytes)
{
	if (m->content == CONTENT_HTML)
		html_text_push(&m->html, bytes, &m->text);
	else
		buf_append(&m->text, bytes);
}

static void body_text(struct mail_reader *m, struct span line)
{
	struct buf decoded;

	if (m->content == CONTENT_SKIPPED)
		return;
	if (m->content == CONTENT_TEXT && m->part.encoding == ENCODING_NONE) {
		pass(m, line);
		return;
	}
	buf_init(&decoded, TEXT_LINE_KEPT + 1);
	if (m->part.encoding == ENCODING_BASE64) {
		base64_decode(&m->rest, line, &decoded);
	} else if (m->part.encoding == ENCODING_QUOTED_PRINTABLE) {
		if (quoted_printable_decode(line, &decoded))
			buf_text(&decoded, "\n");
	} else {
		buf_append(&decoded, line);
		buf_text(&decoded, "\n");
	}
	add_decoded(m, buf_span(&decoded));
	buf_finish(&decoded);
	pass_decoded(m, false);
}

static void end_part(struct mail_reader *m)
{
	pass_decoded(m, true);
	buf_clear(&m->text);
	m->rest = (struct base64_rest){ 0 };
	m->html = (struct html_text){ .length = 0 };
	if (m->passed)
		m->sink.end(m->sink.context);
	m->passed = false;
}

static void begin_header(struct mail_reader *m)
{
	static const struct part nothing;

	m->part = nothing;
	m->state = IN_HEADER;
	buf_clear(&m->field);
}

/* The value of a parameter: boundary="..." of Content-Type. Empty: there is none. */
static struct span parameter(struct span field, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i + length < field.length; i++) {
		struct span rest = span_from(field, i);
		const uint8_t *quote;

		if (rest.at[0] != ';')
			continue;
		rest = text_trim(span_from(rest, 1));
		if (!text_begins(rest, name) || rest.length <= length || rest.at[length] != '=')
			continue;
		rest = text_trim(span_from(rest, length + 1));
		if (rest.length && rest.at[0] == '"') {
			rest = span_from(rest, 1);
			quote = rest.length ? memchr(rest.at, '"', rest.length) : NULL;
			return quote ? span_first(rest, (size_t)(quote - rest.at)) : rest;
		}
		for (size_t k = 0; k < rest.length; k++)
			if (rest.at[k] == ';' || rest.at[k] == ' ')
				rest.length = k;
		return rest;
	}
	return (struct span){ 0 };
}

static void read_content_type(struct part *p, struct span field)
{
	struct span value = text_trim(span_from(field, strlen("content-type:")));
	struct span boundary = parameter(field, "boundary");

	p->multipart =
	    text_begins(value, "multipart/") && boundary.length && boundary.length < MAIL_BOUNDARY_KEPT - 3;
	p->alternative = text_begins(value, "multipart/alternative");
	p->status = text_begins(value, "message/delivery-status") ||
		    text_begins(value, "message/global-delivery-status");
	p->mail = !p->status && (text_begins(value, "message/rfc822") || text_begins(value, "message/global"));
	p->html = text_begins(value, "text/html");
	p->other = !text_begins(value, "text/") && !p->multipart && !p->status && !p->mail;
	p->other |= text_begins(value, "text/rfc822-headers");
	p->charset = charset_find(parameter(field, "charset"));
	if (p->multipart) {
		memcpy(p->boundary, "--", 2);
		memcpy(p->boundary + 2, boundary.at, boundary.length);
		p->boundary[2 + boundary.length] = '\0';
	}
}

/* A header field is complete. */
static void end_field(struct mail_reader *m)
{
	struct span field = buf_span(&m->field);

	if (text_begins(field, "content-type:"))
		read_content_type(&m->part, field);
	else if (text_begins(field, "content-transfer-encoding:"))
		m->part.encoding =
		    transfer_encoding_find(text_trim(span_from(field, strlen("content-transfer-encoding:"))));
	buf_clear(&m->field);
}

static void open_multipart(struct mail_reader *m, const char *boundary, bool alternative)
{
	struct multipart *new;

	/* Beyond that depth, the parts of the innermost multipart are lost, but not those after it. */
	if (m->depth == MAIL_DEPTH)
		return;
	new = &m->open[m->depth++];
	*new = (struct multipart){ .alternative = alternative };
	memcpy(new->boundary, boundary, strlen(boundary) + 1);
}

/* The header of a part is complete: what is its body? */
static void begin_body(struct mail_reader *m)
{
	struct multipart *around = m->depth ? &m->open[m->depth - 1] : NULL;

	m->state = IN_BODY;
	m->content = CONTENT_TEXT;
	if (m->part.multipart) {
		open_multipart(m, m->part.boundary, m->part.alternative);
		m->content = CONTENT_SKIPPED;
	} else if (m->part.mail && !(around && around->status)) {
		begin_header(m);
	} else if (m->part.other || m->part.mail || (around && around->alternative && around->told)) {
		m->content = CONTENT_SKIPPED;
	} else if (m->part.html) {
		m->content = CONTENT_HTML;
	}
	if (around && m->content != CONTENT_SKIPPED)
		around->told = true;
	if (around && m->part.status)
		around->status = true;
}

/* Closes what a boundary line closes. Returns false if |line| is no boundary of an open multipart. */
static bool boundary_line(struct mail_reader *m, struct span line)
{
	while (line.length && (line.at[line.length - 1] == ' ' || line.at[line.length - 1] == '\t'))
		line.length--;
	for (unsigned i = m->depth; line.length > 2 && line.at[0] == '-' && line.at[1] == '-' && i > 0; i--) {
		struct span boundary = span_text(m->open[i - 1].boundary);
		bool last =
		    line.length == boundary.length + 2 && memcmp(line.at + boundary.length, "--", 2) == 0;

		if ((!last && line.length != boundary.length) ||
		    !span_equal(span_first(line, boundary.length), boundary))
			continue;
		end_part(m);
		m->depth = last ? i - 1 : i;
		if (last) {
			/* What follows the last multipart of a pasted text is text again. */
			m->state = IN_BODY;
			m->part = (struct part){ .encoding = ENCODING_NONE };
			m->content = m->depth ? CONTENT_SKIPPED : CONTENT_TEXT;
		} else {
			begin_header(m);
		}
		return true;
	}
	return false;
}

/* Returns whether |line| is "Name: value" with the name of a field that mails begin with. */
static bool is_mail_field(struct span line)
{
	static const char *const names[] = { "return-path:",
					     "received:",
					     "from:",
					     "to:",
					     "date:",
					     "subject:",
					     "message-id:",
					     "mime-version:",
					     "content-",
					     "delivered-to:",
					     "x-",
					     "envelope-to:",
					     "sender:",
					     "cc:",
					     "reply-to:",
					     "dkim-signature:",
					     "auto-submitted:",
					     "authentication-results:",
					     "arc-",
					     "in-reply-to:",
					     "references:",
					     NULL };
	const uint8_t *colon = line.length ? memchr(line.at, ':', line.length < 80 ? line.length : 80) : NULL;

	if (!colon || memchr(line.at, ' ', (size_t)(colon - line.at)))
		return false;
	/* The fields of a delivery status that was pasted alone are text. */
	if (text_begins(line, "x-postfix-") || text_begins(line, "x-display-name:") ||
	    text_begins(line, "x-actual-"))
		return false;
	for (const char *const *name = names; *name; name++)
		if (text_begins(line, *name))
			return true;
	return false;
}

/* "From a@b Mon Jan  1 ..." begins a mail of a mailbox file (RFC 4155). */
static bool is_mbox_line(struct span line)
{
	return text_begins(line, "From ") && line.length > 20 && line.length < 200 && text_has(line, ":") &&
	       (text_has(line, " 20") || text_has(line, " 19"));
}

static bool is_any_field(struct span line)
{
	size_t length = 0;

	while (length < line.length && line.at[length] > ' ' && line.at[length] != ':')
		length++;
	return length && length < line.length && line.at[length] == ':';
}

static void body_line(struct mail_reader *m, struct span line)
{
	bool blank_before = m->blank_before;

	m->blank_before = line.length == 0;
	if (m->holding) {
		m->holding = false;
		if (text_begins(line, "content-") && is_mail_field(line)) {
			end_part(m);
			open_multipart(m, buf_string(&m->held), false);
			begin_header(m);
			buf_append(&m->field, line);
			return;
		}
		body_text(m, buf_span(&m->held));
	}
	if (boundary_line(m, line))
		return;
	if (m->mbox && blank_before && is_mbox_line(line)) {
		end_part(m);
		m->depth = 0;
		begin_header(m);
		return;
	}
	if (!m->depth && line.length > 4 && line.length < MAIL_BOUNDARY_KEPT - 1 && line.at[0] == '-' &&
	    line.at[1] == '-' && !memchr(line.at, ' ', line.length)) {
		buf_clear(&m->held);
		buf_append(&m->held, line);
		m->holding = true;
		return;
	}
	body_text(m, line);
}

/* A field that goes on in the next line, the end of the header, or a line that shows that there is none. */
static void header_line(struct mail_reader *m, struct span line)
{
	if (m->field.length && text_blanks(line) && text_blanks(line) < line.length) {
		buf_text(&m->field, " ");
		buf_append(&m->field, text_trim(line));
		return;
	}
	end_field(m);
	if (text_trim(line).length == 0) {
		begin_body(m);
	} else if (m->depth && boundary_line(m, line)) {
		return;
	} else if (is_any_field(line)) {
		buf_append(&m->field, line);
	} else {
		begin_body(m);
		body_line(m, line);
	}
}

void mail_reader_line(struct mail_reader *m, struct span line)
{
	m->number++;
	if (line.length && line.at[line.length - 1] == '\r')
		line.length--;
	if (m->state == AT_START) {
		if (text_trim(line).length == 0)
			return;
		m->mbox = is_mbox_line(line);
		if (m->mbox) {
			begin_header(m);
			return;
		}
		if (is_mail_field(line))
			begin_header(m);
		else
			m->state = IN_BODY;
	}
	if (m->state == IN_HEADER)
		header_line(m, line);
	else
		body_line(m, line);
}

void mail_reader_destroy(struct mail_reader *m)
{
	if (!m)
		return;
	if (m->holding)
		body_text(m, buf_span(&m->held));
	end_part(m);
	buf_finish(&m->field);
	buf_finish(&m->held);
	buf_finish(&m->text);
	buf_finish(&m->line);
	free(m);
}
