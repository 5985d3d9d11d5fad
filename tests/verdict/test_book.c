/* SPDX-License-Identifier: BSD-2-Clause */
/* Which stories are told of which sessions, when, and within which bounds. */
#include "book.h"
#include "chapter.h"

#include "harness.h"

#include <string.h>

static struct book *book;
static size_t all_sessions, told, told_of[STORY_PATTERNS], sessions_told;
static enum story_pattern pattern;
static enum session_outcome outcome;
static enum responsible responsible;
static uint64_t numbers;

static void sink(void *context, const struct story *story)
{
	ck_assert_ptr_null(context);
	told++;
	told_of[story->pattern]++;
	sessions_told += story->attempt_count;
	all_sessions = story->session_count;
	pattern = story->pattern;
	outcome = story->outcome;
	responsible = story->responsible;
	ck_assert_uint_eq(story->number, told);
	ck_assert(story->name && story->headline && *story->headline && story->advice && *story->advice);
	for (size_t i = 0; i < story->attempt_count; i++)
		ck_assert(i ? story->attempts[i].waited >= 0 : story->attempts[i].waited == -1);
}

static void start(void)
{
	book_destroy(book);
	book = book_create(rules_builtin(), sink, NULL, NULL);
	told = sessions_told = 0;
	memset(told_of, 0, sizeof told_of);
	numbers = 0;
}

/* A session of client 192.0.2.|client| at server 198.51.100.|server| that lasts a second from |at| seconds on. */
static struct past *session(unsigned at, uint8_t client, uint8_t server, enum session_outcome what)
{
	struct past *p = calloc(1, sizeof *p);

	p->number = ++numbers;
	p->size = sizeof *p;
	p->start.time = at * TSTAMP_SECOND;
	p->end.time = (at + 1) * TSTAMP_SECOND;
	p->client = (struct endpoint){ .addr = { .bytes = { 192, 0, 2, client }, .version = 4 }, .port = 4000 };
	p->server =
	    (struct endpoint){ .addr = { .bytes = { 198, 51, 100, server }, .version = 4 }, .port = 25 };
	p->opened = FLOW_HANDSHAKE;
	p->outcome = p->mail_outcome = what;
	p->failed = what != SESSION_DELIVERED;
	p->mail_from = "alice@example.org";
	p->recipients[0] = "bob@example.net";
	p->recipient_count = 1;
	p->envelope = 7;
	p->data_sent = what == SESSION_DELIVERED;
	return p;
}

static struct past *because(struct past *p, const char *id, const char *cause)
{
	p->id = id;
	p->cause = cause;
	p->responsible = RESPONSIBLE_SERVER;
	return p;
}

static struct past *without_mail(struct past *p)
{
	p->mail_from = NULL;
	p->envelope = 0;
	p->recipient_count = 0;
	return p;
}

START_TEST(a_story_waits_until_the_mail_was_accepted_a_minute_ago)
{
	start();
	book_add(book, because(session(0, 1, 25, SESSION_DEFERRED), "delivery-failed", "greylisted"));
	book_add(book, session(300, 1, 25, SESSION_DELIVERED));
	book_tell(book, 302 * TSTAMP_SECOND);
	ck_assert_uint_eq(told, 0);
	book_tell(book, 362 * TSTAMP_SECOND);
	ck_assert_uint_eq(told, 1);
	ck_assert_int_eq(pattern, STORY_GREYLISTED_THEN_ACCEPTED);
	ck_assert_int_eq(outcome, SESSION_DELIVERED);
	/* A story is told once. */
	book_finish(book, 9000 * TSTAMP_SECOND);
	ck_assert_uint_eq(told, 1);
}
END_TEST

START_TEST(failures_are_told_after_two_quiet_hours)
{
	start();
	for (unsigned i = 0; i < 3; i++)
		book_add(book, because(session(i * 900, 1, 25, SESSION_DEFERRED), "delivery-failed",
				       "system-error"));
	book_tell(book, 3600 * TSTAMP_SECOND);
	ck_assert_uint_eq(told, 0);
	book_tell(book, (1801 + 7200) * TSTAMP_SECOND);
	ck_assert_uint_eq(told, 1);
	ck_assert_int_eq(pattern, STORY_RETRIED_SAME_FAILURE);
	ck_assert_uint_eq(sessions_told, 3);
}
END_TEST

START_TEST(what_never_ends_is_told_before_it_is_forgotten)
{
	start();
	for (unsigned at = 0; at < 8 * 3600; at += 300) {
		book_add(book, without_mail(because(session(at, (uint8_t)(at / 300), 25, SESSION_NO_MAIL),
						    "greeting-refused", "policy")));
		book_tell(book, (at + 1) * TSTAMP_SECOND);
	}
	ck_assert_uint_ge(told, 1);
	ck_assert_int_eq(pattern, STORY_ONE_CAUSE_MANY);
	ck_assert_uint_ge(sessions_told, 5 * 12);
}
END_TEST

START_TEST(a_full_book_tells_what_it_forgets)
{
	start();
	for (unsigned i = 0; i < BOOK_SESSIONS + 10; i++)
		book_add(book, without_mail(because(session(i / 1000, (uint8_t)i, 25, SESSION_NO_MAIL),
						    "greeting-refused", "policy")));
	ck_assert_uint_ge(sessions_told, STORY_SESSIONS_MAX);
	book_finish(book, 100 * TSTAMP_SECOND);
}
END_TEST

START_TEST(sixty_thousand_failures_for_one_reason)
{
	size_t most = 0;

	start();
	for (unsigned i = 0; i < 60000; i++) {
		struct past *p = without_mail(because(session(i / 100, (uint8_t)(i % 250), 25, SESSION_NO_MAIL),
						      "greeting-refused", "blocklisted"));

		book_add(book, p);
		if (book_bytes(book) > most)
			most = book_bytes(book);
		if (i % 6000 == 0)
			book_tell(book, (tstamp)(i / 100) * TSTAMP_SECOND);
	}
	ck_assert_uint_le(most, BOOK_BYTES);
	book_finish(book, 700 * TSTAMP_SECOND);
	for (size_t i = 0; i < STORY_PATTERNS; i++)
		ck_assert_int_eq(told_of[i] == 1, i == STORY_ONE_CAUSE_MANY);
	ck_assert_uint_eq(told, 1);
	ck_assert_uint_eq(sessions_told, STORY_SESSIONS_MAX);
	ck_assert_uint_eq(all_sessions, 60000);
	ck_assert_uint_eq(book_bytes(book), 0);
}
END_TEST

START_TEST(clear_text_after_failed_tls)
{
	struct past *last;

	for (unsigned tls = 0; tls < 2; tls++) {
		start();
		book_add(book, without_mail(because(session(0, 1, 25, SESSION_NO_MAIL),
						    "tls-handshake-failed", "alert")));
		last = session(2, 1, 25, SESSION_DELIVERED);
		last->tls = tls;
		book_add(book, last);
		book_finish(book, 9 * TSTAMP_SECOND);
		ck_assert_uint_eq(told, 1);
		ck_assert_int_eq(pattern, tls ? STORY_RETRIED_THEN_ACCEPTED : STORY_TLS_THEN_CLEAR);
	}
}
END_TEST

START_TEST(a_limit_needs_open_sessions_of_the_same_client)
{
	for (uint8_t other = 1; other < 3; other++) {
		start();
		for (unsigned i = 0; i < 2; i++) {
			struct past *open = without_mail(session(i, other, 25, SESSION_DELIVERED));

			open->end.time = 60 * TSTAMP_SECOND;
			book_add(book, open);
		}
		for (unsigned i = 0; i < 3; i++)
			book_add(book, without_mail(because(session(10 + i, 1, 25, SESSION_NO_MAIL),
							    "greeting-refused", "rate-limited")));
		book_finish(book, 200 * TSTAMP_SECOND);
		if (other == 1) {
			ck_assert_uint_eq(told, 1);
			ck_assert_int_eq(pattern, STORY_LIMIT_OF_CONNECTIONS);
			ck_assert_uint_eq(sessions_told, 5);
			ck_assert_int_eq(responsible, RESPONSIBLE_CLIENT);
		} else {
			ck_assert_int_ne(pattern, told ? STORY_LIMIT_OF_CONNECTIONS : STORY_PATTERNS);
		}
	}
}
END_TEST

START_TEST(guesses_need_five_refusals_and_no_success)
{
	for (unsigned success = 0; success < 2; success++) {
		start();
		for (unsigned i = 0; i < 3; i++) {
			struct past *p = without_mail(because(session(10 * i, 1, 25, SESSION_NO_MAIL),
							      "login-refused", "wrong-credentials"));

			p->logins_refused = 2;
			p->logged_in = success && i == 2;
			/* Another client each second time keeps these from being repeated failures. */
			book_add(book, p);
		}
		book_finish(book, 100 * TSTAMP_SECOND);
		ck_assert(!success == (told == 1 && pattern == STORY_PASSWORD_GUESSING));
	}
}
END_TEST

START_TEST(an_unanswered_address_of_the_other_family_is_ambiguous_among_several_clients)
{
	for (unsigned others = 0; others < 2; others++) {
		struct past *p;

		start();
		p = without_mail(because(session(0, 1, 25, SESSION_NO_MAIL), "connection-timeout", "no-answer"));
		p->opened = FLOW_UNANSWERED;
		p->client.addr = (struct addr){ .bytes = { 0x20, 1, 0xd, 0xb8 }, .version = 6 };
		p->server.addr = (struct addr){ .bytes = { 0x20, 1, 0xd, 0xb9 }, .version = 6 };
		book_add(book, p);
		book_add(book, session(3, 1, 25, SESSION_DELIVERED));
		if (others) {
			p = session(4, 77, 90, SESSION_DELIVERED);
			p->envelope = 8;
			book_add(book, p);
		}
		book_finish(book, 100 * TSTAMP_SECOND);
		ck_assert_uint_eq(told, !others);
		ck_assert(others || pattern == STORY_ADDRESS_FAMILY_FALLBACK);
	}
}
END_TEST

SUITE("book", a_story_waits_until_the_mail_was_accepted_a_minute_ago, failures_are_told_after_two_quiet_hours,
      what_never_ends_is_told_before_it_is_forgotten, sixty_thousand_failures_for_one_reason,
      a_full_book_tells_what_it_forgets, clear_text_after_failed_tls,
      a_limit_needs_open_sessions_of_the_same_client, guesses_need_five_refusals_and_no_success,
      an_unanswered_address_of_the_other_family_is_ambiguous_among_several_clients)
