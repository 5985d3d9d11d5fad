/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * draft: what the analysis of one worker has made of one batch: text, ended sessions and facts about servers, each with the ordinal of the call
 * that caused it, so that the drafts of all workers can be put in order. Findings have the worker's own numbers (later_number.h).
 */
#ifndef SMTPSCOPE_DRAFT_H
#define SMTPSCOPE_DRAFT_H

#include "analysis.h"
#include "server_book.h"

/* What one call has caused. */
struct piece {
	uint64_t ordinal;
	uint64_t raised; /* findings that got a number */
	size_t text;	 /* bytes, behind those of the pieces before */
	size_t pasts;	 /* ended sessions, likewise */
	bool marked;	 /* the text has marks (later_number.h) */
};

struct draft_fact {
	uint64_t ordinal;
	struct server_fact fact;
};

struct draft {
	struct buf text;
	struct piece *pieces;
	size_t piece_count, piece_capacity;
	struct past **pasts;
	size_t past_count, past_capacity;
	struct draft_fact *facts;
	size_t fact_count, fact_capacity;
	size_t text_seen, pasts_seen;  /* what the pieces cover */
	bool lost;		       /* memory ran out, and something is missing */
	size_t memory;		       /* bytes charged to the worker's account at the end */
	struct analysis_counts counts; /* of the worker, at the end */
};

/* Initializes an empty draft. */
void draft_init(struct draft *d);
/* Empties it and keeps its memory. The pasts must have been taken. */
void draft_clear(struct draft *d);
void draft_finish(struct draft *d);
/* Takes |p|. */
void draft_past(struct draft *d, struct past *p);
void draft_fact(struct draft *d, uint64_t ordinal, const struct server_fact *fact);
/* The slow path of draft_end_call. */
void draft_add_piece(struct draft *d, uint64_t ordinal, uint64_t raised, bool marked);
/*
 * The call |ordinal| is over. Everything that was added since the call before belongs to it, and |raised| findings. |marked|: the text has
 * marks (later_number.h).
 */
static inline void draft_end_call(struct draft *d, uint64_t ordinal, uint64_t raised, bool marked)
{
	if (raised || d->text.length != d->text_seen || d->past_count != d->pasts_seen)
		draft_add_piece(d, ordinal, raised, marked);
}

#endif
