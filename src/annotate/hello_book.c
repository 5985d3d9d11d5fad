/* SPDX-License-Identifier: BSD-2-Clause */
#include "hello_book.h"

#include "tls_handshake.h"

/* A sender that makes others share its place only loses what is known of its own servers. */
static size_t place_of(const struct endpoint *server)
{
	uint32_t hash = 2166136261u ^ server->port;

	for (size_t i = 0; i < sizeof server->addr.bytes; i++)
		hash = (hash ^ server->addr.bytes[i]) * 16777619u;
	return hash % HELLO_BOOK_SERVERS;
}

void hello_book_note(struct hello_book *book, const struct session_facts *session)
{
	const struct tls_handshake *h = session->tls.handshake;
	const struct endpoint *server = &session->flow->server;
	struct hello_book_server *known = &book->servers[place_of(server)];

	if (!h || !h->client_hello_seen || !h->server_hello_seen)
		return;
	if (!endpoint_equal(&known->server, server))
		*known = (struct hello_book_server){ .server = *server };
	if (!known->smallest || h->client_hello.size < known->smallest)
		known->smallest = h->client_hello.size;
}

size_t hello_book_smallest(const struct hello_book *book, const struct endpoint *server)
{
	const struct hello_book_server *known = &book->servers[place_of(server)];

	return endpoint_equal(&known->server, server) ? known->smallest : 0;
}
