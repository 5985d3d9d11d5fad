/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "hello_book.h"
#include "tls_handshake.h"

START_TEST(test_smallest_answered_hello)
{
	static struct hello_book book;
	struct tls_handshake h = { .client_hello_seen = true, .server_hello_seen = true };
	struct flow flow = { .server = { .addr = { .bytes = { 192, 0, 2, 1 }, .version = 4 }, .port = 25 } };
	struct session_facts session = { .flow = &flow, .tls = { .handshake = &h } };
	struct endpoint other = flow.server;

	other.port = 587;
	ck_assert_uint_eq(hello_book_smallest(&book, &flow.server), 0);
	h.client_hello.size = 600;
	hello_book_note(&book, &session);
	h.client_hello.size = 1500;
	hello_book_note(&book, &session);
	ck_assert_uint_eq(hello_book_smallest(&book, &flow.server), 600);
	ck_assert_uint_eq(hello_book_smallest(&book, &other), 0);
	/* Not answered. */
	h.client_hello.size = 300;
	h.server_hello_seen = false;
	hello_book_note(&book, &session);
	session.tls.handshake = NULL;
	hello_book_note(&book, &session);
	ck_assert_uint_eq(hello_book_smallest(&book, &flow.server), 600);
}
END_TEST

SUITE("annotate/hello_book", test_smallest_answered_hello)
