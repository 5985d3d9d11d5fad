/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mail: what the stream stage tells of connections, written down so that another thread can read it: the calls of a stream_sink, each with
 * the flow as it was at that moment and with the bytes of the chunk. The reader plays them back to its own sink, which sees copies of the
 * flows (replicas).
 *
 * One thread writes, then another one reads; whoever passes the mail from one to the other provides the barrier.
 */
#ifndef SMTPSCOPE_MAIL_H
#define SMTPSCOPE_MAIL_H

#include "buf.h"
#include "chunk.h"

/*
 * A connection, as the reader of the mail sees it. The writer allocates it with malloc, alone or as the first member of a structure, and
 * does not use it again; the reader frees it.
 */
struct replica {
	struct flow flow;
	void *session; /* what the reader's sink returned */
};

enum letter_kind { LETTER_OPEN, LETTER_CHUNK, LETTER_EVENT, LETTER_CLOSE, LETTER_FLUSH };

/* One call. */
struct letter {
	size_t size;	  /* bytes in the mail, with what follows it */
	uint64_t ordinal; /* of all calls about all connections, in their order */
	enum letter_kind kind;
	bool has_segment;
	struct replica *replica; /* NULL in LETTER_FLUSH */
	struct flow flow;	 /* as it was */
	union {
		struct chunk chunk; /* its bytes follow the letter */
		struct {
			struct flow_event event;
			struct segment segment; /* of |event|, if |has_segment|; without its payload */
		};
		struct {
			enum flow_end end;
			tstamp time;
		};
		tstamp now; /* LETTER_FLUSH: packet time without a packet */
	};
};

enum {
	MAIL_FULL = 256 * 1024, /* bytes of letters after which the mail should be handed over */
	MAIL_ROOM = 512 * 1024, /* bytes that it can hold */
};

/* Takes the memory for MAIL_ROOM bytes, charged to |account|. Returns false if memory runs out. */
bool mail_init(struct buf *mail, struct account *account);
/*
 * Add one letter. Return false if it does not fit: hand the mail over and try again. An empty mail holds any letter whose chunk has at most
 * 128 KiB.
 */
bool mail_open(struct buf *mail, uint64_t ordinal, struct replica *r, const struct flow *flow);
bool mail_chunk(struct buf *mail, uint64_t ordinal, struct replica *r, const struct flow *flow,
		const struct chunk *chunk);
bool mail_event(struct buf *mail, uint64_t ordinal, struct replica *r, const struct flow *flow,
		const struct flow_event *event);
bool mail_close(struct buf *mail, uint64_t ordinal, struct replica *r, const struct flow *flow,
		enum flow_end end, tstamp time);
bool mail_flush(struct buf *mail, uint64_t ordinal, tstamp now);

/* Returns the letter at |*at| (0: the first) and moves |*at| past it; NULL after the last. */
struct letter *mail_next(const struct buf *mail, size_t *at);
/* Makes the call of |letter| to |sink|, unless it is LETTER_FLUSH. Frees the replica after LETTER_CLOSE. */
void letter_play(struct letter *letter, const struct stream_sink *sink);

#endif
