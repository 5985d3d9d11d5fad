/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reply_text: the text of a reply as rules look at it. Two forms: |plain|, everything the server said, and |masked|, in which
 * what it merely quotes (addresses, hosts, links, long names, texts in quotation marks) is a mark between underscores, so that
 * it cannot decide.
 *
 * Both: one line, ASCII lower case, letters without accents, Cyrillic lower case, wide letters as ASCII, bytes that are no
 * UTF-8 taken as Latin-1, runs of white space as one blank, the code of the reply first in |plain|; codes repeated at the
 * start of further lines left out. |masked| has no codes, no hyphens or underscores between letters, "email" for "e-mail",
 * and "not" spelt out ("does not", "can not"). Marks: _addr_ _host_ _ip_ _url_ _id_ _arg_
 * _quote_ _code_, _purpose_ for "to protect our users from spam", _help_ for "if you think that this is wrong, call us". No text can forge
 * them: it loses its underscores.
 */
#ifndef SMTPSCOPE_REPLY_TEXT_H
#define SMTPSCOPE_REPLY_TEXT_H

#include "span.h"

enum { REPLY_TEXT_MOST = 4096 /* bytes looked at; what follows is left out */ };

struct reply_text {
	unsigned code;
	bool has_enhanced; /* at the start of the text, or further behind */
	unsigned class, subject, detail;
	size_t plain_length, masked_length;
	char plain[REPLY_TEXT_MOST + 1], masked[REPLY_TEXT_MOST + 1];
};

/* Prepares the |count| texts of a reply's lines (without code and line end). Reads nothing but what is given. */
void reply_text_lines(struct reply_text *t, unsigned code, const struct span *lines, size_t count);
/* The same for a whole reply as text: lines parted by LF or CRLF, each with its code. False where it does not begin with one. */
bool reply_text_whole(struct reply_text *t, struct span text);

/* Folds |text| as above (case of ASCII letters kept) into |out| of |size| bytes, without NUL; returns the length. */
size_t reply_text_fold(struct span text, char *out, size_t size);

#endif
