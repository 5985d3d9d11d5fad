/* SPDX-License-Identifier: BSD-2-Clause */
/* Findings against each other and against the outcome, and the verdict in words. */
#include "weigh.h"
#include "wording.h"

#include "harness.h"

#include <string.h>

static struct explanations *explanations;
static struct docket docket;
static struct flow flow;
static struct ledger ledger;
static struct secret_set secrets;
static struct recipient recipient;
static struct message message;
static struct session_facts session;
static struct hearing h;

static void start(enum session_outcome outcome)
{
	static char from[] = "alice@example.org", to[] = "bob@example.net", greeting[] = "mx.example.net ESMTP";

	explanations_destroy(explanations);
	explanations = explanations_create(rules_builtin());
	docket_finish(&docket, NULL);
	ledger_finish(&ledger, NULL);
	ledger_init(&ledger);
	flow = (struct flow){ .number = 1, .server = { .port = 25 } };
	recipient = (struct recipient){ .address = to };
	message = (struct message){ .mail_from = from, .recipients = &recipient, .recipient_count = 1 };
	session = (struct session_facts){
		.flow = &flow, .greeting = greeting, .secrets = &secrets, .outcome = outcome
	};
	h = (struct hearing){ .session = &session, .ledger = &ledger, .docket = &docket };
}

static void with_message(enum outcome outcome, unsigned code, uint64_t frame)
{
	message.outcome = recipient.outcome = outcome;
	recipient.code = code;
	recipient.frame =
	    (struct frame_ref){ .number = frame & FRAME_NUMBER_MAX, .time = (tstamp)frame * TSTAMP_SECOND };
	session.messages = &message;
	session.message_count = 1;
}

static void finding(uint64_t frame, const char *id, const char *cause)
{
	const struct finding f = { .number = docket.count + 1,
				   .id = id,
				   .cause = cause,
				   .title = id,
				   .fix = "fix",
				   .severity = SEVERITY_ERROR,
				   .frame = { .number = frame & FRAME_NUMBER_MAX,
					      .time = (tstamp)frame * TSTAMP_SECOND } };

	ck_assert(docket_add(&docket, &f, explanations_find(explanations, id, cause), NULL));
}

static const char *cause(void)
{
	const struct charge *c;

	weigh_findings(&h);
	c = weigh_cause(&h, 0);
	return c ? c->finding.id : "none";
}

START_TEST(the_earliest_finding_that_explains_the_others)
{
	start(SESSION_NO_MAIL);
	finding(4, "greeting-refused", "unspecified");
	finding(6, "lost-connection", "client-reset");
	ck_assert_str_eq(cause(), "greeting-refused");
	ck_assert(weigh_failed(&h));
	ck_assert_uint_eq(docket.charges[1]->finding.root, 1);
	ck_assert_int_eq(docket.charges[1]->finding.severity, SEVERITY_INFO);
	ck_assert_int_eq(docket.charges[0]->finding.severity, SEVERITY_ERROR);
}
END_TEST

START_TEST(a_cause_is_as_grave_as_what_follows_from_it)
{
	start(SESSION_NO_MAIL);
	finding(4, "contract-violation", "not-offered");
	docket.charges[0]->finding.severity = SEVERITY_INFO;
	finding(4, "login-refused", "mechanism");
	ck_assert_str_eq(cause(), "contract-violation");
	ck_assert_int_eq(docket.charges[0]->finding.severity, SEVERITY_ERROR);
	ck_assert_int_eq(docket.charges[1]->finding.severity, SEVERITY_INFO);
	ck_assert(weigh_failed(&h));
}
END_TEST

START_TEST(what_a_queue_retries_is_no_more_than_a_warning)
{
	start(SESSION_NO_MAIL);
	finding(4, "contract-violation", "not-offered");
	docket.charges[0]->finding.severity = SEVERITY_INFO;
	docket.charges[0]->finding.retry = RETRY_AUTOMATIC;
	finding(4, "login-refused", "mechanism");
	weigh_findings(&h);
	ck_assert_int_eq(docket.charges[0]->finding.severity, SEVERITY_WARNING);
	ck_assert_int_eq(docket.charges[1]->finding.severity, SEVERITY_INFO);
}
END_TEST

START_TEST(a_consequence_that_was_overcome_makes_nothing_graver)
{
	start(SESSION_NO_MAIL);
	finding(4, "contract-violation", "not-offered");
	docket.charges[0]->finding.severity = SEVERITY_INFO;
	finding(4, "login-refused", "mechanism");
	ledger.accepted.login = 5 * TSTAMP_SECOND;
	weigh_findings(&h);
	ck_assert_int_eq(docket.charges[0]->finding.severity, SEVERITY_INFO);
	ck_assert(!weigh_failed(&h));
}
END_TEST

START_TEST(a_later_reply_in_the_same_packet_explains_nothing)
{
	for (uint64_t first = 40; first <= 90; first += 25) {
		start(SESSION_REJECTED);
		finding(6, "unexpected-500", "malformed-command");
		finding(6, "delivery-failed", "protocol-error");
		for (size_t i = 0; i < 2; i++)
			docket.charges[i]->finding.code = 500;
		docket.charges[0]->finding.reply = 65;
		docket.charges[1]->finding.reply = first;
		weigh_findings(&h);
		ck_assert_uint_eq(docket.charges[1]->finding.root, first < 65 ? 0 : 1);
	}
}
END_TEST

START_TEST(a_later_finding_explains_nothing)
{
	start(SESSION_ABORTED);
	finding(6, "icmp-unreachable", "host-unreachable");
	finding(4, "lost-connection", "client-reset");
	weigh_findings(&h);
	ck_assert_uint_eq(docket.charges[1]->finding.root, 0);
}
END_TEST

START_TEST(the_reply_that_decides_names_the_cause)
{
	start(SESSION_REJECTED);
	with_message(OUTCOME_REJECTED, 550, 9);
	finding(5, "unexpected-500", "unknown-command");
	finding(9, "delivery-failed", "user-unknown");
	ck_assert_str_eq(cause(), "delivery-failed");
}
END_TEST

START_TEST(what_was_accepted_later_does_not_decide)
{
	start(SESSION_NO_MAIL);
	finding(4, "hello-refused", "unspecified");
	ck_assert_str_eq(cause(), "hello-refused");
	ledger.accepted.hello = 5 * TSTAMP_SECOND;
	ck_assert_str_eq(cause(), "none");
	ck_assert(!weigh_failed(&h));
}
END_TEST

START_TEST(what_was_broken_off_has_failed)
{
	start(SESSION_ABORTED);
	with_message(OUTCOME_ABORTED, 250, 5);
	ck_assert(weigh_failed(&h));
}
END_TEST

START_TEST(an_end_without_a_reply_has_failed_if_it_could_be_seen)
{
	start(SESSION_UNKNOWN);
	with_message(OUTCOME_UNKNOWN, 250, 5);
	ck_assert(weigh_failed(&h));
	session.visibility = VISIBILITY_UNFINISHED;
	ck_assert(!weigh_failed(&h));
}
END_TEST

START_TEST(a_verdict_without_a_finding_says_so)
{
	struct wording w;
	struct verdict v = { .failed = true, .id = "unknown" };

	start(SESSION_ABORTED);
	with_message(OUTCOME_ABORTED, 250, 5);
	session.visibility = VISIBILITY_GAP;
	wording_fill(&w, &v, &h, 0, NULL);
	ck_assert(strstr(v.headline, "Not sent to mx.example.net for bob@example.net: "));
	ck_assert(v.advice && *v.advice);
	ck_assert_uint_eq(v.unseen_count, 1);
	ck_assert(v.capture_next && strncmp(v.capture_next, "tcpdump ", 8) == 0);
}
END_TEST

START_TEST(whoever_broke_off_is_named)
{
	static const struct {
		bool quit, seen, foreign;
		enum direction side;
		const char *cause, *who;
	} cases[] = {
		{ .who = NULL },
		{ .quit = true, .seen = true, .side = DIR_SERVER, .who = "client" },
		{ .seen = true, .side = DIR_SERVER, .who = "server" },
		{ .seen = true, .side = DIR_CLIENT, .who = "client" },
		{ .seen = true, .side = DIR_CLIENT, .foreign = true, .who = NULL },
		/* The client only answers the 221 by closing. */
		{ .seen = true, .side = DIR_CLIENT, .cause = "unexpected-221", .who = "server" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wording w;
		struct verdict v = { .failed = true, .finding = cases[i].cause ? 1 : 0 };

		start(SESSION_ABORTED);
		with_message(OUTCOME_ABORTED, 250, 5);
		ledger.quit = cases[i].quit;
		ledger_own_end(&ledger, NULL)->close = (struct ledger_close){ .seen = cases[i].seen,
									      .foreign = cases[i].foreign,
									      .side = cases[i].side };
		if (cases[i].cause)
			finding(5, cases[i].cause, "idle-timeout");
		wording_fill(&w, &v, &h, 0, cases[i].cause ? docket.charges[0] : NULL);
		if (cases[i].who)
			ck_assert_str_eq(v.broken_off_by, cases[i].who);
		else
			ck_assert_ptr_null(v.broken_off_by);
		ck_assert_int_eq(strstr(v.headline, ", aborted by the ") != NULL, cases[i].cause != NULL);
	}
}
END_TEST

START_TEST(an_unrelated_finding_speaks_against_it)
{
	struct wording w;
	struct verdict v = { .failed = true, .finding = 2 };

	start(SESSION_REJECTED);
	with_message(OUTCOME_REJECTED, 550, 9);
	finding(5, "cleartext-credentials", "login-without-tls");
	finding(9, "delivery-failed", "user-unknown");
	weigh_findings(&h);
	wording_fill(&w, &v, &h, 0, weigh_cause(&h, 0));
	ck_assert_str_eq(v.headline, "Rejected by mx.example.net for bob@example.net (550): delivery-failed");
	ck_assert_uint_eq(v.against_count, 1);
	ck_assert(strstr(v.against[0], "cleartext-credentials (packet 5)"));
	ck_assert_ptr_null(v.capture_next);
}
END_TEST

SUITE("weigh", the_earliest_finding_that_explains_the_others, a_cause_is_as_grave_as_what_follows_from_it,
      what_a_queue_retries_is_no_more_than_a_warning, a_consequence_that_was_overcome_makes_nothing_graver,
      a_later_finding_explains_nothing, a_later_reply_in_the_same_packet_explains_nothing,
      the_reply_that_decides_names_the_cause, what_was_accepted_later_does_not_decide,
      what_was_broken_off_has_failed, an_end_without_a_reply_has_failed_if_it_could_be_seen,
      a_verdict_without_a_finding_says_so, whoever_broke_off_is_named, an_unrelated_finding_speaks_against_it)
