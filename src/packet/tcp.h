/* SPDX-License-Identifier: BSD-2-Clause */
/* tcp: reads a TCP header, for the layer of that name and for usual.c. */
#ifndef SMTPSCOPE_TCP_H
#define SMTPSCOPE_TCP_H

#include "layer.h"

/*
 * Reads the header at the start of |b| and sets those fields of |*s| that come from it, and the payload. |wire|: the bytes of header and payload
 * on the wire. Returns PACKET_SEGMENT, PACKET_TRUNCATED or PACKET_INVALID.
 */
enum packet_outcome tcp_take(struct segment *s, struct span b, size_t wire);

#endif
