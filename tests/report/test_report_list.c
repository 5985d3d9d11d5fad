/* SPDX-License-Identifier: BSD-2-Clause */
#include "escape.h"
#include "harness.h"
#include "made.h"
#include "story.h"

static struct made m;

static void start(struct report_config config)
{
	made_init(&m, "list", &config);
}

static void mail(const char *answer, enum session_outcome outcome)
{
	made_open(&m);
	m.session.helo = (char[]){ "client.example.org" };
	made_command(&m, "RCPT TO:<b@example.net>");
	made_reply(&m, answer, "x");
	made_message(&m, 3, outcome == SESSION_REJECTED ? 3 : 0);
	if (outcome == SESSION_REJECTED) {
		m.session.messages[0].outcome = OUTCOME_REJECTED;
		m.session.messages[0].code = 550;
		made_finding(&m, "odd-thing", "unknown", SEVERITY_WARNING, 0);
		made_finding(&m, "delivery-failed", "unknown-user", SEVERITY_WARNING, 0);
	}
	made_end(&m, outcome);
}

/* Line |number| of the report, from 0. */
static const char *line(unsigned number)
{
	static char text[1024];
	const char *at = made_text(&m);

	while (number--)
		at = strchr(at, '\n') + 1;
	snprintf(text, sizeof text, "%.*s", (int)strcspn(at, "\n"), at);
	return text;
}

START_TEST(columns_are_aligned_and_fit)
{
	static const unsigned widths[] = { 0, 40, 80, 100, 132, 160, 200, 500 };

	for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
		size_t width = widths[i] < 80 ? 80 : widths[i] > 250 ? 250 : widths[i];
		size_t column;

		start((struct report_config){ .width = widths[i] });
		mail("250 ok", SESSION_DELIVERED);
		mail("550 no", SESSION_REJECTED);
		column = (size_t)(strstr(line(0), "OUTCOME") - line(0));
		ck_assert_uint_gt(column, 0);
		for (unsigned k = 1; k <= 2; k++) {
			const char *word = k == 1 ? "delivered" : "rejected";
			const char *shown = line(k);

			ck_assert_ptr_nonnull(strstr(shown, word));
			ck_assert_uint_eq(escape_width(span_of(shown, (size_t)(strstr(shown, word) - shown))),
					  column);
			ck_assert_uint_le(escape_width(span_text(shown)), width);
		}
		ck_assert_ptr_nonnull(strstr(line(2), " 550  unknow"));
		made_finish(&m);
	}
}
END_TEST

START_TEST(wide_lines_show_more)
{
	start((struct report_config){ .width = 200 });
	mail("550 no", SESSION_REJECTED);
	ck_assert_ptr_nonnull(strstr(line(1), "1  2020-09-13 12:26:40 "));
	ck_assert_ptr_nonnull(strstr(line(1), " 192.0.2.10 "));
	ck_assert_ptr_nonnull(strstr(line(1), " client.example.org "));
	ck_assert_ptr_nonnull(strstr(line(1), " +2 "));
	ck_assert_ptr_nonnull(strstr(line(1), " rejected 550  unknown-user"));
	made_finish(&m);
	start((struct report_config){ .width = 80 });
	mail("550 no", SESSION_REJECTED);
	ck_assert_msg(strstr(line(1), "1  12:26:40 …") && strstr(line(1), ".2.25 "), "%s", line(1));
	made_finish(&m);
}
END_TEST

/* A session that ends later than the next one is still listed before it; live, nothing waits. */
START_TEST(lines_come_in_order_of_numbers)
{
	static const bool live[] = { false, true };

	for (size_t i = 0; i < 2; i++) {
		void *first, *second;

		start((struct report_config){ .live = live[i] });
		made_open(&m);
		made_command(&m, "NOOP");
		first = m.attachment;
		made_open(&m);
		made_command(&m, "NOOP");
		second = m.attachment;
		made_end(&m, SESSION_NO_MAIL);
		m.attachment = first;
		m.session.number = 1;
		(void)second;
		made_end(&m, SESSION_REJECTED);
		ck_assert_str_eq(strstr(line(1), live[i] ? "no-mail" : "rejected") ? "in order" : line(1),
				 "in order");
		made_finish(&m);
	}
}
END_TEST

START_TEST(what_is_not_selected_holds_nobody_up)
{
	start((struct report_config){ 0 });
	m.criteria.only = REPORT_ONLY_FAILED;
	mail("250 ok", SESSION_DELIVERED);
	mail("550 no", SESSION_REJECTED);
	mail("250 ok", SESSION_DELIVERED);
	ck_assert(strncmp(line(1), "2  ", 3) == 0);
	ck_assert_str_eq(line(2), "");
	ck_assert_str_eq(line(3), "1 of 3 sessions: 1 rejected");
	made_finish(&m);
}
END_TEST

START_TEST(sessions_of_a_story_are_marked)
{
	const struct story_attempt attempts[] = { { .session = 1 }, { .session = 3 } };
	const struct story story = { .pattern = STORY_RETRIED_THEN_ACCEPTED,
				     .attempts = attempts,
				     .attempt_count = 2,
				     .headline = "Accepted at the second attempt." };

	start((struct report_config){ 0 });
	mail("550 no", SESSION_REJECTED);
	mail("250 ok", SESSION_DELIVERED);
	mail("250 ok", SESSION_DELIVERED);
	m.format->story(m.report, &story);
	ck_assert(strncmp(line(1), "1a ", 3) == 0);
	ck_assert(strncmp(line(2), "2  ", 3) == 0);
	ck_assert(strncmp(line(3), "3a ", 3) == 0);
	ck_assert_ptr_nonnull(strstr(made_text(&m), "\n  a Accepted at the second attempt.\n"));
	made_finish(&m);
}
END_TEST

START_TEST(the_code_is_that_of_the_reason)
{
	start((struct report_config){ 0 });
	made_open(&m);
	made_command(&m, "RCPT TO:<b@example.net>");
	made_reply(&m, "550 no", "x");
	made_finding(&m, "delivery-failed", "user-unknown", SEVERITY_ERROR, 0);
	made_command(&m, "RCPT TO:<c@example.net>");
	made_reply(&m, "452 full", "x");
	made_message(&m, 3, 1);
	m.verdict =
	    (struct verdict){ .failed = true, .finding = 1, .id = "delivery-failed", .cause = "user-unknown" };
	made_end(&m, SESSION_PARTIAL);
	ck_assert_ptr_nonnull(strstr(line(1), " partial 550  user-unkno"));
	made_finish(&m);
}
END_TEST

/* The first row says little about those to come. */
START_TEST(a_live_list_has_room_for_what_comes)
{
	start((struct report_config){ .width = 200, .live = true });
	made_open(&m);
	made_end(&m, SESSION_NO_MAIL);
	mail("550 no", SESSION_REJECTED);
	ck_assert_ptr_nonnull(strstr(line(2), " client.example.org "));
	ck_assert_ptr_nonnull(strstr(line(2), " unknown-user"));
	ck_assert_uint_le(escape_width(span_text(line(2))), 200);
	made_finish(&m);
}
END_TEST

START_TEST(hostile_text_is_escaped_and_cut)
{
	start((struct report_config){ .width = 120 });
	made_open(&m);
	m.session.helo = (char[]){ "\x1b[2J\xff\n\xe2\x80\xae" };
	made_end(&m, SESSION_NO_MAIL);
	for (const char *at = made_text(&m); *at; at++)
		ck_assert(*at == '\n' || (unsigned char)*at >= ' ');
	ck_assert_uint_le(escape_width(span_text(line(1))), 120);
	made_finish(&m);
}
END_TEST

SUITE("report_list", columns_are_aligned_and_fit, wide_lines_show_more, lines_come_in_order_of_numbers,
      what_is_not_selected_holds_nobody_up, sessions_of_a_story_are_marked, the_code_is_that_of_the_reason,
      a_live_list_has_room_for_what_comes, hostile_text_is_escaped_and_cut)
