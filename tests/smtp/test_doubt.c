/* SPDX-License-Identifier: BSD-2-Clause */
/* What each kind of doubt makes of a pairing. */
#include "doubt.h"
#include "harness.h"

static void expect(unsigned dialogue, unsigned answer, bool answered, bool likely, bool unsure)
{
	struct certainty c = doubt_weigh(dialogue, answer, answered);

	ck_assert_msg(c.likely == likely && c.unsure == unsure, "reasons %#x and %#x: likely %d, unsure %d",
		      dialogue, answer, c.likely, c.unsure);
}

START_TEST(test_dialogue)
{
	static const unsigned unsettling[] = { DOUBT_BYTES_LOST, DOUBT_REPLY_END, DOUBT_REPLY_COUNT,
					       DOUBT_PIECES,	 DOUBT_BEGINNING, DOUBT_CLIENT_LOST };

	expect(0, 0, true, false, false);
	expect(0, 0, false, false, false);
	for (size_t i = 0; i < sizeof unsettling / sizeof *unsettling; i++) {
		expect(unsettling[i], 0, true, true, true);
		expect(unsettling[i], 0, false, false, true);
	}
	/* That bytes are missing somewhere, or that a reply is owed, does not concern every reply. */
	expect(DOUBT_CAPTURE | DOUBT_REPLY_OWED, 0, true, false, false);
}
END_TEST

START_TEST(test_answer)
{
	static const unsigned likely[] = { DOUBT_PARTLY_RECEIVED, DOUBT_NEVER_ANSWERED, DOUBT_ASIDE,
					   DOUBT_REPLY_END, DOUBT_REPLY_COUNT };
	static const unsigned unsure[] = { DOUBT_CHOSEN, DOUBT_READING, DOUBT_CONTINUATION };

	for (size_t i = 0; i < sizeof likely / sizeof *likely; i++)
		expect(0, likely[i], true, true, false);
	for (size_t i = 0; i < sizeof unsure / sizeof *unsure; i++)
		expect(0, unsure[i], true, true, true);
}
END_TEST

/* At rest, what was lost no longer matters, except that the capture has losses. */
START_TEST(test_rest)
{
	struct doubt d = { 0 };

	doubt_add(&d, DOUBT_BYTES_LOST | DOUBT_CLIENT_LOST | DOUBT_CAPTURE);
	ck_assert(doubt_has(&d, DOUBT_UNSETTLED));
	doubt_rest(&d);
	ck_assert(!doubt_has(&d, DOUBT_UNSETTLED | DOUBT_CLIENT_LOST) && doubt_has(&d, DOUBT_CAPTURE));
}
END_TEST

SUITE("smtp/doubt", test_dialogue, test_answer, test_rest)
