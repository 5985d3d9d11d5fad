/* SPDX-License-Identifier: BSD-2-Clause */
#include "draft.h"

#include "harness.h"

START_TEST(each_call_has_its_own)
{
	struct draft d;
	struct server_fact fact = { .kind = SERVER_ANSWERED_HELLO, .size = 300 };

	draft_init(&d);
	buf_text(&d.text, "one");
	draft_end_call(&d, 1, 0, false);
	draft_end_call(&d, 2, 0, false); /* has caused nothing */
	draft_end_call(&d, 3, 2, false);
	buf_text(&d.text, "four");
	draft_past(&d, account_take_zeroed(NULL, 1, 64));
	draft_end_call(&d, 4, 0, true);
	draft_fact(&d, 4, &fact);
	ck_assert_uint_eq(d.piece_count, 3);
	ck_assert(d.pieces[0].ordinal == 1 && d.pieces[0].text == 3 && !d.pieces[0].pasts);
	ck_assert(d.pieces[1].ordinal == 3 && d.pieces[1].raised == 2 && !d.pieces[1].text);
	ck_assert(d.pieces[2].ordinal == 4 && d.pieces[2].text == 4 && d.pieces[2].pasts == 1);
	ck_assert(!d.pieces[0].marked && !d.pieces[1].marked && d.pieces[2].marked);
	ck_assert(d.fact_count == 1 && d.facts[0].ordinal == 4 && d.facts[0].fact.size == 300);
	account_free(NULL, d.pasts[0]);
	draft_clear(&d);
	ck_assert(!d.piece_count && !d.past_count && !d.fact_count && !d.text.length);
	buf_text(&d.text, "x");
	draft_end_call(&d, 9, 0, false);
	ck_assert(d.piece_count == 1 && d.pieces[0].text == 1);
	draft_finish(&d);
}
END_TEST

SUITE("pipeline/draft", each_call_has_its_own)
