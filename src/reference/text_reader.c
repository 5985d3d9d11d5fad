/* SPDX-License-Identifier: BSD-2-Clause */
#include "text_reader.h"

#include "delivery_status.h"
#include "log_line.h"
#include "mail_reader.h"
#include "paragraph.h"
#include "reply_finder.h"

#include <stdlib.h>

enum { QUOTES_MAX = 4 };

struct text_reader {
	struct text_reader_sink sink;
	struct mail_reader *mail;
	struct reply_finder *finder;
	struct delivery_status status;
	struct text_lines lines; /* of the current part */
	struct buf message;	 /* of a line of the journal */
	size_t meant, understood;
};

/* Returns whether most lines begin with the mark of a quoted mail, and none with that of a dialogue. */
static bool is_quoted(const struct text_lines *lines)
{
	size_t quoted = 0, full = 0;

	for (size_t i = 0; i < lines->count; i++) {
		struct span line = text_lines_at(lines, i);

		if (line.length && line.at[0] == '<')
			return false;
		full += text_trim(line).length > 0;
		quoted += line.length > 0 && line.at[0] == '>';
	}
	return quoted && 5 * quoted >= 4 * full;
}

/* Takes off the marks of quoted mails: "> ". */
static void unquote(struct text_lines *lines)
{
	for (unsigned depth = 0; depth < QUOTES_MAX && is_quoted(lines); depth++) {
		for (size_t i = 0; i < lines->count; i++) {
			struct span line = text_lines_at(lines, i);
			size_t mark = line.length && line.at[0] == '>' ? 1 : 0;

			if (mark && line.length > 1 && line.at[1] == ' ')
				mark = 2;
			lines->list[i].at += mark;
			lines->list[i].length -= mark;
		}
	}
}

/* Reads the fields of delivery statuses; sets |taken| for them. */
static void read_statuses(struct text_reader *r, bool *taken)
{
	for (size_t i = 0; i < r->lines.count; i++)
		if (!taken[i])
			taken[i] = delivery_status_line(&r->status, text_lines_at(&r->lines, i),
							r->lines.list[i].number);
	delivery_status_end(&r->status);
}

static void read_paragraph(void *context, struct span line, struct span raw, size_t number)
{
	struct text_reader *r = context;
	bool found = reply_finder_line(r->finder, line, number), logged = is_log_line(raw);

	r->meant += found || logged;
	r->understood += found;
}

/* A part is complete. */
static void end_of_part(void *context)
{
	struct text_reader *r = context;
	bool *taken = calloc(r->lines.count + 1, sizeof *taken);

	unquote(&r->lines);
	if (taken && transcripts_find(&r->lines, taken, r->sink.dialogue, r->sink.context)) {
		read_statuses(r, taken);
		for (size_t i = 0; i < r->lines.count; i++)
			r->meant += taken[i];
		for (size_t i = 0; i < r->lines.count; i++)
			r->understood += taken[i];
		paragraphs_join(&r->lines, taken, read_paragraph, r);
		reply_finder_end(r->finder);
	}
	text_lines_clear(&r->lines);
	free(taken);
}

static void keep_line(void *context, struct span line, size_t number)
{
	struct text_reader *r = context;

	line = log_line_unwrap(line, &r->message);
	if (text_lines_add(&r->lines, line, number))
		return;
	end_of_part(r);
	text_lines_add(&r->lines, line, number);
}

struct text_reader *text_reader_create(const struct text_reader_sink *sink)
{
	struct text_reader *r = calloc(1, sizeof *r);
	struct mail_reader_sink mail = { .context = r, .line = keep_line, .end = end_of_part };

	if (!r)
		return NULL;
	r->sink = *sink;
	text_lines_init(&r->lines);
	buf_init(&r->message, LOG_MESSAGE_KEPT);
	delivery_status_init(&r->status, sink->found, sink->context);
	r->finder = reply_finder_create(sink->found, sink->context);
	r->mail = mail_reader_create(&mail);
	if (!r->finder || !r->mail) {
		text_reader_destroy(r);
		return NULL;
	}
	return r;
}

void text_reader_line(struct text_reader *r, struct span line)
{
	mail_reader_line(r->mail, line);
}

void text_reader_end(struct text_reader *r)
{
	mail_reader_destroy(r->mail);
	r->mail = NULL;
}

size_t text_reader_lines(const struct text_reader *r, size_t *understood)
{
	*understood = r->understood;
	return r->meant;
}

void text_reader_destroy(struct text_reader *r)
{
	if (!r)
		return;
	mail_reader_destroy(r->mail);
	reply_finder_destroy(r->finder);
	delivery_status_finish(&r->status);
	text_lines_finish(&r->lines);
	buf_finish(&r->message);
	free(r);
}
