/* SPDX-License-Identifier: BSD-2-Clause */
/* guess: guesses the type of a file that is not a capture, for the error message. */
#ifndef SMTPSCOPE_GUESS_H
#define SMTPSCOPE_GUESS_H

#include "span.h"

/*
 * Returns words for content that begins with |head|, such as "text" or "a zip archive", or NULL if it is
 * unknown.
 */
const char *guess_content(struct span head);

#endif
