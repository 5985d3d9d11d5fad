/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "patterns.h"

#include <stdio.h>

START_TEST(test_paths)
{
	static const struct {
		const char *argument, *address, *parameters; /* address NULL: no path */
	} cases[] = {
		{ "FROM:<a@example.org>", "a@example.org", "" },
		{ "FROM:<>", "", "" },
		{ "from: <a@b> SIZE=1 BODY=8BITMIME", "a@b", "SIZE=1 BODY=8BITMIME" },
		{ "TO:<@relay,@other:a@b>", "a@b", "" },
		{ "TO:<\"a>b\"@c>", "\"a>b\"@c", "" },
		{ "TO:<\"a \\\" b\"@c> NOTIFY=NEVER", "\"a \\\" b\"@c", "NOTIFY=NEVER" },
		{ "TO:a@b", "a@b", "" },
		{ "TO: a@b X=1", "a@b", "X=1" },
		{ "<a@b>", "a@b", "" },
		{ "TO:<postmaster>", "postmaster", "" },
		{ "TO:<a@b", "<a@b", "" },
		{ "TO:<a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]", "" },
		{ "tO:<a@b> \t X=1 ", "a@b", "X=1 " },
		{ "TO:<a@b> ", "a@b", "" },
		{ "TO:<>", "", "" },
		{ "TO:<a@b>X=1", "<a@b>X=1", "" },
		{ "TO:<a@b>X=1 Y", "<a@b>X=1", "Y" },
		{ "TO:<@b>", "@b", "" },
		{ "TO:<a@b>> X", "<a@b>>", "X" },
		{ "TO:<a<b@c>", "a<b@c", "" },
		{ "TOO:<a@b>", "O:<a@b>", "" },
		{ "FROM:<", "<", "" },
	};
	struct patterns *p = patterns_create();

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct span address = { 0 }, parameters = { 0 };

		ck_assert_msg(patterns_path(p, span_text(cases[i].argument), &address, &parameters), "%s",
			      cases[i].argument);
		ck_assert_msg(span_equal(address, span_text(cases[i].address)), "%s: \"%.*s\"",
			      cases[i].argument, (int)address.length, (const char *)address.at);
		ck_assert_msg(span_equal(parameters, span_text(cases[i].parameters)), "%s: \"%.*s\"",
			      cases[i].argument, (int)parameters.length, (const char *)parameters.at);
	}
	patterns_destroy(p);
}
END_TEST

START_TEST(test_queue_ids)
{
	static const struct {
		const char *text, *id; /* NULL: none */
	} cases[] = {
		{ "2.0.0 Ok: queued as 4XyZ1234567", "4XyZ1234567" }, /* Postfix */
		{ "2.0.0 Ok: queued as 9F3A51C0D2", "9F3A51C0D2" },
		{ "Mail OK queued as smtp7,C8CowAD3Ui0+u_BWCJawBA--.737S2 1458617151",
		  "smtp7,C8CowAD3Ui0+u_BWCJawBA--.737S2" }, /* Coremail */
		{ "Ok: queued as 9F3A51C0D2, thank you", "9F3A51C0D2" },
		{ "Ok: queued as 9F3A51C0D2.", "9F3A51C0D2" },
		{ "OK id=1rXyZ1-0000Ab-2C", "1rXyZ1-0000Ab-2C" },			    /* Exim */
		{ "2.0.0 31DFqX5n001234 Message accepted for delivery", "31DFqX5n001234" }, /* sendmail */
		{ "31DFqX5n001234 Message accepted for delivery", "31DFqX5n001234" },
		{ "2.0.0 1a2b3c4d Message accepted for delivery", "1a2b3c4d" }, /* OpenSMTPD */
		{ "ok 1690000000 qp 12345", "12345" },				/* qmail */
		{ "2.6.0 <abc@example.org> [InternalId=123456, Hostname=EX1.example.org] Queued mail for "
		  "delivery",
		  "abc@example.org" },							       /* Exchange */
		{ "31DFqX5n001234 Message accepted, queued as 9F3A51C0D2", "31DFqX5n001234" }, /* the first counts */
		{ "queued as 9F3A51C0D2 Message accepted", "9F3A51C0D2" },
		{ "Queued mail for delivery as 9F3A51C0D2", "9F3A51C0D2" },
		{ "2.0.0 OK 1690000000 a1b2c3 - gsmtp", NULL },
		{ "Message accepted", NULL },
		{ "Message queued", NULL },
		{ "Ok", NULL },
		{ "", NULL },
	};
	struct patterns *p = patterns_create();

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct span id = { 0 };
		bool found = patterns_queue_id(p, span_text(cases[i].text), &id);

		ck_assert_msg(found == (cases[i].id != NULL), "%s: \"%.*s\"", cases[i].text, (int)id.length,
			      (const char *)id.at);
		if (found)
			ck_assert_msg(span_equal(id, span_text(cases[i].id)), "%s: \"%.*s\"", cases[i].text,
				      (int)id.length, (const char *)id.at);
	}
	patterns_destroy(p);
}
END_TEST

/* The answer for some beginnings is remembered; lines with similar beginnings still get their own. */
START_TEST(test_reply_lines)
{
	static const struct {
		const char *line;
		unsigned code; /* 0: not a reply line */
		char separator;
	} cases[] = { { "250 ok", 250, ' ' },	{ "250-ok", 250, '-' }, { "250", 250, 0 },
		      { "250\tok", 250, '\t' }, { "2500", 0, 0 },	{ "250_", 0, 0 },
		      { "25 ", 0, 0 },		{ "150 ", 0, 0 },	{ "650 ", 0, 0 },
		      { "250 ", 250, ' ' },	{ "2a0 ok", 0, 0 },	{ "599-", 599, '-' },
		      { "250\r", 0, 0 },	{ "250\n", 0, 0 },	{ "", 0, 0 } };
	struct patterns *p = patterns_create();

	for (unsigned round = 0; round < 3; round++)
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
			struct reply_line parts = { 0 };
			bool is = patterns_reply_line(p, span_text(cases[i].line), &parts);

			ck_assert_msg(is == (cases[i].code != 0), "%s", cases[i].line);
			if (is)
				ck_assert_msg(parts.code == cases[i].code &&
						  parts.separator == cases[i].separator,
					      "%s", cases[i].line);
		}
	patterns_destroy(p);
}
END_TEST

/* Nothing that can be sent makes a pattern take long. */
START_TEST(test_hostile_lines_are_quick)
{
	static uint8_t text[8192];
	struct patterns *p = patterns_create();
	static const char *const fills[] = { "\"\\", "<\"",	   "\"a",  "<@", " ",  "a ",
					     "id",   "queued as ", "<a@ ", ">",	 "5.", "\\\"" };

	for (size_t f = 0; f < sizeof fills / sizeof *fills; f++) {
		struct span a, b;
		struct reply_line parts;
		size_t length = strlen(fills[f]);

		for (size_t i = 0; i < sizeof text; i++)
			text[i] = (uint8_t)fills[f][i % length];
		for (unsigned round = 0; round < 5; round++) {
			patterns_path(p, span_of(text, sizeof text), &a, &b);
			patterns_queue_id(p, span_of(text, sizeof text), &a);
			memcpy(text, "550 ", 4);
			patterns_reply_line(p, span_of(text, sizeof text), &parts);
		}
	}
	patterns_destroy(p);
}
END_TEST

/* Otherwise a pattern that does not compile would only never match. */
START_TEST(all_patterns_compile)
{
	struct patterns *p = patterns_create();

	ck_assert(patterns_prepare(p));
	ck_assert(patterns_prepare(p));
	patterns_destroy(p);
}
END_TEST

SUITE("syntax/patterns", all_patterns_compile, test_paths, test_queue_ids, test_reply_lines,
      test_hostile_lines_are_quick)
