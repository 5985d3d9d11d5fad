/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reply_text: the text of a reply in the two forms that rules are matched against. |plain| is everything the server said. In |masked|,
 * what the text only quotes (addresses, hosts, links, long names, quotations) is replaced by a mark between underscores, so that it
 * cannot decide a rule.
 *
 * Both are one line: ASCII and Cyrillic letters in lower case, accents removed, wide forms as ASCII, bytes that are not UTF-8 read as
 * Latin-1, runs of white space as one blank. |plain| begins with the code of the reply; codes repeated on further lines are removed.
 * |masked| has no codes and no hyphens or underscores between letters, "email" for "e-mail", and "not" spelt out ("does not",
 * "can not"). The marks are _addr_ _host_ _ip_ _url_ _id_ _arg_ _quote_ _code_, _purpose_ for "to protect our users from spam", and
 * _help_ for "if you think that this is wrong, call us". A server cannot forge them, because underscores are removed from its text.
 */
#ifndef SMTPSCOPE_REPLY_TEXT_H
#define SMTPSCOPE_REPLY_TEXT_H

#include "span.h"

enum { REPLY_TEXT_MOST = 4096 /* bytes; the rest of a reply is ignored */ };

struct reply_text {
	unsigned code;
	bool has_enhanced; /* at the start of the text, or anywhere in it */
	unsigned class, subject, detail;
	size_t plain_length, masked_length;
	char plain[REPLY_TEXT_MOST + 1], masked[REPLY_TEXT_MOST + 1];
};

/* Prepares the |count| lines of a reply (without codes and line ends). */
void reply_text_lines(struct reply_text *t, unsigned code, const struct span *lines, size_t count);
/* The same for a whole reply as text: lines separated by LF or CRLF, each with its code. Returns false if |text| does not begin with a code. */
bool reply_text_whole(struct reply_text *t, struct span text);

/* Folds |text| as above, but keeps the case of ASCII letters. Writes at most |size| bytes to |out|, without NUL; returns their number. */
size_t reply_text_fold(struct span text, char *out, size_t size);

#endif
