/* SPDX-License-Identifier: BSD-2-Clause */
#include "server_book.h"

void server_book_note(struct server_book *book, const struct server_fact *fact)
{
	switch (fact->kind) {
	case SERVER_ALLOWS_EARLY_START:
		early_start_learn(&book->early_start, &fact->server);
		break;
	case SERVER_ANSWERED_HELLO:
		hello_book_note(&book->hellos, &fact->server, fact->size);
		break;
	}
}
