/* SPDX-License-Identifier: BSD-2-Clause */
#include "past.h"

#include "harness.h"

#include <string.h>

static struct flow flow;
static struct ledger ledger;
static struct message message;
static struct recipient recipients[2];
static struct session_facts facts;
static struct verdict verdict;
static struct secret_set secrets;

static void start(void)
{
	static char from[] = "alice@example.org", bob[] = "bob@example.net", carol[] = "carol@example.net";

	flow = (struct flow){ .number = 1 };
	ledger_finish(&ledger, NULL);
	ledger_init(&ledger);
	recipients[0] = (struct recipient){ .address = bob, .code = 250, .outcome = OUTCOME_ACCEPTED };
	recipients[1] = (struct recipient){ .address = carol, .code = 250, .outcome = OUTCOME_ACCEPTED };
	message = (struct message){ .mail_from = from,
				    .recipients = recipients,
				    .recipient_count = 2,
				    .bytes = 5000,
				    .code = 250,
				    .outcome = OUTCOME_ACCEPTED };
	facts = (struct session_facts){ .flow = &flow,
					.secrets = &secrets,
					.number = 1,
					.messages = &message,
					.message_count = 1,
					.outcome = SESSION_DELIVERED };
	verdict = (struct verdict){ 0 };
}

static struct past *made(void)
{
	struct past *p = past_create(&facts, past_choose(&facts), &verdict, &ledger, NULL, NULL);

	ck_assert_ptr_nonnull(p);
	return p;
}

START_TEST(only_recipients_without_acceptance_remain)
{
	struct past *first, *retry;

	start();
	recipients[1].outcome = OUTCOME_DEFERRED;
	recipients[1].code = 451;
	facts.outcome = SESSION_PARTIAL;
	first = made();
	ck_assert_int_eq(first->mail_outcome, SESSION_DEFERRED);
	ck_assert_uint_eq(first->code, 451);
	ck_assert_uint_eq(first->recipient_count, 1);
	ck_assert_str_eq(first->recipients[0], "carol@example.net");
	ck_assert(!past_accepted(first));
	start();
	message.recipients = &recipients[1];
	message.recipient_count = 1;
	retry = made();
	ck_assert(past_accepted(retry));
	ck_assert(past_same_mail(first, retry));
	free(retry);
	start();
	retry = made();
	ck_assert(!past_same_mail(first, retry));
	free(retry);
	free(first);
}
END_TEST

START_TEST(mails_of_different_size_are_different)
{
	struct past *a, *b;

	start();
	a = made();
	message.bytes += 4095;
	b = made();
	ck_assert(past_same_mail(a, b));
	free(b);
	message.bytes += 1;
	b = made();
	ck_assert(!past_same_mail(a, b));
	free(a);
	free(b);
}
END_TEST

START_TEST(an_envelope_not_seen_whole_is_not_compared)
{
	struct past *p;

	start();
	recipients[1].address = NULL;
	p = made();
	ck_assert_ptr_null(p->mail_from);
	ck_assert(!past_same_mail(p, p));
	free(p);
	start();
	message.omitted = &(struct omitted_recipients){ .outcomes = { [OUTCOME_ACCEPTED] = 1 } };
	p = made();
	ck_assert(!past_same_mail(p, p));
	free(p);
}
END_TEST

START_TEST(a_client_that_closed_before_the_reply_is_in_doubt)
{
	struct past *p;

	for (unsigned i = 0; i < 3; i++) {
		start();
		ledger_own_end(&ledger, NULL)->close =
		    (struct ledger_close){ .seen = true, .side = i == 2 ? DIR_SERVER : DIR_CLIENT };
		ledger_own_end(&ledger, NULL)->close.frame.time = 10 * TSTAMP_SECOND;
		ledger.accepted.message = i == 1 ? 9 * TSTAMP_SECOND : 11 * TSTAMP_SECOND;
		p = made();
		ck_assert_int_eq(p->doubtful_end, i == 0);
		free(p);
	}
}
END_TEST

START_TEST(titles_are_copied_and_bounded)
{
	char title[400];
	struct past *p;

	start();
	memset(title, 'x', sizeof title - 1);
	title[sizeof title - 1] = 0;
	p = past_create(&facts, past_choose(&facts), &verdict, &ledger, title, NULL);
	ck_assert_uint_eq(strlen(p->title), PAST_TITLE_KEPT);
	ck_assert_str_eq(p->mail_from, "alice@example.org");
	free(p);
}
END_TEST

START_TEST(a_moved_one_has_its_own_texts)
{
	struct account account = { .limit = SIZE_MAX };
	struct past *p, *moved;

	start();
	p = past_create(&facts, past_choose(&facts), &verdict, &ledger, "refused", NULL);
	ck_assert_ptr_nonnull(p);
	moved = past_move(p, &account);
	ck_assert_ptr_nonnull(moved);
	ck_assert_uint_ge(account.used, moved->size);
	ck_assert_str_eq(moved->title, "refused");
	ck_assert_str_eq(moved->mail_from, "alice@example.org");
	ck_assert_str_eq(moved->recipients[1], "carol@example.net");
	/* Without texts there is nothing to move but the structure. */
	start();
	facts.message_count = 0;
	p = past_create(&facts, NULL, &verdict, &ledger, NULL, NULL);
	account_free(&account, moved);
	moved = past_move(p, &account);
	ck_assert(!moved->mail_from && !moved->recipient_count);
	account_free(&account, moved);
	ck_assert_uint_eq(account.used, 0);
	account_finish(&account);
}
END_TEST

SUITE("past", only_recipients_without_acceptance_remain, mails_of_different_size_are_different,
      an_envelope_not_seen_whole_is_not_compared, a_client_that_closed_before_the_reply_is_in_doubt,
      titles_are_copied_and_bounded, a_moved_one_has_its_own_texts)
