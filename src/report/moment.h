/* SPDX-License-Identifier: BSD-2-Clause */
/* moment: reads a point in time that a person wrote. */
#ifndef SMTPSCOPE_MOMENT_H
#define SMTPSCOPE_MOMENT_H

#include "tstamp.h"

#include <stdbool.h>

/*
 * Reads "2026-11-28", "2026-11-28T15:04", "2026-11-28 15:04:05.25", each with an optional zone (Z, +01:00; UTC without one), or
 * "@SECONDS" since 1970, from 1970 to 2200. False, and |*time| unchanged, if |text| is none of these.
 */
bool moment_parse(const char *text, tstamp *time);

#endif
