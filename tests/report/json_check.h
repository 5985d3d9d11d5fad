/* SPDX-License-Identifier: BSD-2-Clause */
/* json_check: is this JSON? Strict (RFC 8259), and stricter: valid UTF-8, nothing but LF below U+0020, no DEL, no C1. */
#ifndef SMTPSCOPE_JSON_CHECK_H
#define SMTPSCOPE_JSON_CHECK_H

#include "span.h"

/* One value a line, each line ended by LF; at least one. */
bool json_check(struct span text);

#endif
