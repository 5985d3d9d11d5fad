/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text_reader: reads any text (a bounce, a log, a transcript) and passes on what it holds: dialogues, replies and delivery statuses.
 * Decodes mails (mail_reader.h), takes off the marks of quoted mails, and reads each part as a whole; a part of more than the bounds of
 * text_lines.h is read in pieces.
 */
#ifndef SMTPSCOPE_TEXT_READER_H
#define SMTPSCOPE_TEXT_READER_H

#include "found.h"
#include "transcript.h"

struct text_reader;

struct text_reader_sink {
	void *context;
	found_sink *found;
	transcript_sink *dialogue;
};

/* Returns NULL if memory runs out. |sink| is copied. */
struct text_reader *text_reader_create(const struct text_reader_sink *sink);
/* Adds the next line of the text, without its line end. */
void text_reader_line(struct text_reader *r, struct span line);
/* Ends the text: passes on the rest. */
void text_reader_end(struct text_reader *r);
/*
 * Returns how many lines so far were meant to be read (of a log, a dialogue or a delivery status, or with a reply), and sets
 * |*understood| to how many of them were.
 */
size_t text_reader_lines(const struct text_reader *r, size_t *understood);
/* Accepts NULL. */
void text_reader_destroy(struct text_reader *r);

#endif
