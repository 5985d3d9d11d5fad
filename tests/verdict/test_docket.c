/* SPDX-License-Identifier: BSD-2-Clause */
#include "docket.h"
#include "explanations.h"

#include "harness.h"

#include <string.h>

static const struct explanation nothing = { .explains = "" };

START_TEST(findings_are_copied)
{
	struct docket d = { 0 };
	char title[] = "title", recipient[] = "bob@example.net";
	struct frame_ref frames[2] = { { .number = 4 }, { .number = 9 } };
	struct finding f = { .number = 3,
			     .id = "x",
			     .cause = "y",
			     .title = title,
			     .recipient = recipient,
			     .frames = frames,
			     .frame_count = 2 };

	ck_assert(docket_add(&d, &f, &nothing, NULL));
	memset(title, '-', sizeof title - 1);
	memset(recipient, '-', sizeof recipient - 1);
	frames[1].number = 1;
	ck_assert_str_eq(docket_find(&d, 3)->finding.title, "title");
	ck_assert_str_eq(docket_find(&d, 3)->finding.recipient, "bob@example.net");
	ck_assert_uint_eq(docket_find(&d, 3)->finding.frames[1].number, 9);
	ck_assert_ptr_null(docket_find(&d, 3)->finding.why);
	ck_assert_ptr_null(docket_find(&d, 4));
	ck_assert_ptr_null(docket_find(&d, 0));
	docket_finish(&d, NULL);
	ck_assert_uint_eq(d.count, 0);
}
END_TEST

/* Texts of the rules are not copied, and each of the others is. */
START_TEST(lasting_texts_are_shared)
{
	const char title[] = "title", why[] = "why", fix[] = "fix", reference[] = "reference";

	for (unsigned lasting = 0; lasting < 16; lasting++) {
		struct docket d = { 0 };
		const struct finding f = { .number = 1,
					   .id = "x",
					   .cause = "y",
					   .title = title,
					   .why = why,
					   .fix = fix,
					   .reference = reference,
					   .lasting = lasting };
		const struct finding *kept;

		ck_assert(docket_add(&d, &f, &nothing, NULL));
		kept = &docket_find(&d, 1)->finding;
		ck_assert_int_eq(kept->title == title, (lasting & LASTING_TITLE) != 0);
		ck_assert_int_eq(kept->why == why, (lasting & LASTING_WHY) != 0);
		ck_assert_int_eq(kept->fix == fix, (lasting & LASTING_FIX) != 0);
		ck_assert_int_eq(kept->reference == reference, (lasting & LASTING_REFERENCE) != 0);
		ck_assert_str_eq(kept->title, title);
		ck_assert_str_eq(kept->why, why);
		ck_assert_str_eq(kept->fix, fix);
		ck_assert_str_eq(kept->reference, reference);
		docket_finish(&d, NULL);
	}
}
END_TEST

START_TEST(it_is_bounded)
{
	struct docket d = { 0 };

	for (uint64_t i = 1; i <= DOCKET_MAX + 5; i++) {
		const struct finding f = { .number = i, .id = "x", .cause = "y" };

		ck_assert_int_eq(docket_add(&d, &f, &nothing, NULL), i <= DOCKET_MAX);
	}
	ck_assert_uint_eq(d.count, DOCKET_MAX);
	ck_assert_ptr_null(docket_find(&d, DOCKET_MAX + 1));
	docket_finish(&d, NULL);
}
END_TEST

SUITE("docket", findings_are_copied, lasting_texts_are_shared, it_is_bounded)
