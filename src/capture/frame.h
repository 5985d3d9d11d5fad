/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frame: one captured packet, passed from the capture stage to the packet stage. Valid during that call only.
 */
#ifndef SMTPSCOPE_FRAME_H
#define SMTPSCOPE_FRAME_H

#include "frame_ref.h"
#include "span.h"

struct frame {
	struct frame_ref ref;
	struct span bytes;    /* the captured bytes */
	uint32_t wire_length; /* length of the packet on the wire; at least bytes.length */
	int link_type;	      /* a LINKTYPE_ number, as in files (https://www.tcpdump.org/linktypes.html) */
	uint32_t interface;   /* 0-based number of its interface within its file, over all sections */
	/* The options of a pcapng packet block, in the byte order of the file; empty in other files. */
	struct span options;
	bool options_big_endian;
};

typedef void frame_sink(void *context, const struct frame *frame);

#endif
