/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of a reply as rules see it: codes removed, letters folded, quotations masked. */
#include "harness.h"
#include "reply_text.h"
#include <string.h>

static struct reply_text prepared;

static const char *masked(const char *reply)
{
	ck_assert_msg(reply_text_whole(&prepared, span_text(reply)), "%s", reply);
	return prepared.masked;
}

static const char *plain(const char *reply)
{
	masked(reply);
	return prepared.plain;
}

START_TEST(codes_are_taken_off_and_the_enhanced_one_kept)
{
	ck_assert_str_eq(masked("550 5.1.1 No such user"), "no such user");
	ck_assert(prepared.has_enhanced);
	ck_assert_uint_eq(prepared.code, 550);
	ck_assert_uint_eq(prepared.class, 5);
	ck_assert_uint_eq(prepared.subject, 1);
	ck_assert_uint_eq(prepared.detail, 1);
	ck_assert_str_eq(plain("550 5.1.1 No such user"), "550 5.1.1 no such user");
	ck_assert_str_eq(masked("550-5.7.26 Not\r\n550-5.7.26 let\r\n550 5.7.26 in"), "not let in");
	ck_assert_str_eq(plain("550-5.7.26 Not\n550 5.7.26 in"), "550 5.7.26 not in");
	ck_assert_str_eq(masked("550 550 5.1.1 unknown"), "unknown");
	ck_assert_str_eq(masked("550"), "");
	ck_assert(!prepared.has_enhanced);
}
END_TEST

START_TEST(an_enhanced_code_further_behind_counts_where_its_class_fits)
{
	masked("553 sorry, no mailbox here (#5.1.1)");
	ck_assert(prepared.has_enhanced);
	ck_assert_uint_eq(prepared.detail, 1);
	masked("451 sorry (#5.1.1)");
	ck_assert(!prepared.has_enhanced);
	masked("554 from 5.1.1.2 refused");
	ck_assert(!prepared.has_enhanced);
	masked("554 version 15.1.1");
	ck_assert(!prepared.has_enhanced);
}
END_TEST

START_TEST(what_is_quoted_becomes_a_mark)
{
	static const char *const cases[][2] = {
		{ "550 <spam@example.com>: unknown", "_addr_: unknown" },
		{ "550 <spam@example.com>... unknown", "_addr_. unknown" },
		{ "550 spam@virus.example is unknown", "_addr_ is unknown" },
		{ "550 'virus@example.com' unknown", "_addr_ unknown" },
		{ "554 see http://example.org/spam?user=full for more", "see _url_ for more" },
		{ "554 see www.example.org/spam", "see _url_" },
		{ "554 see spam.example.org/virus.", "see _url_." },
		{ "554 host mail.spam.example[192.0.2.1] refused", "host _host_ _ip_ refused" },
		{ "554 [2001:db8::25] refused", "_ip_ refused" },
		{ "554 192.0.2.1:25 refused", "_ip_ refused" },
		{ "500 unknown: \"mailbox full\"", "unknown: _quote_" },
		{ "550 The subject \"your mailbox is full\" was refused", "the subject _quote_ was refused" },
		{ "501 <spamhost>: HELO refused", "_arg_: helo refused" },
		{ "550 <> refused", "_addr_ refused" },
		{ "554 queued as 4ZxB7s0Q3z no", "queued as _id_ no" },
		{ "554 no (#5.7.1)", "no _code_" },
		{ "550 No. If you feel this is wrong, ask b@example.org", "no. _help_" },
		{ "550 No; for more information see http://example.org/a.b. Bye", "no; _help_. bye" },
		{ "550 If you send spam, for shame", "if you send spam for shame" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_str_eq(masked(cases[i][0]), cases[i][1]);
}
END_TEST

START_TEST(what_is_no_quotation_stays)
{
	ck_assert_str_eq(masked("554 denied.Please call"), "denied. please call");
	ck_assert_str_eq(masked("550 Too many \"Received\" headers"), "too many received headers");
	ck_assert_str_eq(masked("550 \"No mailbox here by that name\""), "no mailbox here by that name");
	ck_assert_str_eq(masked("550 < unclosed"), "unclosed");
	ck_assert_str_eq(masked("550 mailbox full/over quota"), "mailbox full/over quota");
}
END_TEST

START_TEST(no_text_can_forge_a_mark)
{
	ck_assert_str_eq(masked("550 _addr_ _url_"), "addr url");
}
END_TEST

START_TEST(words_are_spelt_one_way)
{
	static const char *const cases[][2] = {
		{ "550 User doesn't exist", "user does not exist" },
		{ "550 User doesn\xe2\x80\x99t exist", "user does not exist" },
		{ "550 Can't, cannot, won't", "can not can not will not" },
		{ "550 Your e-mail is black-listed", "your email is black listed" },
		{ "550 BAD_RECIPIENT", "bad recipient" },
		{ "550 The server's queue", "the server queue" },
		{ "550 l'adresse n'existe pas", "l adresse n existe pas" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_str_eq(masked(cases[i][0]), cases[i][1]);
}
END_TEST

START_TEST(letters_are_folded)
{
	ck_assert_str_eq(masked("550 Empf\xc3\xa4nger ung\xc3\xbcltig"), "empfanger ungultig");
	ck_assert_str_eq(masked("550 Empf\xe4nger ung\xfcltig"), "empfanger ungultig");
	ck_assert_str_eq(masked("550 \xd0\xa1\xd0\x9f\xd0\x90\xd0\x9c"), "\xd1\x81\xd0\xbf\xd0\xb0\xd0\xbc");
	ck_assert_str_eq(masked("550 \xef\xbc\xa6\xef\xbd\x95\xef\xbd\x8c\xef\xbd\x8c"), "full");
	ck_assert_str_eq(masked("550 a\tb\xc2\xa0 c"), "a b c");
}
END_TEST

START_TEST(purposes_are_no_faults)
{
	ck_assert_str_eq(masked("550 To best protect our users from spam, it was blocked"),
			 "_purpose_ it was blocked");
	ck_assert_str_eq(masked("550 to send spam"), "to send spam");
}
END_TEST

START_TEST(hostile_texts_stay_in_bounds)
{
	static char text[100 * 1024];
	static const char *const fills[] = { "a", "<",	    "\"", "'",	      "-",    ".",
					     "@", "5.1.1 ", "[",  "\xf0\x9f", "n't ", "to protect " };

	for (size_t i = 0; i < sizeof fills / sizeof *fills; i++) {
		size_t length = strlen(fills[i]);

		memcpy(text, "550 ", 4);
		for (size_t k = 4; k < sizeof text; k++)
			text[k] = fills[i][(k - 4) % length];
		ck_assert(reply_text_whole(&prepared, span_of(text, sizeof text)));
		ck_assert_uint_le(prepared.plain_length, REPLY_TEXT_MOST);
		ck_assert_uint_le(prepared.masked_length, REPLY_TEXT_MOST);
		ck_assert_uint_eq(strlen(prepared.plain), prepared.plain_length);
		ck_assert_uint_eq(strlen(prepared.masked), prepared.masked_length);
	}
	ck_assert(!reply_text_whole(&prepared, span_text("55")));
	ck_assert(!reply_text_whole(&prepared, span_text("spam")));
	ck_assert(!reply_text_whole(&prepared, span_of(NULL, 0)));
}
END_TEST

SUITE("reply_text", codes_are_taken_off_and_the_enhanced_one_kept,
      an_enhanced_code_further_behind_counts_where_its_class_fits, what_is_quoted_becomes_a_mark,
      what_is_no_quotation_stays, no_text_can_forge_a_mark, words_are_spelt_one_way, letters_are_folded,
      purposes_are_no_faults, hostile_texts_stay_in_bounds)
