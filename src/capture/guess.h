/* SPDX-License-Identifier: BSD-2-Clause */
/* guess: what a file that is no capture seems to be, for the error message. */
#ifndef SMTPSCOPE_GUESS_H
#define SMTPSCOPE_GUESS_H

#include "span.h"

/* "text", "a zip archive": words for what begins with |head|; NULL where nobody knows. */
const char *guess_content(struct span head);

#endif
