/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server_book: what sessions have shown of servers, for the sessions that come later. Several annotate stages can share one book, each of
 * them for some of the sessions: they reach it through struct server_book_access, whose owner puts what they note in order.
 */
#ifndef SMTPSCOPE_SERVER_BOOK_H
#define SMTPSCOPE_SERVER_BOOK_H

#include "early_start.h"
#include "hello_book.h"

/* Zeroed: empty. */
struct server_book {
	struct early_start early_start;
	struct hello_book hellos;
};

enum server_fact_kind { SERVER_ALLOWS_EARLY_START, SERVER_ANSWERED_HELLO };

/* One thing that a session has shown. */
struct server_fact {
	enum server_fact_kind kind;
	struct endpoint server;
	size_t size; /* SERVER_ANSWERED_HELLO: bytes of the ClientHello */
};

/* Adds |fact|. */
void server_book_note(struct server_book *book, const struct server_fact *fact);

/* A book that others write, too. */
struct server_book_access {
	void *context;
	void (*note)(void *context, const struct server_fact *fact);
	/*
	 * Returns the book with everything that was noted before the event that is being handled, and nothing else. Valid until the next call.
	 * May wait for other threads.
	 */
	const struct server_book *(*ask)(void *context);
};

#endif
