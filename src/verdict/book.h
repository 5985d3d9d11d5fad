/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * book: the ended sessions that may still become part of a story, and the stories told of them. Bounded in number and in bytes: at
 * BOOK_SESSIONS or BOOK_BYTES all stories are told as far as they are known, and the older half of the sessions is forgotten.
 */
#ifndef SMTPSCOPE_BOOK_H
#define SMTPSCOPE_BOOK_H

#include "past.h"
#include "rules.h"

enum {
	BOOK_SESSIONS = 65536, /* and other mails of sessions */
	/* of the sessions kept, texts included; at most an eighth of the account's limit */
	BOOK_BYTES = 32 * 1024 * 1024,
};

struct book;

typedef void story_sink(void *context, const struct story *story);

/* |rules| and |account|, which is charged (NULL: none), must outlive the book. Returns NULL if memory runs out. */
struct book *book_create(const struct rules *rules, story_sink *sink, void *context, struct account *account);
void book_destroy(struct book *b);
/*
 * Takes ownership of |p|, which was charged to the book's account and may be NULL; false: it was not kept. The other mails of a session must follow the one that stands for
 * it at once.
 */
bool book_add(struct book *b, struct past *p);
/* Tells the stories that are over at |now|: the mail was accepted, or nothing has happened for a while. Forgets old sessions. */
void book_tell(struct book *b, tstamp now);
/* Bytes of the sessions kept, texts included. */
size_t book_bytes(const struct book *b);
/* The input has ended: tells all remaining stories. */
void book_finish(struct book *b, tstamp now);

#endif
