/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usual: reads the headers of most frames at once: Ethernet, IPv4 without options and not fragmented, TCP. The result is the one that the
 * layers give, which takes them three times as long; they read all other frames.
 */
#ifndef SMTPSCOPE_USUAL_H
#define SMTPSCOPE_USUAL_H

#include "frame.h"
#include "packet_trace.h"
#include "segment.h"

/*
 * Returns whether |frame| is such a frame and has a segment. Sets of |*segment| what the layers would set, and |*trace|. If it is not, the layers must
 * read it: what is in |*segment| then has no meaning.
 */
bool usual_read(const struct frame *frame, struct segment *segment, struct packet_trace *trace);

#endif
