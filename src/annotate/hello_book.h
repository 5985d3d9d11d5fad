/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hello_book: which servers have answered which sizes of ClientHello. Some devices lose a hello that does not fit into one segment,
 * so a smaller one that was answered is evidence.
 */
#ifndef SMTPSCOPE_HELLO_BOOK_H
#define SMTPSCOPE_HELLO_BOOK_H

#include "session_facts.h"

enum { HELLO_BOOK_SERVERS = 1024 }; /* two that share a place overwrite each other */

/* Zeroed: empty. */
struct hello_book {
	struct hello_book_server {
		struct endpoint server;
		size_t smallest; /* bytes of the smallest hello that it answered, 0: none */
	} servers[HELLO_BOOK_SERVERS];
};

/* The bytes of the ClientHello that the server of |session|, which has ended, has answered; 0: none. */
size_t hello_book_answered(const struct session_facts *session);
/* Notes that |server| answered a hello of |size| bytes. */
void hello_book_note(struct hello_book *book, const struct endpoint *server, size_t size);
/* The bytes of the smallest hello that |server| answered in an earlier session, 0: not known. */
size_t hello_book_smallest(const struct hello_book *book, const struct endpoint *server);

#endif
