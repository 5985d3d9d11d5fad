/* SPDX-License-Identifier: BSD-2-Clause */
/* tstamp: a moment of the capture's clock, in nanoseconds since 1970-01-01 00:00:00 UTC. Durations use the same unit. */
#ifndef SMTPSCOPE_TSTAMP_H
#define SMTPSCOPE_TSTAMP_H

#include <stdint.h>

typedef int64_t tstamp;

#define TSTAMP_NONE	   INT64_MIN /* no moment known */
#define TSTAMP_SECOND	   INT64_C(1000000000)
#define TSTAMP_MILLISECOND INT64_C(1000000)
#define TSTAMP_TEXT_SIZE   40

/* RFC 3339 in UTC with |digits| (0 to 9) of the fraction, such as 2026-11-21T10:00:00.123456Z. Any value can be written. */
void tstamp_format(char text[static TSTAMP_TEXT_SIZE], tstamp t, unsigned digits);

#endif
