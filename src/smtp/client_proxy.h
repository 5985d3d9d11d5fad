/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client_proxy: a PROXY header before the client's bytes. A server that knows the protocol accepts it
 * silently; another one reads it as lines and rejects those. What its first reply after the greeting answers
 * distinguishes them. The header is held until then (CLIENT_PROXY_HEADER).
 */
#ifndef SMTPSCOPE_CLIENT_PROXY_H
#define SMTPSCOPE_CLIENT_PROXY_H

#include "chunk.h"
#include "reply.h"

struct client_reader;

enum client_proxy_verdict {
	CLIENT_PROXY_OPEN,  /* not decided yet */
	CLIENT_PROXY_TAKEN, /* a header, and the server accepted it */
	CLIENT_PROXY_LINES, /* not a header, or the server read it as lines */
};

/* Returns whether |chunk|, the first of the client, can begin a header. */
bool client_proxy_begins(const struct client_reader *c, const struct chunk *chunk);
/* More bytes are held: decide by their form alone. */
enum client_proxy_verdict client_proxy_look(struct client_reader *c);
/* A reply other than the greeting arrived after |silence| (ns). */
enum client_proxy_verdict client_proxy_replied(const struct client_reader *c, const struct reply *reply,
					       int64_t silence);
/* No deciding reply will arrive. */
enum client_proxy_verdict client_proxy_unanswered(struct client_reader *c);
/* Returns whether the client continued after the greeting as if the header were accepted. */
bool client_proxy_went_on(struct client_reader *c);
/* The header was accepted: records it in the session and discards its bytes. */
void client_proxy_take(struct client_reader *c);

#endif
