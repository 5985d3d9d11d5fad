/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disguise: replaces names and addresses in lines of a dialogue by pseudonyms of the same length: mailboxes, host
 * names (except their top-level domain), IP addresses, queue ids, and words that were seen as one of them. Marks of
 * providers stay, unless they are to go, too.
 */
#ifndef SMTPSCOPE_DISGUISE_H
#define SMTPSCOPE_DISGUISE_H

#include "pseudonym.h"
#include "vocabulary.h"

enum {
	DISGUISE_LINE = 64 * 1024, /* bytes of a line; the rest is blanked */
	DISGUISE_NAMES = 65536,	   /* names remembered, to be found where they occur alone, */
	DISGUISE_BYTES = 32 << 20, /* and bytes of these */
};

struct disguise;

struct disguise_config {
	struct pseudonym *pseudonym;	     /* must outlive it */
	const struct rules *rules;	     /* likewise */
	const struct vocabulary *vocabulary; /* of |rules|; likewise; NULL: the disguise makes its own */
	bool providers;			     /* provider marks go, too */
	struct account *account;	     /* charged with the names; likewise; NULL: none */
	uint64_t secret[2];		     /* for the hash of its table */
};

/* Returns NULL if memory runs out. */
struct disguise *disguise_create(const struct disguise_config *config);
/* Accepts NULL. */
void disguise_destroy(struct disguise *d);
struct pseudonym *disguise_pseudonym(const struct disguise *d);

/* Replaces what stands out in |text|, in place. */
void disguise_line(struct disguise *d, uint8_t *text, size_t length);
/* Replaces every word of a name without dots, such as a local part alone, and remembers them. */
void disguise_name(struct disguise *d, uint8_t *text, size_t length);
/* Replaces a host name of any form; "localhost" and address literals are left to disguise_line. */
void disguise_host(struct disguise *d, uint8_t *text, size_t length);
/* Remembers a word that is to be replaced from now on, such as a queue id. */
void disguise_learn(struct disguise *d, struct span word);
/*
 * Replaces names in the middle of other bytes, such as those of a TLS handshake. |text| may begin or end inside of a
 * name: what touches its ends is replaced as a whole.
 */
void disguise_bytes(struct disguise *d, uint8_t *text, size_t length);

#endif
