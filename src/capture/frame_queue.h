/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frame_queue: a queue of copied frames, used so that the kernel's ring does not fill up while frames are
 * analyzed. Its blocks come from mmap, so that the allocator's statistics cover the analysis only.
 */
#ifndef SMTPSCOPE_FRAME_QUEUE_H
#define SMTPSCOPE_FRAME_QUEUE_H

#include "account.h"
#include "frame.h"

enum {
	/* Bytes of a block. A frame that does not fit into one block with its header is rejected. */
	FRAME_QUEUE_BLOCK = 1 << 20,
};

struct frame_block;

struct frame_queue {
	struct frame_block *first, *last; /* blocks that hold frames */
	struct frame_block *spare;	  /* empty blocks kept for reuse */
	unsigned spare_count;
	size_t limit;		/* bytes; see frame_queue_bound */
	size_t memory;		/* bytes of all blocks, including spare ones */
	uint64_t frames, bytes; /* waiting now; |bytes| counts captured bytes */
	uint64_t taken;		/* frames added since the start */
	struct account *account;
};

/* Initializes an empty queue, owned by the caller, whose blocks are charged to |account| (NULL: none). Allocates nothing. */
void frame_queue_init(struct frame_queue *q, struct account *account);
/* Frees all memory and discards waiting frames. Accepts a zeroed queue. */
void frame_queue_finish(struct frame_queue *q);
/*
 * Limits the memory of all blocks to |limit| bytes. Frames that wait already stay, even beyond the limit. 0,
 * the initial value, allows no blocks.
 */
void frame_queue_bound(struct frame_queue *q, size_t limit);
/*
 * Appends a copy of |frame| and its bytes. Returns false, and changes nothing, if there is no room or memory.
 */
bool frame_queue_add(struct frame_queue *q, const struct frame *frame);
/*
 * Passes the oldest frames, at most |most|, to |sink| and removes them. Returns their number. |sink| must not
 * touch the queue.
 */
size_t frame_queue_take(struct frame_queue *q, size_t most, frame_sink *sink, void *context);
/* Returns the spare blocks to the system. */
void frame_queue_give_back(struct frame_queue *q);

#endif
