/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frame_queue: frames that wait in memory, in the order in which they came, because a ring of the kernel must not fill up while
 * they are analyzed. It holds copies, in blocks that come from the system and go back to it, so that the allocator's figures
 * speak of the analysis alone.
 */
#ifndef SMTPSCOPE_FRAME_QUEUE_H
#define SMTPSCOPE_FRAME_QUEUE_H

#include "frame.h"

enum {
	/* Bytes of a block; a frame that is longer than that, its head included, cannot be taken. */
	FRAME_QUEUE_BLOCK = 1 << 20,
};

struct frame_block;

struct frame_queue {
	struct frame_block *first, *last; /* those that hold frames */
	struct frame_block *spare;	  /* those that held some and will again */
	unsigned spare_count;
	size_t limit;		/* bytes; see frame_queue_bound */
	size_t memory;		/* bytes of all blocks, spare ones too */
	uint64_t frames, bytes; /* that wait now; bytes are those captured */
	uint64_t taken;		/* frames added since the start */
};

/* An empty queue; nothing is allocated yet. Owner: the caller. */
void frame_queue_init(struct frame_queue *q);
/* Gives all memory back, and forgets what waits. Takes a zeroed queue too. */
void frame_queue_finish(struct frame_queue *q);
/* From now on the blocks may take so many bytes in all. What waits already stays, also where it is more. 0, as at the start: none. */
void frame_queue_bound(struct frame_queue *q, size_t limit);
/* Copies the frame, its bytes too, to the end. False, and nothing done, where there is no room or no memory for it. */
bool frame_queue_add(struct frame_queue *q, const struct frame *frame);
/*
 * Hands the oldest frames, at most |most|, to |sink| and forgets them; returns how many there were. |sink| may not touch the
 * queue.
 */
size_t frame_queue_take(struct frame_queue *q, size_t most, frame_sink *sink, void *context);
/* Lets the system have the spare blocks. */
void frame_queue_give_back(struct frame_queue *q);

#endif
