/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * marks: what identifies the packets of one session, and which bytes of its two streams are to be replaced in
 * them. Offsets are those of the dialogue; bytes ahead of it (a proxy's) have offsets that wrap below 0.
 */
#ifndef SMTPSCOPE_MARKS_H
#define SMTPSCOPE_MARKS_H

#include "account.h"
#include "editor.h"
#include "flow.h"

enum {
	MARKS_BYTES = 4 * 1024 * 1024, /* memory of one session's patches */
};

enum patch_kind {
	PATCH_BYTES,	/* other bytes */
	PATCH_BLANK,	/* a letter for each byte that is not part of a line end */
	PATCH_KEEP,	/* stays, although the session is covered */
	PATCH_HEADER,	/* as the session's |header| leaves it; PROXY header */
	PATCH_DISGUISE, /* as the session's |disguise| leaves it */
	PATCH_ADDRESS, /* a binary address, as the session's |address| leaves it; blank if it is not in one packet */
};

/* Bytes of a stream and what becomes of them. */
struct patch {
	enum patch_kind kind;
	uint64_t start, length;
	uint8_t *bytes; /* of PATCH_BYTES: owned, |length| of them */
};

struct stream_marks {
	struct endpoint sender;
	bool placed;	    /* the next two are known */
	uint32_t first_seq; /* sequence number of offset 0 */
	uint64_t read_to;   /* bytes up to here were read; the analysis never saw those behind */
	struct patch *patches;
	size_t count, capacity;
};

struct session_marks {
	struct account *account; /* charged with it and its patches; NULL: none */
	uint64_t number;	 /* of the session */
	struct frame_ref first, last;
	struct stream_marks side[2];
	bool blank_all; /* what was read is not known: no payload is kept */
	bool cover;	/* all bytes are blanked that no patch is about */
	void (*disguise)(void *context, uint8_t *bytes, size_t length); /* of PATCH_DISGUISE; in place */
	void (*header)(void *context, uint8_t *bytes, size_t length);	/* of PATCH_HEADER; likewise */
	void (*address)(void *context, uint8_t *bytes, size_t length);	/* of PATCH_ADDRESS; likewise */
	void *disguise_context;
	bool keep_all;	 /* nothing is replaced */
	bool from_start; /* all packets between the endpoints are the session's, from the first one on */
	bool ahead;	 /* there are bytes ahead of the dialogue */
	size_t bytes;	 /* memory of all patches */
};

/* Copies the facts about the connection. */
void marks_place(struct session_marks *m, const struct flow *flow);
/* Returns marks without patches, or NULL if memory runs out. |account| (NULL: none) must outlive them. */
struct session_marks *marks_create(struct account *account);
/* Frees the patches. */
void marks_finish(struct session_marks *m);
/* Frees the patches and |m|, which marks_create made. Accepts NULL. */
void marks_destroy(struct session_marks *m);
/* Adds a patch; |bytes| is copied, NULL blanks. Sets |blank_all| if there is no room. */
void marks_add(struct session_marks *m, enum direction d, uint64_t start, uint64_t length,
	       const uint8_t *bytes);
/* Adds a patch of another kind than PATCH_BYTES. */
void marks_add_kind(struct session_marks *m, enum direction d, enum patch_kind kind, uint64_t start,
		    uint64_t length);
/* Calls |change| with the bytes of all patches of direction |d|, which it may change in place. */
void marks_change(struct session_marks *m, enum direction d,
		  void (*change)(void *context, uint8_t *bytes, size_t length), void *context);

/*
 * Applies the marks of direction |d| to the payload of a packet: |length| bytes at |at| of |e|, the first of which
 * has the sequence number |seq|.
 */
void marks_apply(const struct session_marks *m, enum direction d, struct editor *e, size_t at, size_t length,
		 uint32_t seq);

#endif
