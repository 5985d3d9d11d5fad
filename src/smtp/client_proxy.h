/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client_proxy: a PROXY header ahead of the client's bytes. A server that knows the protocol takes it without a word, one that
 * does not reads it as lines and refuses those: what its first reply behind the greeting answers tells them apart. The
 * header is held until then (CLIENT_PROXY_HEADER).
 */
#ifndef SMTPSCOPE_CLIENT_PROXY_H
#define SMTPSCOPE_CLIENT_PROXY_H

#include "session_state.h"

enum client_proxy_verdict {
	CLIENT_PROXY_OPEN,  /* not to be told yet */
	CLIENT_PROXY_TAKEN, /* a header, and the server took it */
	CLIENT_PROXY_LINES, /* no header, or the server read it as lines */
};

/* May |chunk| be the beginning of a header? */
bool client_proxy_begins(const struct session *s, const struct chunk *chunk);
/* More is held: by the looks of it alone. */
enum client_proxy_verdict client_proxy_look(struct session *s);
/* A reply came that is not the greeting. */
enum client_proxy_verdict client_proxy_replied(struct session *s, const struct reply *reply);
/* No reply that could tell will come. */
enum client_proxy_verdict client_proxy_unanswered(struct session *s);
/* Has the client gone on behind the header once it had seen the greeting, as if it were taken? */
bool client_proxy_went_on(struct session *s);
/* The header was taken: it becomes a fact of the session, its bytes are forgotten. */
void client_proxy_take(struct session *s);

#endif
