/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * description: what a capture file says about itself and its interfaces, for callers that write a file like it.
 */
#ifndef SMTPSCOPE_DESCRIPTION_H
#define SMTPSCOPE_DESCRIPTION_H

#include "span.h"

struct description {
	bool section;	    /* about a section of a pcapng file; otherwise about an interface: */
	uint32_t file;	    /* as in struct frame_ref */
	uint32_t interface; /* as in struct frame */
	int link_type;
	uint32_t snaplen; /* bytes; 0: no limit */
	uint32_t digits;  /* as in struct frame_ref */
	/* The options of the pcapng block, in the byte order of the file; empty for other files. */
	struct span options;
	bool big_endian;
};

/* Receives a description before the first packet that it is about. Valid during the call only. */
typedef void description_sink(void *context, const struct description *description);

#endif
