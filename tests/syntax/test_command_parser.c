/* SPDX-License-Identifier: BSD-2-Clause */
#include "command_parser.h"
#include "harness.h"

static struct command parse(const char *line)
{
	struct command c = { .line = span_text(line), .line_length = strlen(line) + 2 };

	command_parse(&c);
	ck_assert(c.verb[0] != 0);
	return c;
}

START_TEST(test_verbs)
{
	static const struct {
		const char *line, *verb;
		bool known;
	} cases[] = {
		{ "EHLO x", "EHLO", true },
		{ "quit", "QUIT", true },
		{ "QUIT ", "QUIT", true },
		{ "  noop", "NOOP", true },
		{ "MAIL FROM:<a@b>", "MAIL", true },
		{ "mail:x", "MAIL", true },
		{ "STARTTLS", "STARTTLS", true },
		{ "X-ANONYMOUSTLS", "X-ANONYMOUSTLS", true },
		{ "XCLIENT ADDR=1", "XCLIENT", true },
		{ "FOO", "FOO", false },
		{ "GET / HTTP/1.1", "GET", false },
		{ "Subject: hi", "SUBJECT", false },
		{ "HELOO x", "HELOO", false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct command c = parse(cases[i].line);

		ck_assert_str_eq(c.verb, cases[i].verb);
		ck_assert(!(c.flags & COMMAND_NO_VERB));
		ck_assert_int_eq(verb_is_known(c.verb_id), cases[i].known);
		ck_assert_str_eq(verb_is_known(c.verb_id) ? verb_name(c.verb_id) : c.verb, c.verb);
	}
}
END_TEST

START_TEST(test_odd_lines)
{
	static const struct {
		const char *line, *verb;
	} cases[] = { { "", "(empty)" },      { "   ", "(empty)" },	    { "123 abc", "123" },
		      { "<html>", "<HTML>" }, { "MAIL\x01 x", "MAIL\x01" }, { ".", "." },
		      { "QUIT;", "QUIT;" } };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct command c = parse(cases[i].line);

		ck_assert_str_eq(c.verb, cases[i].verb);
		ck_assert(c.flags & COMMAND_NO_VERB);
		ck_assert_int_eq(c.verb_id, VERB_NONE);
	}
}
END_TEST

START_TEST(test_flags)
{
	struct command c = { .line = span_of("MAI\0L\x80\x01\rx", 9), .line_length = 513 };

	ck_assert(parse("EHLO x").flags == 0);
	command_parse(&c);
	ck_assert(c.flags & COMMAND_NUL && c.flags & COMMAND_NON_ASCII && c.flags & COMMAND_CONTROL &&
		  c.flags & COMMAND_BARE_CR);
	ck_assert(c.flags & COMMAND_LONG);
	/* No byte of the wire ends the verb's string early. */
	ck_assert_uint_eq(strlen(c.verb), 9);
	c = (struct command){ .line = span_text("NOOP"), .line_length = 512 };
	command_parse(&c);
	ck_assert(!(c.flags & COMMAND_LONG));
	ck_assert_uint_eq(parse("NOOP\tx").flags, 0);
}
END_TEST

START_TEST(test_long_verb)
{
	struct command c = parse("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ x");

	ck_assert_uint_eq(strlen(c.verb), COMMAND_VERB_SIZE - 1);
}
END_TEST

START_TEST(test_auth_secret)
{
	static const struct {
		const char *line, *open; /* what may be shown */
	} cases[] = {
		{ "AUTH PLAIN dGVzdA==", "AUTH PLAIN " },
		{ "auth  login   dXNlcg==", "auth  login   " },
		{ "AUTH PLAIN", NULL },
		{ "AUTH", NULL },
		{ "AUTH ", NULL },
		{ "AUTH PLAIN =", NULL },
		{ "AUTH PLAIN dGVz dA==", "AUTH PLAIN " },
		{ "X-EXPS NTLM TlRM", "X-EXPS NTLM " },
		{ " AUTH PLAIN dGVzdA==", " AUTH PLAIN " },
		{ "AUTH:PLAIN dGVzdA==", "AUTH:PLAIN " },
		{ "MAIL FROM:<a> AUTH=<>", NULL },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct command c = parse(cases[i].line);

		if (cases[i].open)
			ck_assert_msg(c.secret_at == strlen(cases[i].open), "%s: %zu", cases[i].line,
				      c.secret_at);
		else
			ck_assert_msg(c.secret_at >= c.line.length, "%s: %zu", cases[i].line, c.secret_at);
	}
}
END_TEST

START_TEST(test_base64)
{
	ck_assert(command_looks_like_base64(span_text("dXNlcg==")));
	ck_assert(command_looks_like_base64(span_text("dXNlcm5hbWU6")));
	ck_assert(command_looks_like_base64(span_text("a+/=")) == false);
	ck_assert(command_looks_like_base64(span_text("ab+/")));
	ck_assert(!command_looks_like_base64(span_text("")));
	ck_assert(!command_looks_like_base64(span_text("====")));
	ck_assert(!command_looks_like_base64(span_text("dXNl cg==")));
	ck_assert(!command_looks_like_base64(span_text("abc")));
}
END_TEST

START_TEST(test_looks)
{
	parse("x");
	ck_assert(command_looks_like_one(span_text("RCPT TO:<a@b>")));
	ck_assert(command_looks_like_one(span_text("quit")));
	ck_assert(!command_looks_like_one(span_text("Received: from x")));
	ck_assert(!command_looks_like_one(span_text("QUITE a lot")));
	ck_assert(!command_looks_like_one(span_text("")));
}
END_TEST

START_TEST(test_well_formed)
{
	static const char *const good[] = { "DATA",   "quit",	      "RSET ",	     "NOOP x",
					    "EHLO a", "MAIL FROM:<>", "rcpt to:<a>", "BDAT 1" };
	static const char *const bad[] = {
		"DATA is what we have", "Quit smoking", "EHLO", "MAIL me", "RCPT TO:", "Hello", ""
	};
	struct command c;

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		c = parse(good[i]);
		ck_assert_msg(command_is_well_formed(&c), "%s", good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		c = parse(bad[i]);
		ck_assert_msg(!command_is_well_formed(&c), "%s", bad[i]);
	}
}
END_TEST

/* An unusual byte sets its flag wherever it is in the line. */
START_TEST(test_flag_of_each_byte)
{
	const unsigned all = COMMAND_NON_ASCII | COMMAND_NUL | COMMAND_BARE_CR | COMMAND_CONTROL;

	for (unsigned byte = 0; byte < 256; byte++)
		for (size_t at = 5; at < 30; at++) {
			char line[] = "NOOP 0123456789012345678901234";
			struct command c = { .line = span_of(line, sizeof line - 1),
					     .line_length = sizeof line + 1 };
			unsigned expected = byte >= 0x80   ? COMMAND_NON_ASCII
					    : byte == 0	   ? COMMAND_NUL
					    : byte == '\r' ? COMMAND_BARE_CR
					    : (byte < 0x20 && byte != '\t') || byte == 0x7f ? COMMAND_CONTROL
											    : 0;

			line[at] = (char)byte;
			command_parse(&c);
			ck_assert_msg((c.flags & all) == expected, "byte %u at %zu: %#x", byte, at, c.flags);
		}
}
END_TEST

SUITE("syntax/command_parser", test_flag_of_each_byte, test_verbs, test_odd_lines, test_flags, test_long_verb,
      test_auth_secret, test_base64, test_looks, test_well_formed)
