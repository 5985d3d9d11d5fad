/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_places: where the records of one direction end, on the wire and in the text inside them. An acknowledgement of wire bytes
 * acknowledges the text of the records that it covers whole, because a record cannot be opened before it is whole.
 */
#ifndef SMTPSCOPE_TLS_PLACES_H
#define SMTPSCOPE_TLS_PLACES_H

#include "account.h"

enum { TLS_PLACES_KEPT = 65536 }; /* ends of records kept of one direction */

struct tls_place {
	uint64_t wire, text; /* stream offsets behind the record */
};

/* Both offsets grow from one place to the next. A zeroed struct is empty; free it with tls_places_finish. */
struct tls_places {
	struct tls_place *at;
	size_t count, capacity;
	uint64_t asked;		 /* the largest offset asked for */
	struct account *account; /* charged with them; NULL: none */
};

void tls_places_finish(struct tls_places *p);
/* Adds the end of a record. If memory runs out, or there are too many, the oldest are forgotten. */
void tls_places_add(struct tls_places *p, uint64_t wire, uint64_t text);
/* The text that the wire bytes before |wire| complete. Offsets before the first place kept give that place. */
uint64_t tls_places_text(struct tls_places *p, uint64_t wire);

#endif
