/* SPDX-License-Identifier: BSD-2-Clause */
/* Credentials in command lines that are not a well-formed AUTH, and lines that only resemble them. */
#include "credential.h"

#include "command_parser.h"
#include "harness.h"

#include <stdio.h>

/* base64 of "\0bob\0geheim77" */
#define PLAIN "AGJvYgBnZWhlaW03Nw=="
/* base64 of "user=bob\1auth=Bearer abc123\1\1" */
#define BEARER "dXNlcj1ib2IBYXV0aD1CZWFyZXIgYWJjMTIzAQE="

static struct credential find(const char *line)
{
	struct command command = { .line = span_text(line), .line_length = strlen(line) };

	command_parse(&command);
	return credential_in_command(command.line, command.verb_id);
}

/* What must not be shown of |line|. */
static const char *hidden(const char *line)
{
	struct credential found = find(line);

	return found.at == SIZE_MAX ? "none" : line + found.at;
}

#define ck_hidden(line, text) ck_assert_str_eq(hidden(line), text)

START_TEST(auth_mistyped)
{
	static const char *const words[] = { "AUHT",	  "ATUH",      "UATH",	 "AUT",	       "ATH",
					     "AUTHH",	  "AAUTH",     "AUTG",	 "outh",       "AUTHENTICATE",
					     "AUTHPLAIN", "X-AUTH",    "\"AUTH", "AUTH=PLAIN", "SASL",
					     "XAUTH",	  "AUTH_PLAIN" };
	char line[100];

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		snprintf(line, sizeof line, "%s c2VjcmV0", words[i]);
		ck_hidden(line, "c2VjcmV0");
		snprintf(line, sizeof line, "%s LOGIN c2VjcmV0", words[i]);
		ck_hidden(line, "c2VjcmV0");
		snprintf(line, sizeof line, "%s SCRAM-SHA-256=c2VjcmV0", words[i]);
		ck_hidden(line, "c2VjcmV0");
	}
	ck_hidden("AUTHENTICATE", "none");
	ck_hidden("AUHT PLAIN", "none");
	ck_hidden("AUTHPLAIN" PLAIN, PLAIN);
	ck_hidden(" xauthUGw0c2VjcmV0Nw==", "UGw0c2VjcmV0Nw==");
	ck_hidden("SASLUGw0c2VjcmV0Nw==", "SASLUGw0c2VjcmV0Nw==");
}
END_TEST

START_TEST(words_that_are_not_auth)
{
	static const char *const lines[] = { "ETRN example.org", "AT x",    "AX y",   "HUTA a",
					     "XYZZY a",		 "OUTER x", "TUAH x", "AUHTT x" };

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		ck_hidden(lines[i], "none");
}
END_TEST

START_TEST(responses_anywhere)
{
	ck_hidden("NOOP " PLAIN, PLAIN);
	ck_hidden("EHLO AUTH PLAIN " PLAIN, PLAIN);
	ck_hidden("VRFY x=" PLAIN " y", PLAIN " y");
	ck_hidden(PLAIN, PLAIN);
	ck_hidden("HELP " BEARER, BEARER);
	ck_hidden("MAIL FROM:<a@example.org> AUTH=" PLAIN, PLAIN);
	/* Where the parameters begin is not known, or in the address itself. */
	ck_hidden("MAIL FROtt " PLAIN, PLAIN);
	ck_hidden("MAIL FROM:a@example.org PASSWORD=abc", "abc");
	ck_hidden("RCPT TO:<a@example.org " PLAIN, PLAIN);
	ck_hidden("RCPT TO:<" PLAIN "@example.org> ORCPT=x", PLAIN "@example.org> ORCPT=x");
	/* Not padded. */
	ck_hidden("RSET AGJvYgBnZWhlaW03Nw", "AGJvYgBnZWhlaW03Nw");
	ck_assert_uint_eq(credential_response(span_text("x " PLAIN " y"), 0).length, strlen(PLAIN));
	ck_assert_ptr_null(credential_response(span_text("x " PLAIN " y"), 3).at);
	ck_assert_ptr_null(credential_response(span_text("queued as 4X7RfZ6BtNz9s and AAAAAAAAAAAAAAAA"), 0).at);
	ck_assert_ptr_null(credential_response(span_text(""), 0).at);
}
END_TEST

START_TEST(names_and_values)
{
	struct credential found = find("GET /?user=bob&password=geheim77&next=1 HTTP/1.1");

	ck_assert_uint_eq(found.at, 24);
	ck_assert(span_equal(found.value, span_text("geheim77")));
	ck_hidden("GET /?access_token=abc HTTP/1.1", "abc HTTP/1.1");
	ck_hidden("GET /?key=abc", "abc");
	ck_hidden("POST =a=b;PASSWD=abc", "abc");
	ck_hidden("X-Api-Key: abc", "abc");
	ck_hidden("Set-Cookie: a=b", "a=b");
	ck_hidden("X-Token:abc", "abc");
	ck_hidden("XCLIENT LOGIN=bob PASSWORD=abc", "abc");
	ck_hidden("BURL imap://bob@example.org/x;urlauth=submit+bob:internal:abc LAST",
		  "submit+bob:internal:abc LAST");
	ck_hidden("MAIL FROM:<a@example.org> PASSWORD=abc", "abc");
	ck_hidden("CONNECT smtp://bob:abc@example.org:25", "abc@example.org:25");
	ck_hidden("PASSWORD abc", "abc");
	ck_hidden("PASS abc", "abc");
	ck_hidden("LOGIN bob abc", "abc");
	ck_hidden("USER bob abc", "abc");
	ck_hidden("AUTHINFO PASS abc", "PASS abc");
}
END_TEST

START_TEST(ordinary_lines)
{
	static const char *const lines[] = {
		"",
		"MAIL FROM:<password=x@example.org>",
		"MAIL FROM:<a@example.org> AUTH=<b@example.org> SIZE=1000",
		"MAIL FROM:<bounces+token=abcdef0123456789@example.org> BODY=8BITMIME",
		"RCPT TO:<bob@example.org> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bob@example.org",
		"EHLO mail-1234567890123456.example.org",
		"EHLO [192.0.2.1]",
		("AUTH PLAIN " PLAIN),
		"XCLIENT NAME=mx.example.org ADDR=192.0.2.1 LOGIN=bob",
		"XFORWARD NAME=mx.example.org SOURCE=REMOTE",
		"GET /index.html?key_size=3 HTTP/1.1",
		"GET http://www.example.org:80/a@b HTTP/1.1",
		"Subject: hello world",
		"HELP",
		"QUIT",
		"LOGIN bob",
		"USER bob",
		"PASS",
		"PASSWORD="
	};

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		ck_assert_msg(find(lines[i]).at == SIZE_MAX, "%s", lines[i]);
}
END_TEST

SUITE("credential", auth_mistyped, words_that_are_not_auth, responses_anywhere, names_and_values, ordinary_lines)
