/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dialogue: what was said in one session, kept while it goes on, so that it can be shown in one piece. Bounded: repetitions
 * are folded as they come, of a long session the head and the tail are kept, and the rest is counted.
 */
#ifndef SMTPSCOPE_DIALOGUE_H
#define SMTPSCOPE_DIALOGUE_H

#include "record.h"

enum entry_kind {
	ENTRY_COMMAND,
	ENTRY_BODY, /* the end of a message's data: |bytes| of it in |latency| */
	ENTRY_REPLY,
	ENTRY_LINE,   /* of the server, but no reply */
	ENTRY_REMARK, /* something seen that nobody said: loss, a reset, TLS */
	ENTRY_FINDING,
	ENTRY_FOLD, /* more of what stands before it */
};

enum {
	DIALOGUE_HEAD = 240,
	DIALOGUE_TAIL = 120,
	DIALOGUE_BYTES = 256 * 1024,
	ENTRY_TEXT_KEPT = 2000,
	ENTRY_RECIPIENT_KEPT = 79
};

/* The texts of a finding, in this order, each ended by NUL. */
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
	uint64_t serial; /* in order of their coming */
	enum entry_kind kind;
	unsigned mark;	      /* 0: none; else 1 + enum severity: a finding is about it */
	unsigned code;	      /* REPLY */
	enum answers answers; /* REPLY */
	unsigned period; /* FOLD: 1: more of the entry before; 2: of the question and reply before; 0: of the message before */
	bool head;			    /* among the first, which are kept */
	bool consequence;		    /* its finding is counted at another one */
	bool body_text;			    /* COMMAND: a line of a refused message */
	bool direct;			    /* REPLY: its question stands right before it */
	bool capabilities;		    /* REPLY: lines after the first are EHLO keywords */
	bool truncated;			    /* REPLY: its end was not captured */
	bool more_lines;		    /* REPLY: has lines that are not kept */
	char enhanced[ENHANCED_SIZE]; /* REPLY */
	char verb[COMMAND_VERB_SIZE];	    /* COMMAND; REPLY: of its question, "TLS hello" if that was one */
	struct frame_ref frame;
	int64_t latency; /* ns; -1: not known */
	/* What only some kinds have. There are many entries: a session has dozens, and thousands of sessions may be open. */
	union {
		struct {		/* COMMAND, BODY */
			uint64_t end;	/* stream offset, which tells it apart from others of its packet */
			uint64_t bytes; /* BODY, and COMMAND of a chunk */
		};
		struct {			   /* REPLY */
			struct frame_ref question; /* packet of its question; number 0: none */
			const char *name;	   /* meaning, lives as long as the rules; or NULL */
			char *recipient; /* whose it is, where each recipient has one; NULL: of all. Owned */
		};
		struct { /* FOLD, FINDING */
			struct frame_ref first_frame,
			    last_frame; /* FINDING with |more|, FOLD: packets of what is not shown */
			union {
				struct { /* FOLD */
					uint64_t count;
					struct entry *spare[2]; /* the newest of them, should it become worth showing */
				};
				struct { /* FINDING */
					uint64_t number;
					uint64_t more; /* consequences and repetitions that are not shown */
					enum severity severity;
					enum certainty certainty;
					bool brief; /* the same as one before, which has the advice */
				};
			};
		};
	};
	uint32_t size;	 /* bytes it was allocated with */
	uint32_t length; /* of the text */
	char text[];	 /* COMMAND: the line; REPLY: lines joined by LF; REMARK; LINE; FINDING: see above */
};

struct dialogue {
	struct entry *first, *last;
	struct entry *head_end; /* the last entry of the head, once it is full */
	size_t entries, head_entries;
	size_t bytes;			    /* allocated */
	uint64_t omitted, omitted_findings; /* entries between head and tail that were let go */
	struct frame_ref omitted_first, omitted_last;
	uint64_t serial;	/* of the last entry, */
	uint64_t message_start; /* and of the last one before the message under way */
	uint64_t signature;	/* how the message before went; 0: as no other */
};

/* A new entry with room for a text of |length| bytes, of which at most ENTRY_TEXT_KEPT are kept. NULL: memory is short. */
struct entry *entry_create(enum entry_kind kind, const struct frame_ref *frame, struct span text);
void entry_destroy(struct entry *e);
/* Text |which| of a finding's entry. */
const char *entry_finding_text(const struct entry *e, enum finding_text which);

/* A zeroed dialogue is an empty one. Gives all entries back. */
void dialogue_finish(struct dialogue *d);
/* Adds an entry, which the dialogue owns from now on; NULL is fine. It may be folded into one before, or let go. */
void dialogue_add(struct dialogue *d, struct entry *e);
/* The same for a finding. It marks the line of its packet, and is counted at its root or at its like where it can be. */
void dialogue_add_finding(struct dialogue *d, struct entry *e, uint64_t root);
/* A finding that was added before has its final severity and root: it is counted at its root where it can be. */
void dialogue_settle_finding(struct dialogue *d, const struct finding *finding);
/* A message has come to its end. What was said about it is folded where it is what was said about the one before. */
void dialogue_end_message(struct dialogue *d);
/* Lets entries go, from the middle, until at most |bytes| are left. */
void dialogue_trim(struct dialogue *d, size_t bytes);

#endif
