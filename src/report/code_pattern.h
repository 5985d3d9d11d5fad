/* SPDX-License-Identifier: BSD-2-Clause */
/* code_pattern: patterns for reply codes and enhanced codes: 550, 4xx, 5.7.1, 5.7.*, separated by commas. */
#ifndef SMTPSCOPE_CODE_PATTERN_H
#define SMTPSCOPE_CODE_PATTERN_H

#include <stdbool.h>

bool code_pattern_valid(const char *pattern);
/*
 * Returns whether the valid |pattern| matches the code of a reply (200 to 599), or |enhanced| ("5.7.1"; "":
 * none).
 */
bool code_pattern_match(const char *pattern, unsigned code, const char *enhanced);

#endif
