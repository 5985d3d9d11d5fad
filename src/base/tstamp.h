/* SPDX-License-Identifier: BSD-2-Clause */
/* tstamp: a time in nanoseconds since 1970-01-01 00:00:00 UTC. Durations use the same unit. */
#ifndef SMTPSCOPE_TSTAMP_H
#define SMTPSCOPE_TSTAMP_H

#include <stdint.h>

typedef int64_t tstamp;

#define TSTAMP_NONE	   INT64_MIN /* time unknown */
#define TSTAMP_SECOND	   INT64_C(1000000000)
#define TSTAMP_MILLISECOND INT64_C(1000000)
#define TSTAMP_TEXT_SIZE   40

/*
 * Writes |t| in RFC 3339 form in UTC with |digits| (0 to 9) fraction digits, such as
 * 2026-11-21T10:00:00.123456Z. Accepts any value.
 */
void tstamp_format(char text[static TSTAMP_TEXT_SIZE], tstamp t, unsigned digits);

#endif
