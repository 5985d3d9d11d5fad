/* SPDX-License-Identifier: BSD-2-Clause */
/* packet_ring: copies of the newest frames, for saving sessions later. If there is no room, the oldest are overwritten. */
#ifndef SMTPSCOPE_PACKET_RING_H
#define SMTPSCOPE_PACKET_RING_H

#include "account.h"
#include "frame.h"

struct packet_ring;

/* |size|: bytes of memory, charged to |account|, which must outlive it; NULL: none. Returns NULL if memory runs out. */
struct packet_ring *packet_ring_create(size_t size, struct account *account);
/* Accepts NULL. */
void packet_ring_destroy(struct packet_ring *r);
/* Adds a copy. A frame that is larger than the ring is left out. */
void packet_ring_add(struct packet_ring *r, const struct frame *frame);
/* Passes all frames to |sink|, the oldest first. |sink| must not touch the ring. */
void packet_ring_each(const struct packet_ring *r, frame_sink *sink, void *context);
/* Frames that were overwritten. */
uint64_t packet_ring_lost(const struct packet_ring *r);

#endif
