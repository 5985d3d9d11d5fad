/* SPDX-License-Identifier: BSD-2-Clause */
/* frame_ref: which packet a value came from, and when that packet was captured. */
#ifndef SMTPSCOPE_FRAME_REF_H
#define SMTPSCOPE_FRAME_REF_H

#include "tstamp.h"

struct frame_ref {
	uint64_t number; /* 1-based within its file or live interface; 0: no packet */
	uint32_t file;	 /* 0-based index of the file on the command line, or of the live interface */
	uint32_t digits; /* fraction digits of the capture's timestamps: 6 or 9 */
	tstamp time;
};

#endif
