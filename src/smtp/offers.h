/* SPDX-License-Identifier: BSD-2-Clause */
/* offers: the extensions that a server offers in its reply to EHLO (RFC 5321 4.1.1.1), read once. */
#ifndef SMTPSCOPE_OFFERS_H
#define SMTPSCOPE_OFFERS_H

#include "account.h"
#include "reply.h"

enum {
	OFFERS_KEPT = 256,
	OFFER_BLOCKS = 64,	 /* lists that are kept for further sessions */
	OFFER_BLOCK_SIZE = 2048, /* bytes of such a list at most */
};

enum offers_state {
	OFFERS_UNKNOWN, /* no such reply was seen, or not all of it */
	OFFERS_NONE,	/* HELO was said: there are no extensions */
	OFFERS_SEEN,	/* whole */
};

struct offer {
	const char *keyword;   /* upper case, as in "SIZE" */
	const char *arguments; /* behind it, as sent: "10240000", "PLAIN LOGIN"; "" : none */
};

/* Zeroed: nothing known. */
struct offers {
	enum offers_state state;
	uint32_t count; /* of |lines| and |list| */
	char **lines; /* each as sent, NUL-terminated: "SIZE 10240000"; in a block that sessions share; NULL: none */
	struct offer *list; /* the same, taken apart */
	uint64_t end;	    /* server offset behind the reply */
	struct frame_ref frame;
};

struct offer_block;

/*
 * The latest lists of offers. A server offers the same to all its clients, so sessions share equal lists. Zeroed: empty. Used by sessions with one
 * account.
 */
struct offer_store {
	struct offer_block *latest[OFFER_BLOCKS]; /* by a hash of their text */
};

void offer_store_finish(struct offer_store *store, struct account *account);

/* |account|, always the same one, is charged with the offers; NULL: none. */

/*
 * What |reply| (a success) to EHLO or LHLO offers; what was offered before is forgotten. |store| (NULL: none) must not outlive |account|.
 */
void offers_read(struct offers *o, const struct reply *reply, struct offer_store *store,
		 struct account *account);
/* HELO was accepted. */
void offers_none(struct offers *o, const struct reply *reply, struct account *account);
/* Frees them; nothing is known then. */
void offers_finish(struct offers *o, struct account *account);

/* The first offer of this keyword (upper case), or NULL. */
const struct offer *offers_find(const struct offers *o, const char *keyword);
/* Does an offer of |keyword| name |argument|, in whatever case? "AUTH" with "PLAIN". */
bool offers_argument(const struct offers *o, const char *keyword, const char *argument);
/* The number that |digits| begins with (NULL: 0); UINT64_MAX: it is larger. */
uint64_t offers_number(const char *digits);
/* The largest message that is taken, in bytes (RFC 1870 3); 0: no limit is named. */
uint64_t offers_size_limit(const struct offers *o);

#endif
