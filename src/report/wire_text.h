/* SPDX-License-Identifier: BSD-2-Clause */
/* wire_text: text from the wire on a page, without credentials. */
#ifndef SMTPSCOPE_WIRE_TEXT_H
#define SMTPSCOPE_WIRE_TEXT_H

#include "page.h"
#include "secret.h"

enum { WIRE_NAME_KEPT = 100 }; /* bytes of a name that are shown */

/*
 * Writes |text|, up to |kept| bytes, with its lines joined, on at most three lines. |before| and |after| stay with it at a line
 * break. |secrets| are masked; NULL: nothing is.
 */
void wire_text(struct page *p, const char *before, const char *text, const char *after,
	       const struct secret_set *secrets, size_t kept, size_t indent);

#endif
