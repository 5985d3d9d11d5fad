/* SPDX-License-Identifier: BSD-2-Clause */
/* The same for every format: what is not selected leaves no trace, what is selected comes out as without a selection. */
#include "selection.h"

#include "harness.h"
#include "made.h"

static struct made m;

static void session(const char *answer, enum session_outcome outcome)
{
	made_open(&m);
	made_command(&m, "MAIL FROM:<a@example.com>");
	made_reply(&m, answer, "x");
	if (answer[0] != '2')
		made_finding(&m, "delivery-failed", "unknown", SEVERITY_WARNING, 0);
	made_end(&m, outcome);
}

/* What |format| writes of a session alone, without its summary. */
static size_t alone(const char *format, char *text, size_t size)
{
	made_init(&m, format, NULL);
	m.criteria.session = 2;
	session("250 aardvark", SESSION_NO_MAIL);
	session("550 beaver", SESSION_REJECTED);
	session("250 coyote", SESSION_NO_MAIL);
	snprintf(text, size, "%s", made_text(&m));
	ck_assert_uint_eq(selection_count(m.selection).shown, 1);
	ck_assert_uint_eq(selection_count(m.selection).findings[SEVERITY_WARNING], 1);
	made_finish(&m);
	return strlen(text);
}

/* What a format shows of the selected session: a list has no texts of replies, and without a verdict a ticket is not written. */
static const char *telling(const char *format)
{
	return strcmp(format, "list") == 0	 ? "rejected"
	       : strcmp(format, "markdown") == 0 ? "# Mail sessions"
						 : "beaver";
}

START_TEST(what_waits_comes_out_as_what_does_not)
{
	static char one[65536], other[65536];

	for (size_t i = 0; report_formats[i]; i++) {
		const char *name = report_formats[i]->name;

		ck_assert_uint_gt(alone(name, one, sizeof one), 0);
		made_init(&m, name, NULL);
		m.criteria.only = REPORT_ONLY_FAILED; /* known only at the end */
		session("250 aardvark", SESSION_NO_MAIL);
		session("550 beaver", SESSION_REJECTED);
		session("250 coyote", SESSION_NO_MAIL);
		snprintf(other, sizeof other, "%s", made_text(&m));
		ck_assert_msg(strcmp(one, other) == 0, "%s:\n%s\n%s", name, one, other);
		ck_assert_ptr_nonnull(strstr(one, telling(name)));
		ck_assert_ptr_null(strstr(one, "aardvark"));
		ck_assert_ptr_null(strstr(one, "coyote"));
		made_finish(&m);
	}
}
END_TEST

static unsigned losses;

static void count_loss(void *context, const char *text)
{
	(void)context;
	(void)text;
	losses++;
}

/* One session after the other waits, until the sum of all is too much: the oldest gives way, and the loss is told if it is selected. */
START_TEST(the_sum_of_all_is_bounded)
{
	enum { SESSIONS = 12 };
	static char text[60001];
	static void *attachments[SESSIONS];

	memset(text, 'x', sizeof text - 1);
	made_init(&m, "json", NULL);
	m.criteria.only = REPORT_ONLY_FAILED;
	for (unsigned i = 0; i < SESSIONS; i++) {
		made_open(&m);
		m.attachment = NULL;
		for (unsigned k = 0; k < 110; k++) {
			made_command(&m, "NOOP");
			made_reply_bytes(&m, 250, span_text(text), "x");
		}
		attachments[i] = m.attachment;
	}
	/* The first has lost everything, the last nothing. */
	m.attachment = attachments[SESSIONS - 1];
	made_end(&m, SESSION_REJECTED);
	losses = 0;
	selection_losses(m.selection, count_loss, NULL);
	ck_assert_uint_eq(losses, 0);
	m.attachment = attachments[0];
	made_end(&m, SESSION_REJECTED);
	selection_losses(m.selection, count_loss, NULL);
	ck_assert_uint_eq(losses, 1);
	ck_assert_ptr_nonnull(strstr(made_text(&m), "session 1: some of its records are missing"));
	made_finish(&m);
}
END_TEST

SUITE("selection", what_waits_comes_out_as_what_does_not, the_sum_of_all_is_bounded)
