/* SPDX-License-Identifier: BSD-2-Clause */
/* digest: a part of a dialogue in a few words: "greeting 220 · EHLO 250 · MAIL 250 · RCPT 250 ×3". */
#ifndef SMTPSCOPE_DIGEST_H
#define SMTPSCOPE_DIGEST_H

#include "dialogue.h"

enum { DIGEST_MAX = 4096 };

/* Appends the words for the entries from |first| to |last|; nothing if they are not worth any. */
void digest_text(struct buf *text, const struct entry *first, const struct entry *last);

#endif
