/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * secret_set: the credentials a session has shown, so that every later place that repeats them (a server's echo, say) can be
 * redacted. Bounded: the newest SECRETS_KEPT of them. Passed by const pointer to who writes output.
 */
#ifndef SMTPSCOPE_SECRET_H
#define SMTPSCOPE_SECRET_H

#include "account.h"
#include "span.h"

enum {
	SECRETS_KEPT = 128,
	SECRET_LENGTH_MIN = 4,
	SECRET_LENGTH_KEPT = 1024,
	SECRET_PREFIX_MIN =
	    16, /* so much of the beginning of a longer one is one, too: servers cut what they repeat */
	SECRET_PIECE_MIN =
	    8, /* likewise of its beginning or end, if the piece does not look like an ordinary word */
};

struct secret_set {
	struct account *account; /* charged with them; NULL: none */
	struct span *held;	 /* owned copies; NULL: none yet */
	uint16_t room;		 /* of |held|: 0, 4, ... SECRETS_KEPT */
	uint16_t count, next;
	uint32_t begins; /* bits of the first bytes of secrets, folded (first_bit) */
};

/* Remembers |secret| (a copy); those shorter than SECRET_LENGTH_MIN would redact half the world and are left out. */
void secret_set_add(struct secret_set *set, struct span secret);
/*
 * The first place at or after |from| where |text| contains a secret or a piece of one: true, and |*at| and |*length| say where (the
 * longest where several begin there; what follows one that is longer than is kept, up to a blank, belongs to it). Compared without
 * regard to letter case, since servers fold it in echoes; short pieces exactly, so that ordinary words are not mistaken for one.
 */
bool secret_set_find(const struct secret_set *set, struct span text, size_t from, size_t *at, size_t *length);
void secret_set_finish(struct secret_set *set);

#endif
