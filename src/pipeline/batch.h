/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * batch: calls of a stream_sink, recorded so that another thread can make them: each with the flow as it was at that moment, and with the
 * bytes of the chunk. The other thread plays them back to its own sink, which sees copies of the flows (replicas).
 *
 * One thread records, then another one plays. The caller provides the barrier between the two.
 */
#ifndef SMTPSCOPE_BATCH_H
#define SMTPSCOPE_BATCH_H

#include "buf.h"
#include "chunk.h"

/*
 * A connection, as the thread that plays the calls sees it. The recording thread allocates it with malloc, alone or as the first member of
 * a structure, and fills in |flow|; batch_open hands it over, and playing CALL_CLOSE frees it.
 */
struct replica {
	struct flow flow;
	void *session; /* what the sink returned */
};

enum call_kind { CALL_OPEN, CALL_CHUNK, CALL_EVENT, CALL_CLOSE, CALL_FLUSH };

/* One recorded call. */
struct call {
	size_t size;	  /* bytes in the batch, with what follows it */
	uint64_t ordinal; /* of all calls about all connections, in their order */
	enum call_kind kind;
	bool has_segment;
	struct replica *replica; /* NULL in CALL_FLUSH */
	struct flow_state flow;	 /* as it was; not in CALL_OPEN and CALL_FLUSH */
	union {
		struct chunk chunk; /* its bytes follow the call */
		struct {
			struct flow_event event;
			struct segment segment; /* of |event|, if |has_segment|; without its payload */
		};
		struct {
			enum flow_end end;
			tstamp time;
		};
		tstamp now; /* CALL_FLUSH: packet time without a packet */
	};
};

enum {
	BATCH_FULL = 64 * 1024,	 /* bytes after which the batch should be handed over */
	BATCH_ROOM = 256 * 1024, /* bytes that it can hold */
	BATCH_AHEAD = 32,	 /* calls read ahead; a power of two */
	BATCH_STEPS = 6,
	BATCH_DISTANCE = 5, /* calls from one step to the next */
};

/* Takes the memory for BATCH_ROOM bytes, charged to |account|. Returns false if memory runs out. */
bool batch_init(struct buf *batch, struct account *account);
/*
 * Record one call. Return false if it does not fit. In a batch with less than BATCH_FULL bytes, every call fits whose chunk has at most
 * 128 KiB; segments have at most 64.
 */
bool batch_open(struct buf *batch, uint64_t ordinal, struct replica *r);
bool batch_chunk(struct buf *batch, uint64_t ordinal, struct replica *r, const struct flow *flow,
		 const struct chunk *chunk);
bool batch_event(struct buf *batch, uint64_t ordinal, struct replica *r, const struct flow *flow,
		 const struct flow_event *event);
bool batch_close(struct buf *batch, uint64_t ordinal, struct replica *r, const struct flow *flow,
		 enum flow_end end, tstamp time);
bool batch_flush(struct buf *batch, uint64_t ordinal, tstamp now);

/*
 * Reads a batch a few calls ahead. The sink is told that they will come (stream_sink.expect), in several steps, as by the lookahead of
 * segments. Only the thread that plays the calls may use it.
 */
struct batch_reader {
	const struct buf *batch;
	const struct stream_sink *sink;
	size_t at;	       /* of the first call that was not read yet */
	unsigned first, count; /* of the ring */
	struct call *ring[BATCH_AHEAD];
};

/* Both must outlive the reader. */
void batch_read(struct batch_reader *r, const struct buf *batch, const struct stream_sink *sink);
/* Returns the next call, which must be played before the next one is taken; NULL after the last. */
struct call *batch_take(struct batch_reader *r);

/* Makes |call| to |sink|, unless it is CALL_FLUSH. Frees the replica after CALL_CLOSE. */
void call_play(struct call *call, const struct stream_sink *sink);

#endif
