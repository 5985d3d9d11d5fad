/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dialogue: the dialogue of one session, kept until the session ends, so that it can be shown as a whole.
 * Bounded: repetitions are folded as they arrive; of a long session the beginning and the end are kept, and
 * the rest is counted.
 */
#ifndef SMTPSCOPE_DIALOGUE_H
#define SMTPSCOPE_DIALOGUE_H

#include "account.h"
#include "record.h"

enum entry_kind {
	ENTRY_COMMAND,
	ENTRY_BODY, /* the end of a message's data: |bytes| in |latency| */
	ENTRY_REPLY,
	ENTRY_LINE,   /* a line of the server that is not a reply */
	ENTRY_REMARK, /* an event: a loss, a reset, TLS */
	ENTRY_FINDING,
	ENTRY_FOLD, /* repetitions of the entry before it */
};

enum {
	DIALOGUE_HEAD = 240,
	DIALOGUE_TAIL = 120,
	DIALOGUE_BYTES = 256 * 1024,
	ENTRY_TEXT_KEPT = 2000,
	ENTRY_RECIPIENT_KEPT = 79
};

/* The texts of a finding, in this order, each followed by NUL. */
enum finding_text {
	FINDING_TITLE,
	FINDING_WHY,
	FINDING_FIX,
	FINDING_REFERENCE,
	FINDING_ID,
	FINDING_CAUSE,
	FINDING_TEXTS
};

struct entry {
	struct entry *before, *next;
	uint64_t serial; /* in order of arrival */
	enum entry_kind kind;
	unsigned mark;	      /* 0: none; otherwise 1 + enum severity of a finding about it */
	unsigned code;	      /* REPLY */
	enum answers answers; /* REPLY */
	/* FOLD: repeats 1: the previous entry; 2: the previous command and reply; 0: the previous message */
	unsigned period;
	bool head;		      /* among the first entries, which are kept */
	bool consequence;	      /* its finding is counted with another one */
	bool body_text;		      /* COMMAND: a line of a rejected message */
	bool direct;		      /* REPLY: its command is directly before it */
	bool capabilities;	      /* REPLY: lines after the first are EHLO keywords */
	bool truncated;		      /* REPLY: its end was not captured */
	bool estimated;		      /* BODY: |bytes| is an estimate */
	bool more_lines;	      /* REPLY: has lines that were not kept */
	bool hidden;		      /* not worth a line of its own (evidence.h) */
	char enhanced[ENHANCED_SIZE]; /* REPLY */
	char verb[COMMAND_VERB_SIZE]; /* COMMAND; REPLY: of its command, "TLS hello" if it was one */
	struct frame_ref frame;
	int64_t latency; /* ns; -1: unknown */
	/*
	 * Data of particular kinds. A session has dozens of entries, and thousands of sessions may be open,
	 * so their size matters.
	 */
	union {
		struct {		/* COMMAND, BODY */
			uint64_t end;	/* stream offset, which identifies it within its packet */
			uint64_t bytes; /* BODY, and COMMAND of a chunk */
		};
		struct {			   /* REPLY */
			struct frame_ref question; /* packet of its command; number 0: none */
			const char *name;	   /* meaning, valid as long as the rules; or NULL */
			/* the recipient it is for, if each has a reply; NULL: for all. Owned */
			char *recipient;
		};
		struct { /* FOLD, FINDING */
			struct frame_ref first_frame,
			    last_frame; /* FINDING with |more|, FOLD: packets that are not shown */
			union {
				struct { /* FOLD */
					uint64_t count;
					/* the newest of them, in case it must be shown later */
					struct entry *spare[2];
				};
				struct { /* FINDING */
					uint64_t number;
					uint64_t more; /* consequences and repetitions that are not shown */
					enum severity severity;
					enum certainty certainty;
					bool brief; /* the same as an earlier one, which has the advice */
				};
			};
		};
	};
	uint32_t size;	 /* bytes allocated for it */
	uint32_t length; /* of the text */
	char text[];	 /* COMMAND: the line; REPLY: lines joined by LF; REMARK; LINE; FINDING: see above */
};

struct dialogue {
	struct account *account; /* charged with the entries; NULL: none */
	struct entry *first, *last;
	struct entry *head_end; /* the last entry of the head, once it is full */
	size_t entries, head_entries;
	size_t bytes;			    /* allocated */
	uint64_t omitted, omitted_findings; /* entries between beginning and end that were dropped */
	struct frame_ref omitted_first, omitted_last;
	uint64_t serial;	/* of the last entry */
	uint64_t message_start; /* of the last entry before the current message */
	uint64_t signature;	/* signature of the previous message; 0: unlike any other */
	bool body_open;		/* a message's data may follow, since |body_start| */
	tstamp body_start;
};

/*
 * Creates an entry for |d| with room for a text of |length| bytes, of which at most ENTRY_TEXT_KEPT are kept. Returns
 * NULL if memory runs out.
 */
struct entry *entry_create(const struct dialogue *d, enum entry_kind kind, const struct frame_ref *frame,
			   struct span text);
/* |e| was created for |d| and does not belong to it, or is NULL. */
void entry_destroy(const struct dialogue *d, struct entry *e);
/* Returns text |which| of a finding's entry. */
const char *entry_finding_text(const struct entry *e, enum finding_text which);

/* A zeroed dialogue is empty. Frees all entries; the dialogue is empty then, with the same account. */
void dialogue_finish(struct dialogue *d);
/*
 * Adds an entry, which then belongs to the dialogue; accepts NULL. It may be folded into an earlier one or
 * dropped.
 */
void dialogue_add(struct dialogue *d, struct entry *e);
/*
 * The same for a finding. Marks the line of its packet. The finding is counted with its root or a similar one
 * if possible.
 */
void dialogue_add_finding(struct dialogue *d, struct entry *e, uint64_t root);
/* Updates a finding to its final severity and root. It is counted with its root if possible. */
void dialogue_settle_finding(struct dialogue *d, const struct finding *finding);
/* Ends a message. Folds its entries if they are the same as those of the previous message. */
void dialogue_end_message(struct dialogue *d);
/* Drops entries from the middle, until at most |bytes| are left. */
void dialogue_trim(struct dialogue *d, size_t bytes);

#endif
