/* SPDX-License-Identifier: BSD-2-Clause */
/* wildcard: shell patterns (* ? [a-z] [!a-z]) on texts from the wire, without regard to the case of ASCII letters. */
#ifndef SMTPSCOPE_WILDCARD_H
#define SMTPSCOPE_WILDCARD_H

#include "span.h"

/* Does |pattern| match all of |text|? Takes at most |pattern| times |text| steps. A [ without its ] stands for itself. */
bool wildcard_match(const char *pattern, struct span text);

#endif
