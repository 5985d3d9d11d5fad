/* SPDX-License-Identifier: BSD-2-Clause */
/* frame: one captured packet, as the capture stage hands it to the packet stage. It lives for the time of that call. */
#ifndef SMTPSCOPE_FRAME_H
#define SMTPSCOPE_FRAME_H

#include "frame_ref.h"
#include "span.h"

struct frame {
	struct frame_ref ref;
	struct span bytes;    /* what was captured */
	uint32_t wire_length; /* bytes the packet had on the wire; not below bytes.length */
	int link_type; /* a LINKTYPE_ number, as files have it (https://www.tcpdump.org/linktypes.html) */
};

typedef void frame_sink(void *context, const struct frame *frame);

#endif
