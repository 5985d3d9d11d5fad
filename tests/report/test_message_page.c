/* SPDX-License-Identifier: BSD-2-Clause */
#include "message_page.h"

#include "harness.h"

enum { MESSAGES = 14 };

static char *text;
static size_t length;

/* What is written about |session|; the caller frees it. */
static const char *written(const struct session_facts *session)
{
	struct output output = { .file = open_memstream(&text, &length) };
	struct page page;

	page_init(&page, &output, false, 100);
	message_page(&page, session, NULL, false);
	page_finish(&page);
	fclose(output.file);
	return text;
}

static size_t times(const char *in, const char *what)
{
	size_t count = 0;

	for (; (in = strstr(in, what)); in++)
		count++;
	return count;
}

START_TEST(messages_that_are_not_shown_are_counted_by_outcome)
{
	static char sender[] = "a@example.org", to[] = "b@example.net";
	struct recipient recipient = { .address = to, .code = 250, .outcome = OUTCOME_ACCEPTED };
	struct message messages[MESSAGES];
	struct session_facts session = {
		.messages = messages,
		.message_count = MESSAGES,
		/* More than are kept; each count differs, and so does what follows them. */
		.outcomes = { [OUTCOME_UNKNOWN] = 5,
			      [OUTCOME_ACCEPTED] = 1012,
			      [OUTCOME_DEFERRED] = 3,
			      [OUTCOME_REJECTED] = 2,
			      [OUTCOME_ABORTED] = 7 },
		.only_asked = 99,
	};

	for (size_t i = 0; i < MESSAGES; i++)
		messages[i] = (struct message){ .mail_from = sender,
						.recipients = &recipient,
						.recipient_count = 1,
						.outcome = i ? OUTCOME_ACCEPTED : OUTCOME_REJECTED,
						.code = i ? 250 : 550 };
	ck_assert_ptr_nonnull(
	    strstr(written(&session), "1,003 accepted, 3 deferred, 1 rejected, 7 aborted, 5 unknown\n"));
	ck_assert_uint_eq(times(text, "Message "), 10);
	/* What failed is shown, whatever else is left out. */
	ck_assert_ptr_nonnull(strstr(text, "550"));
	free(text);
}
END_TEST

START_TEST(nothing_is_left_over_of_few_messages)
{
	static char sender[] = "a@example.org";
	struct message message = { .mail_from = sender, .outcome = OUTCOME_ACCEPTED, .code = 250 };
	const struct session_facts session = { .messages = &message,
					       .message_count = 1,
					       .outcomes = { [OUTCOME_ACCEPTED] = 1 } };

	ck_assert_ptr_null(strstr(written(&session), "more"));
	ck_assert_uint_eq(times(text, "accepted"), 1);
	free(text);
}
END_TEST

SUITE("report/message_page", messages_that_are_not_shown_are_counted_by_outcome,
      nothing_is_left_over_of_few_messages)
