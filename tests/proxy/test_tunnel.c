/* SPDX-License-Identifier: BSD-2-Clause */
/* The exchange with a SOCKS or HTTP CONNECT proxy before a dialogue. */
#include "harness.h"
#include "http_connect.h"
#include "socks.h"

static struct tunnel tunnel;

#define BYTES(text) span_of(text, sizeof text - 1)

static enum tunnel_verdict socks(struct span client, struct span server)
{
	struct tunnel_talk talk = { .client = client, .server = server };

	return socks_read(&talk, &tunnel);
}

static enum tunnel_verdict http(const char *client, const char *server)
{
	struct tunnel_talk talk = { .client = span_text(client), .server = span_text(server) };

	return http_connect_read(&talk, &tunnel);
}

static void assert_open(enum tunnel_verdict verdict, uint64_t client, uint64_t server, const char *target)
{
	ck_assert_int_eq(verdict, TUNNEL_OPEN);
	ck_assert_uint_eq(tunnel.client_length, client);
	ck_assert_uint_eq(tunnel.server_length, server);
	ck_assert_str_eq(tunnel.target, target);
}

START_TEST(socks_4_by_address_and_by_name)
{
	assert_open(socks(BYTES("\4\1\0\x19\xc6\x33\x64\x19me\0EHLO"), BYTES("\0\x5a\0\0\0\0\0\0"
									     "220")),
		    11, 8, "198.51.100.25:25");
	assert_open(socks(BYTES("\4\1\0\x19\0\0\0\1\0mx.example.net\0"), BYTES("\0\x5a\0\0\0\0\0\0")), 24, 8,
		    "mx.example.net:25");
	ck_assert_int_eq(socks(BYTES("\4\1\0\x19\xc6\x33\x64\x19\0"), BYTES("\0\x5b\0\0\0\0\0\0")),
			 TUNNEL_REFUSED);
	ck_assert_int_eq(socks(BYTES("\4\2\0\x19\xc6\x33\x64\x19\0"), BYTES("")), TUNNEL_NONE);
	ck_assert_int_eq(socks(BYTES("\4\1\0\x19\xc6\x33\x64\x19\0"), BYTES("220 hi")), TUNNEL_NONE);
}
END_TEST

START_TEST(socks_5_by_address_and_by_name)
{
	assert_open(socks(BYTES("\5\1\0\5\1\0\3\5mx.ex\0\x19"), BYTES("\5\0\5\0\0\1\1\2\3\4\0\1")), 15, 12,
		    "mx.ex:25");
	assert_open(socks(BYTES("\5\1\0\5\1\0\1\xc6\x33\x64\x19\0\x19"), BYTES("\5\0\5\0\0\3\2ab\0\1")), 13,
		    11, "198.51.100.25:25");
	assert_open(socks(BYTES("\5\1\0\5\1\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\x19"),
			  BYTES("\5\0\5\0\0\1\1\2\3\4\0\1")),
		    25, 12, "[::1]:25");
	ck_assert_int_eq(socks(BYTES("\5\1\0"), BYTES("\5\xff")), TUNNEL_REFUSED);
	ck_assert_int_eq(socks(BYTES("\5\1\0\5\1\0\3\5mx.ex\0\x19"), BYTES("\5\0\5\5")), TUNNEL_REFUSED);
	ck_assert_int_eq(socks(BYTES("\5\1\0\5\2\0"), BYTES("\5\0")), TUNNEL_NONE);
	ck_assert_int_eq(socks(BYTES("\5\0"), BYTES("")), TUNNEL_NONE);
}
END_TEST

START_TEST(socks_5_passwords_are_skipped)
{
	assert_open(
	    socks(BYTES("\5\2\0\2\1\2me\3pwd\5\1\0\3\5mx.ex\0\x19"), BYTES("\5\2\1\0\5\0\0\1\1\2\3\4\0\1")),
	    24, 14, "mx.ex:25");
	ck_assert_int_eq(socks(BYTES("\5\2\0\2\1\2me\3pwd"), BYTES("\5\2\1\1")), TUNNEL_REFUSED);
	ck_assert_ptr_null(memmem(&tunnel, sizeof tunnel, "pwd", 3));
}
END_TEST

START_TEST(a_side_that_was_not_captured_is_taken_to_have_agreed)
{
	struct tunnel_talk talk = { .client = BYTES("\5\1\0\5\1\0\3\5mx.ex\0\x19"), .server_lost = true };

	assert_open(socks_read(&talk, &tunnel), 15, 0, "mx.ex:25");
	talk = (struct tunnel_talk){ .server = BYTES("\5\0\5\0\0\1\1\2\3\4\0\1"), .client_lost = true };
	assert_open(socks_read(&talk, &tunnel), 0, 12, "");
	talk = (struct tunnel_talk){ .client_lost = true, .server_lost = true };
	ck_assert_int_eq(socks_read(&talk, &tunnel), TUNNEL_NONE);
	ck_assert_int_eq(http_connect_read(&talk, &tunnel), TUNNEL_NONE);
	talk = (struct tunnel_talk){ .server = span_text("HTTP/1.1 200 Ok\r\n\r\n220 x"), .client_lost = true };
	assert_open(http_connect_read(&talk, &tunnel), 0, 19, "");
}
END_TEST

START_TEST(a_proxy_never_speaks_first)
{
	ck_assert_int_eq(socks(BYTES(""), BYTES("\5\0")), TUNNEL_NONE);
	ck_assert_int_eq(http("", "HTTP/1.1 200 Ok\r\n\r\n"), TUNNEL_NONE);
	ck_assert_int_eq(socks(BYTES(""), BYTES("")), TUNNEL_BEGUN);
	ck_assert_int_eq(http("", ""), TUNNEL_BEGUN);
}
END_TEST

START_TEST(connect_with_and_without_headers)
{
	assert_open(http("CONNECT a:25 HTTP/1.0\r\n\r\nEHLO x\r\n", "HTTP/1.0 200 Ok\r\n\r\n220 x\r\n"), 25,
		    19, "a:25");
	assert_open(http("CONNECT a:25 HTTP/1.1\nHost: a\n\n",
			 "HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n"),
		    31, 47, "a:25");
	ck_assert_int_eq(http("CONNECT a:25 HTTP/1.0\r\n\r\n", "HTTP/1.0 403 No\r\n\r\n"), TUNNEL_REFUSED);
	ck_assert_str_eq(tunnel.target, "a:25");
	ck_assert_int_eq(http("CONNECT a:25\r\n", ""), TUNNEL_NONE);
	ck_assert_int_eq(http("CONNECTED HTTP/1.1\r\n", ""), TUNNEL_NONE);
	ck_assert_int_eq(http("CONNECT a:25 HTTP/1.1\r\n\r\n", "220 mx"), TUNNEL_NONE);
	ck_assert_int_eq(http("GET / HTTP/1.1\r\n\r\n", ""), TUNNEL_NONE);
}
END_TEST

START_TEST(connect_again_with_credentials)
{
	const char *client =
	    "CONNECT a:25 HTTP/1.1\r\n\r\nCONNECT b:25 HTTP/1.1\r\nProxy-Authorization: Basic eDp5\r\n\r\n";
	const char *server = "HTTP/1.1 407 Who\r\ncontent-length: 3\r\n\r\nno!HTTP/1.1 200 Ok\r\n\r\n";

	assert_open(http(client, server), strlen(client), strlen(server), "b:25");
	ck_assert_int_eq(http("CONNECT a:25 HTTP/1.1\r\n\r\nQUIT\r\n", "HTTP/1.1 407 Who\r\n\r\n"),
			 TUNNEL_REFUSED);
}
END_TEST

/* No prefix of either side is mistaken for something else, and none is read past its end. */
START_TEST(every_prefix_is_a_beginning)
{
	const struct span client[] = { BYTES("\4\1\0\x19\0\0\0\1\0mx.example.net\0"),
				       BYTES("\5\2\0\2\1\2me\3pwd\5\1\0\3\5mx.ex\0\x19"),
				       BYTES("CONNECT a:25 HTTP/1.0\r\nHost: a\r\n\r\n") };
	const struct span server[] = { BYTES("\0\x5a\0\0\0\0\0\0"), BYTES("\5\2\1\0\5\0\0\1\1\2\3\4\0\1"),
				       BYTES("HTTP/1.0 200 Ok\r\nVia: x\r\n\r\n") };

	for (size_t kind = 0; kind < 3; kind++)
		for (size_t c = 1; c <= client[kind].length; c++)
			for (size_t s = 0; s <= server[kind].length; s++) {
				struct tunnel_talk talk = { .client = span_first(client[kind], c),
							    .server = span_first(server[kind], s) };
				enum tunnel_verdict verdict = kind == 2 ? http_connect_read(&talk, &tunnel)
									: socks_read(&talk, &tunnel);
				bool whole = c == client[kind].length && s == server[kind].length;

				ck_assert_int_eq(verdict, whole ? TUNNEL_OPEN : TUNNEL_BEGUN);
			}
}
END_TEST

SUITE("tunnel", socks_4_by_address_and_by_name, socks_5_by_address_and_by_name, socks_5_passwords_are_skipped,
      a_side_that_was_not_captured_is_taken_to_have_agreed, a_proxy_never_speaks_first,
      connect_with_and_without_headers, connect_again_with_credentials, every_prefix_is_a_beginning)
