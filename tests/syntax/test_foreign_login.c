/* SPDX-License-Identifier: BSD-2-Clause */
/* Credentials in lines of other protocols, and what only looks like them. */
#include "foreign_login.h"

#include "harness.h"

#include <string.h>

/* What |line| shows of credentials. */
static const char *secret(const char *line)
{
	size_t at = foreign_login_secret(span_text(line));

	return at == SIZE_MAX ? "none" : line + at;
}

START_TEST(logins_of_other_protocols)
{
	ck_assert_str_eq(secret("PASS geheim77"), "geheim77");
	ck_assert_str_eq(secret("pass  two words"), "two words");
	ck_assert_str_eq(secret("APOP mrose c4c9334bac560ecc979e58001b3e22fb"),
			 "c4c9334bac560ecc979e58001b3e22fb");
	ck_assert_str_eq(secret("a002 LOGIN bob geheim77"), "geheim77");
	ck_assert_str_eq(secret("1 login \"bob\" \"geheim\""), "\"geheim\"");
	ck_assert_str_eq(secret("A01 AUTHENTICATE PLAIN AGJvYgBnZWhlaW0="), "AGJvYgBnZWhlaW0=");
	ck_assert_str_eq(secret("Authorization: Basic Ym9iOmdlaGVpbQ=="), "Basic Ym9iOmdlaGVpbQ==");
	ck_assert_str_eq(secret("cookie: id=7"), "id=7");
}
END_TEST

START_TEST(other_lines)
{
	static const char *const lines[] = { "",
					     "PASS",
					     "PASSWORD x",
					     "USER bob",
					     "LOGIN bob",
					     "a1 CAPABILITY",
					     "a LOGIN b",
					     "To: LOGIN bob x",
					     "GET / HTTP/1.1" };

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		ck_assert_str_eq(secret(lines[i]), "none");
}
END_TEST

START_TEST(imap_has_a_tag_and_a_verb)
{
	ck_assert(foreign_login_is_imap(span_text("a1 CAPABILITY")));
	ck_assert(foreign_login_is_imap(span_text("tag.7 logout")));
	ck_assert(!foreign_login_is_imap(span_text("CAPABILITY")));
	ck_assert(!foreign_login_is_imap(span_text("a1 MAIL FROM:<a@b>")));
	ck_assert(!foreign_login_is_imap(span_text("Subject: LIST of things")));
	ck_assert(!foreign_login_is_imap(span_text("averylongfirstword LIST")));
	ck_assert(!foreign_login_is_imap(span_text("")));
}
END_TEST

SUITE("foreign_login", logins_of_other_protocols, other_lines, imap_has_a_tag_and_a_verb)
