/* SPDX-License-Identifier: BSD-2-Clause */
/* moment: parses a point in time written by a person. */
#ifndef SMTPSCOPE_MOMENT_H
#define SMTPSCOPE_MOMENT_H

#include "tstamp.h"

#include <stdbool.h>

/*
 * Parses "2026-11-28", "2026-11-28T15:04", "2026-11-28 15:04:05.25", each with an optional zone (Z, +01:00;
 * UTC without one), or "@SECONDS" since 1970. Accepts 1970 to 2200. Returns false, and leaves |*time|
 * unchanged, if |text| is invalid.
 */
bool moment_parse(const char *text, tstamp *time);

#endif
