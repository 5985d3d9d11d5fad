/* SPDX-License-Identifier: BSD-2-Clause */
/* frame_ref: which packet a value came from, and when that packet was captured. */
#ifndef SMTPSCOPE_FRAME_REF_H
#define SMTPSCOPE_FRAME_REF_H

#include "tstamp.h"

/* The largest values of the fields: makers of a frame_ref reduce theirs with these masks. */
#define FRAME_NUMBER_MAX ((UINT64_C(1) << 42) - 1)
#define FRAME_FILE_MAX	 ((UINT32_C(1) << 18) - 1)
#define FRAME_DIGITS_MAX 15u

/* Two words, because every session keeps dozens of them. */
struct frame_ref {
	uint64_t number : 42; /* 1-based within its file or live interface; 0: no packet */
	uint64_t file : 18;   /* 0-based index of the file on the command line, or of the live interface */
	uint64_t digits : 4;  /* fraction digits of the capture's timestamps: 6 or 9 */
	tstamp time;
};

_Static_assert(sizeof(struct frame_ref) == 16, "two words");

#endif
