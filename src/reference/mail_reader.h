/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mail_reader: reads a text that may be a mail, or a part of one (RFC 5322, RFC 2045, RFC 2046), and passes on the lines that can hold
 * a report: decoded text parts, and delivery statuses (RFC 3464). Other parts, among them the returned mail, are left out. A text that
 * is not a mail passes through. Bounded: MAIL_DEPTH nested parts, MAIL_HEADER_KEPT bytes of a header field.
 */
#ifndef SMTPSCOPE_MAIL_READER_H
#define SMTPSCOPE_MAIL_READER_H

#include "buf.h"

enum { MAIL_DEPTH = 16, MAIL_BOUNDARY_KEPT = 256, MAIL_HEADER_KEPT = 8 * 1024 };

struct mail_reader;

/* |number|: of the line in the input that completed |line|, 1-based. */
struct mail_reader_sink {
	void *context;
	/* A line, without its line end. Valid during the call only. */
	void (*line)(void *context, struct span line, size_t number);
	/* The lines so far belong together; those that follow are another text. */
	void (*end)(void *context);
};

/* Returns NULL if memory runs out. |sink| is copied. */
struct mail_reader *mail_reader_create(const struct mail_reader_sink *sink);
/* Adds the next line of the input, without its line end. */
void mail_reader_line(struct mail_reader *m, struct span line);
/* Ends the input, and frees the reader. Accepts NULL. */
void mail_reader_destroy(struct mail_reader *m);

#endif
