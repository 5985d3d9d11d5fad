/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log_marks: the text before the words of client and server in a log of an SMTP session: "C: ", "<- ", "2026-01-05 10:00:00 SERVER
 * -> CLIENT: ". Marks are learned from the text: the server's are found before replies, the client's before commands.
 * Numbers in them (times, process ids) may differ from line to line.
 */
#ifndef SMTPSCOPE_LOG_MARKS_H
#define SMTPSCOPE_LOG_MARKS_H

#include "text_lines.h"

enum { MARKS_KEPT = 32, MARK_SIZE = 160 };

enum speaker {
	SPEAKER_NONE,
	SPEAKER_CLIENT,
	SPEAKER_SERVER,
	SPEAKER_EITHER, /* the same mark, or none, for both: the words decide */
};

struct log_mark {
	char shape[MARK_SIZE]; /* numbers as \1, blanks as one blank */
	size_t length;
	unsigned replies, commands; /* lines that it was found before */
	enum speaker speaker;
};

struct log_marks {
	struct log_mark list[MARKS_KEPT];
	size_t count;
	bool apart; /* client and server have marks of their own */
};

/* A line without its mark. */
struct marked_line {
	enum speaker speaker;
	struct span words;
	char quote;	/* the words are a string literal that began with this quote; 0: they are not */
	uint64_t group; /* equal for lines of one session, as far as the marks tell sessions apart */
};

/* Learns the marks of |lines|. */
void log_marks_learn(struct log_marks *marks, const struct text_lines *lines);
/* Takes the mark off |line|. */
struct marked_line log_marks_read(const struct log_marks *marks, struct span line);

/* Returns whether |words| begin with a reply code (RFC 5321 4.2), alone or before a blank or hyphen. */
bool words_are_reply(struct span words);
/* Returns whether |words| are a command of RFC 5321 or its extensions, with the arguments that it needs. */
bool words_are_command(struct span words);

#endif
