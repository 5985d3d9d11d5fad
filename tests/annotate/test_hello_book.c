/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "hello_book.h"
#include "tls_handshake.h"

START_TEST(test_smallest_answered_hello)
{
	static struct hello_book book;
	struct flow flow = { .server = { .addr = { .bytes = { 192, 0, 2, 1 }, .version = 4 }, .port = 25 } };
	struct endpoint other = flow.server;

	other.port = 587;
	ck_assert_uint_eq(hello_book_smallest(&book, &flow.server), 0);
	hello_book_note(&book, &flow.server, 600);
	hello_book_note(&book, &flow.server, 1500);
	ck_assert_uint_eq(hello_book_smallest(&book, &flow.server), 600);
	ck_assert_uint_eq(hello_book_smallest(&book, &other), 0);
}
END_TEST

START_TEST(test_only_an_answered_hello_counts)
{
	struct tls_handshake h = { .client_hello_seen = true, .client_hello.size = 600 };
	struct tls_facts tls = { .handshake = &h };
	struct session_facts session = { .tls = &tls };

	ck_assert_uint_eq(hello_book_answered(&session), 0);
	h.server_hello_seen = true;
	ck_assert_uint_eq(hello_book_answered(&session), 600);
	tls.handshake = NULL;
	ck_assert_uint_eq(hello_book_answered(&session), 0);
}
END_TEST

SUITE("annotate/hello_book", test_smallest_answered_hello, test_only_an_answered_hello_counts)
