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

size_t hello_book_answered(const struct session_facts *session)
{
	const struct tls_handshake *h = session_tls(session)->handshake;

	return h && h->client_hello_seen && h->server_hello_seen ? h->client_hello.size : 0;
}

void hello_book_note(struct hello_book *book, const struct endpoint *server, size_t size)
{
	struct hello_book_server *known = &book->servers[place_of(server)];

	if (!endpoint_equal(&known->server, server))
		*known = (struct hello_book_server){ .server = *server };
	if (!known->smallest || size < known->smallest)
		known->smallest = size;
}

size_t hello_book_smallest(const struct hello_book *book, const struct endpoint *server)
{
	const struct hello_book_server *known = &book->servers[place_of(server)];

	return endpoint_equal(&known->server, server) ? known->smallest : 0;
}
