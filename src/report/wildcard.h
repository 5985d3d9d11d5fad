/* SPDX-License-Identifier: BSD-2-Clause */
/* wildcard: shell patterns (* ? [a-z] [!a-z]) for text from the wire, ignoring the case of ASCII letters. */
#ifndef SMTPSCOPE_WILDCARD_H
#define SMTPSCOPE_WILDCARD_H

#include "span.h"

/*
 * Returns whether |pattern| matches all of |text|. Takes at most |pattern| times |text| steps. A [ without ]
 * stands for itself.
 */
bool wildcard_match(const char *pattern, struct span text);

#endif
