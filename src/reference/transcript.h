/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transcript: the lines of one SMTP session that a text shows, and the reader that finds them: it takes the marks of log_marks.h off,
 * undoes string literals, and tells the sessions of a log apart. What logs leave out is filled in: the end of a message whose text is
 * not shown. Bounded: TRANSCRIPTS_OPEN sessions at once, and the bounds of text_lines.h.
 */
#ifndef SMTPSCOPE_TRANSCRIPT_H
#define SMTPSCOPE_TRANSCRIPT_H

#include "flow.h"
#include "text_lines.h"

enum { TRANSCRIPTS_OPEN = 16 };

struct transcript_line {
	enum direction side;
	size_t source;	/* index of the line of the text; SIZE_MAX: it was filled in */
	bool encrypted; /* STARTTLS that worked, or its reply: what follows was read inside TLS */
};

struct transcript {
	struct text_lines lines; /* without marks and line ends; their numbers are those of the text */
	struct transcript_line *list;
	size_t room;
	bool whole; /* begins with the greeting */
};

/* Receives each dialogue; one of the server alone only if marks tell that it is one. Valid during the call only. */
typedef void transcript_sink(void *context, const struct transcript *dialogue);

/*
 * Finds all dialogues in |lines| and passes them to |sink|. Sets |taken|, which has a place for each line, for those that belong to a
 * dialogue. Returns false if memory runs out.
 */
bool transcripts_find(const struct text_lines *lines, bool *taken, transcript_sink *sink, void *context);

#endif
