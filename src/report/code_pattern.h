/* SPDX-License-Identifier: BSD-2-Clause */
/* code_pattern: reply codes and enhanced codes with placeholders: 550, 4xx, 5.7.1, 5.7.*, several with commas between them. */
#ifndef SMTPSCOPE_CODE_PATTERN_H
#define SMTPSCOPE_CODE_PATTERN_H

#include <stdbool.h>

bool code_pattern_valid(const char *pattern);
/* Does the valid |pattern| match the code of a reply (200 to 599), or |enhanced| ("5.7.1"; "": none)? */
bool code_pattern_match(const char *pattern, unsigned code, const char *enhanced);

#endif
