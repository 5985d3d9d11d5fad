/* SPDX-License-Identifier: BSD-2-Clause */
/* The cause of a refusal: precedence, quotations, hostile texts, and every example of the rules. */
#include "harness.h"
#include "rule_tests.h"
#include "text_rules.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static struct reply_cause of(const char *question, const char *reply)
{
	static struct text_rules *engine;

	if (!engine)
		engine = text_rules_create(rules_builtin());
	ck_assert_ptr_nonnull(engine);
	return text_rules_classify_text(engine, question, span_text(reply));
}

struct reply_case {
	const char *question, *reply, *cause;
};

static void check(const struct reply_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct reply_cause c = of(cases[i].question, cases[i].reply);

		ck_assert_msg(c.cause && strcmp(c.cause, cases[i].cause) == 0, "%s: %s by %s, not %s",
			      cases[i].reply, c.cause ? c.cause : "none", c.rule ? c.rule : "no rule",
			      cases[i].cause);
	}
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof *(cases))

static void print_fault(void *context, const char *file, unsigned line, const char *text)
{
	(void)context;
	(void)line;
	printf("%s: %s\n", file, text);
}

START_TEST(every_example_of_the_rules_holds)
{
	size_t failed, count = rule_tests_run(rules_builtin(), print_fault, NULL, &failed);

	ck_assert_uint_ge(count, 2 * rules_builtin()->text_count);
	ck_assert_uint_eq(failed, 0);
}
END_TEST

START_TEST(text_goes_before_code)
{
	static const struct reply_case cases[] = {
		{ NULL, "550 5.2.1 <a@example.org>... User unknown", "user-unknown" },
		{ NULL, "550 5.2.1 <a@example.org>... Say no more", "mailbox-disabled" },
		{ "RCPT", "550 5.1.1 The mailbox is full", "mailbox-full" },
		{ "RCPT", "550 5.1.1 <a@example.org>: Say no more", "user-unknown" },
		{ "MAIL", "552 Say no more", "message-too-large" },
		{ "RCPT", "552 Say no more", "mailbox-full" },
		{ NULL, "554 Say no more", "unspecified" },
	};

	CHECK(cases);
}
END_TEST

START_TEST(a_provider_goes_before_general_words)
{
	static const struct reply_case cases[] = {
		{ "RCPT", "550 5.4.1 Recipient address rejected: Access denied. AS(1)", "user-unknown" },
		{ "RCPT", "550 5.7.1 Access denied!", "unspecified" },
		{ "RCPT", "450 4.3.2 Service currently unavailable.", "greylisted" },
		{ "DATA", "450 4.3.2 Service currently unavailable.", "system-error" },
		{ NULL, "421 4.7.0 [TSS04] Messages deferred", "blocklisted" },
		{ NULL, "554 Denied. See https://www.spamhaus.org/query/ip/192.0.2.1", "blocklisted" },
	};

	CHECK(cases);
}
END_TEST

START_TEST(borders_between_causes)
{
	static const struct reply_case cases[] = {
		{ NULL, "550 Client host rejected: Access denied", "blocklisted" },
		{ NULL, "451 4.7.0 Temporarily rate limited because of the reputation of your IP",
		  "blocklisted" },
		{ NULL, "421 4.7.0 Temporarily rate limited", "rate-limited" },
		{ "RCPT", "550 5.7.1 Relay denied. No reverse DNS for your IP", "relay-denied" },
		{ NULL, "452 Too many recipients", "too-many-recipients" },
		{ NULL, "452 Too many recipients in the last hour", "rate-limited" },
		{ NULL, "451 Please try again later", "unspecified" },
		{ NULL, "451 Greylisted, please try again later", "greylisted" },
		{ NULL, "554 A link in the message is on a block list", "content-spam" },
		{ NULL, "501 5.1.7 Syntax error in sender address", "protocol-error" },
		{ NULL, "550 Unrouteable address here", "user-unknown" },
		{ "MAIL", "550 No such domain", "sender-rejected" },
		{ "RCPT", "550 No such domain", "domain-not-found" },
		{ NULL, "553 That domain is not in my list of allowed rcpthosts", "relay-denied" },
		{ NULL, "552 Attachments of this type are not allowed", "content-virus" },
	};

	CHECK(cases);
}
END_TEST

START_TEST(what_is_quoted_does_not_decide)
{
	static const struct reply_case cases[] = {
		{ "RCPT", "550 <spam.virus@blacklist.example>: no such user", "user-unknown" },
		{ "RCPT", "550 spf@dmarc.example unknown user", "user-unknown" },
		{ "RCPT", "550 No such user here, see http://mailbox-full.example/spam/virus/greylisting",
		  "user-unknown" },
		{ "RCPT", "552 5.2.2 Mailbox of relay.denied.example full", "mailbox-full" },
		{ "end-of-data", "550 Spam: \"your mailbox is full, user unknown\"", "content-spam" },
		{ "EHLO", "504 5.5.2 <spam>: Helo command rejected: need fully-qualified hostname", "ptr-helo" },
		{ NULL, "554 Denied. To protect our users from spam, we ask you to call", "unspecified" },
	};

	CHECK(cases);
}
END_TEST

START_TEST(other_languages_are_understood)
{
	static const struct reply_case cases[] = {
		{ NULL, "550 Empf\xc3\xa4nger unbekannt", "user-unknown" },
		{ NULL, "550 Empf\xe4nger unbekannt", "user-unknown" },
		{ NULL, "550 EMPFAENGER UNBEKANNT", "user-unknown" },
		{ NULL, "552 Bo\xc3\xaete pleine", "mailbox-full" },
		{ NULL, "550 \xe6\x94\xb6\xe4\xbb\xb6\xe4\xba\xba\xe4\xb8\x8d\xe5\xad\x98\xe5\x9c\xa8",
		  "user-unknown" },
	};

	CHECK(cases);
}
END_TEST

START_TEST(success_has_no_cause)
{
	ck_assert_ptr_null(of("RCPT", "250 Mailbox full of joy").cause);
	ck_assert_ptr_null(of("DATA", "354 Spam away").cause);
	ck_assert_ptr_null(of(NULL, "no reply at all").cause);
	ck_assert_ptr_null(of(NULL, "").cause);
	ck_assert_ptr_null(of(NULL, "650 Mailbox full").cause);
}
END_TEST

START_TEST(what_decided_is_told)
{
	struct reply_cause c = of("RCPT", "550 5.7.1 Blocked, see zen.spamhaus.org");

	ck_assert_str_eq(c.rule, "spamhaus");
	ck_assert_int_eq(c.certainty, CERTAINTY_CERTAIN);
	ck_assert_int_eq(c.responsible, RESPONSIBLE_SENDER);
	ck_assert_int_eq(c.retry, RETRY_USELESS);
	ck_assert_ptr_nonnull(c.meaning);
	ck_assert_ptr_nonnull(c.url);

	c = of("RCPT", "550 5.1.1 Say no more");
	ck_assert_ptr_null(c.rule);
	ck_assert_int_eq(c.certainty, CERTAINTY_LIKELY);

	c = of("RCPT", "552 5.2.2 Mailbox full");
	ck_assert_int_eq(c.responsible, RESPONSIBLE_RECIPIENT);
	ck_assert_int_eq(c.retry, RETRY_LATER); /* a full mailbox may be emptied */

	c = of("connect", "554 Say no more");
	ck_assert_str_eq(c.cause, "unspecified");
	ck_assert_int_eq(c.responsible, RESPONSIBLE_UNKNOWN);
	ck_assert_int_eq(c.certainty, CERTAINTY_POSSIBLE);
}
END_TEST

START_TEST(lines_and_whole_replies_are_the_same)
{
	struct text_rules *e = text_rules_create(rules_builtin());
	const struct span lines[] = { span_text("5.7.1 Your IP address"),
				      span_text("5.7.1 is on our block list") };
	struct reply_cause a = text_rules_classify(e, 550, "connect", lines, 2);
	struct reply_cause b = text_rules_classify_text(
	    e, "connect", span_text("550-5.7.1 Your IP address\r\n550 5.7.1 is on our block list"));

	ck_assert_str_eq(a.cause, "blocklisted");
	ck_assert_ptr_eq(a.rule, b.rule);
	text_rules_destroy(e);
	text_rules_destroy(NULL);
}
END_TEST

/* The answer for a reply that was classified before is remembered; it must be the one for this code and this question. */
START_TEST(a_repeated_reply_gets_the_same_answer)
{
	struct text_rules *e = text_rules_create(rules_builtin());
	const struct span text = span_text("Say no more");

	for (int round = 0; round < 3; round++) {
		ck_assert_str_eq(text_rules_classify(e, 552, "MAIL", &text, 1).cause, "message-too-large");
		ck_assert_str_eq(text_rules_classify(e, 550, "RCPT", &text, 1).cause,
				 text_rules_classify_text(e, "RCPT", span_text("550 Say no more")).cause);
		ck_assert_str_eq(text_rules_classify(e, 552, NULL, &text, 1).cause,
				 text_rules_classify_text(e, NULL, span_text("552 Say no more")).cause);
	}
	text_rules_destroy(e);
}
END_TEST

/* Texts that are expensive for patterns with many gaps. */
START_TEST(hostile_texts_cannot_stall_it)
{
	static const char *const fills[] = { "user ",
					     "mail ",
					     "not ",
					     "the user not ",
					     "a",
					     "_",
					     "<a@b.c> ",
					     "too many ",
					     "ip host mail from your ",
					     "spam",
					     ".",
					     "exceeded quota limit ",
					     "unknown",
					     "\xe3\x83\xa6\xe3\x83\xbc\xe3\x82\xb6" };
	static char text[100 * 1024];
	struct text_rules *e = text_rules_create(rules_builtin());
	clock_t start = clock();

	for (size_t i = 0; i < sizeof fills / sizeof *fills; i++) {
		size_t length = strlen(fills[i]);
		struct reply_cause c;

		memcpy(text, "550 ", 4);
		for (size_t k = 4; k < sizeof text; k++)
			text[k] = fills[i][(k - 4) % length];
		c = text_rules_classify_text(e, NULL, span_of(text, sizeof text));
		ck_assert_ptr_nonnull(c.cause);
	}
	ck_assert_double_lt((double)(clock() - start) / CLOCKS_PER_SEC, 10.0);
	text_rules_destroy(e);
}
END_TEST

START_TEST(a_catastrophic_pattern_is_bounded)
{
	static const char *const patterns[] = { "(?:a+)+(?:b+)+ never", NULL }, *const none[] = { NULL };
	static const unsigned codes[] = { 0 };
	const struct rule_text rule = { .id = "bad",
					.family = "test",
					.level = RULE_GENERAL,
					.rank = 1,
					.codes = codes,
					.questions = none,
					.enhanced = codes,
					.patterns = patterns,
					.also = none,
					.unless = none,
					.marks = none,
					.cause = "policy",
					.meaning = "x",
					.hits = none,
					.misses = none };
	const struct rules rules = { .texts = &rule, .text_count = 1 };
	struct text_rules *e = text_rules_create(&rules);
	char text[4000] = "550 ";
	struct reply_cause c;
	clock_t start = clock();

	memset(text + 4, 'a', sizeof text - 5);
	memcpy(text + 1000, " never ", 7);
	c = text_rules_classify_text(e, NULL, span_text(text));
	ck_assert_str_eq(c.cause, "unspecified");
	ck_assert_double_lt((double)(clock() - start) / CLOCKS_PER_SEC, 2.0);
	text_rules_destroy(e);
}
END_TEST

/* Patterns that are interpreted and patterns in machine code give the same answers, also after the change from one to the other. */
START_TEST(compiling_ahead_changes_no_answer)
{
	const struct rules *rules = rules_builtin();
	struct text_rules *lazy = text_rules_create(rules), *ready = text_rules_create(rules);

	text_rules_compile(ready);
	for (size_t round = 0; round < 3; round++)
		for (size_t i = 0; i < rules->text_count; i++)
			for (const char *const *hit = rules->texts[i].hits; *hit; hit++) {
				const char *question = rules->texts[i].questions[0];
				struct reply_cause a =
				    text_rules_classify_text(lazy, question, span_text(*hit));
				struct reply_cause b =
				    text_rules_classify_text(ready, question, span_text(*hit));

				ck_assert_msg(a.rule == b.rule && a.advice == b.advice && a.cause == b.cause,
					      "%s", *hit);
			}
	text_rules_destroy(lazy);
	text_rules_destroy(ready);
}
END_TEST

START_TEST(without_rules_it_is_unspecified)
{
	static const struct rules nothing;
	struct text_rules *e = text_rules_create(&nothing);
	struct reply_cause c = text_rules_classify_text(e, "RCPT", span_text("550 5.1.1 This user is unknown"));

	ck_assert_str_eq(c.cause, "unspecified");
	ck_assert_ptr_null(c.rule);
	text_rules_destroy(e);
}
END_TEST

SUITE("text_rules", every_example_of_the_rules_holds, text_goes_before_code,
      a_provider_goes_before_general_words, borders_between_causes, what_is_quoted_does_not_decide,
      other_languages_are_understood, success_has_no_cause, what_decided_is_told,
      lines_and_whole_replies_are_the_same, hostile_texts_cannot_stall_it, a_catastrophic_pattern_is_bounded,
      compiling_ahead_changes_no_answer, a_repeated_reply_gets_the_same_answer, without_rules_it_is_unspecified)
