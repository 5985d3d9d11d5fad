/* SPDX-License-Identifier: BSD-2-Clause */
/* enhanced: an enhanced status code, "class.subject.detail" (RFC 3463 2). */
#ifndef SMTPSCOPE_ENHANCED_H
#define SMTPSCOPE_ENHANCED_H

#include "span.h"

struct enhanced {
	unsigned class;		  /* 2, 4 or 5; 0: no code */
	unsigned subject, detail; /* at most 999 each */
};

enum { ENHANCED_SIZE = 16 }; /* bytes of the longest code as text, NUL included */

/*
 * Reads the code that |text| begins with. Returns its length, or 0 where |text| begins with something else: a longer number
 * ("5.7.1234"), or more numbers ("5.7.1.2", an address or a version).
 */
size_t enhanced_read(struct span text, struct enhanced *code);
/* Writes the code as text, "" for none; returns its length. */
size_t enhanced_text(char text[static ENHANCED_SIZE], const struct enhanced *code);

#endif
