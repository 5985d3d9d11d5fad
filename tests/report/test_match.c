/* SPDX-License-Identifier: BSD-2-Clause */
/* Each criterion is met by what it asks for and by nothing that comes near. */
#include "match.h"
#include "verdict.h"

#include "harness.h"

static struct criteria criteria;
static struct match match;
static struct flow flow;
static struct session_facts session;
static struct secret_set secrets;
static struct recipient recipient;
static struct message message;
static struct buf scratch;

static void start(void)
{
	criteria_finish(&criteria);
	match = (struct match){ 0 };
	flow = (struct flow){ .first = { .number = 1, .time = 100 * TSTAMP_SECOND },
			      .last = { .number = 1, .time = 100 * TSTAMP_SECOND } };
	session =
	    (struct session_facts){ .flow = &flow, .number = 3, .protocol = PROTOCOL_SMTP, .secrets = &secrets };
	ck_assert(addr_parse(&flow.client.addr, "192.0.2.10") && addr_parse(&flow.server.addr, "198.51.100.25"));
	buf_init(&scratch, 4096);
}

static enum match_answer note(struct smtp_event event)
{
	const struct verdict verdict = { .failed = session.outcome == SESSION_REJECTED };
	struct record record = { .kind = RECORD_EVENT,
				 .event = &event,
				 .verdict = event.kind == SMTP_ENDED ? &verdict : NULL };
	enum match_answer answer;

	event.session = &session;
	answer = match_note(&match, &criteria, &record, &scratch);
	buf_finish(&scratch);
	buf_init(&scratch, 4096);
	return answer;
}

static enum match_answer opened(void)
{
	return note((struct smtp_event){ .kind = SMTP_OPENED });
}

static enum match_answer command(const char *line, size_t secret_at)
{
	struct command c = { .kind = COMMAND_LINE, .line = span_text(line), .secret_at = secret_at };

	return note((struct smtp_event){ .kind = SMTP_COMMAND, .command = &c });
}

static enum match_answer reply(unsigned code, const char *text)
{
	struct span line = span_text(text);
	struct reply r = { .code = code, .lines = &line, .line_count = 1, .lines_seen = 1 };
	struct exchange x = { .answers = ANSWERS_NONE, .reply = &r };

	enhanced_read(line, &r.enhanced);
	return note((struct smtp_event){ .kind = SMTP_REPLY, .exchange = &x });
}

static enum match_answer finding(const char *id, const char *cause, enum severity severity)
{
	struct finding f = { .id = id, .cause = cause, .severity = severity };
	struct smtp_event event = { .kind = SMTP_REPLY, .session = &session };
	struct record record = { .kind = RECORD_FINDING, .event = &event, .finding = &f };

	return match_note(&match, &criteria, &record, &scratch);
}

static enum match_answer settled(const char *from, const char *to, const char *queue_id)
{
	recipient = (struct recipient){ .address = (char *)(uintptr_t)to };
	message = (struct message){ .mail_from = (char *)(uintptr_t)from,
				    .recipients = &recipient,
				    .recipient_count = to != NULL,
				    .queue_id = (char *)(uintptr_t)queue_id };
	return note((struct smtp_event){ .kind = SMTP_MESSAGE, .message = &message });
}

static void set(criteria_setter *setter, const char *text)
{
	struct buf error;

	buf_init(&error, 256);
	ck_assert(setter(&criteria, text, &error));
}

START_TEST(numbers_decide_at_once)
{
	start();
	criteria.session = 3;
	ck_assert_int_eq(opened(), MATCH_YES);
	criteria.session = 4;
	ck_assert_int_eq(opened(), MATCH_NEVER);
}
END_TEST

START_TEST(clients_and_servers_by_address)
{
	struct proxied_facts proxied = { 0 };

	start();
	set(criteria_client, "192.0.2.0/28");
	ck_assert_int_eq(opened(), MATCH_YES);
	start();
	set(criteria_client, "198.51.100.25");
	ck_assert_int_eq(opened(), MATCH_OPEN);
	ck_assert(addr_parse(&proxied.client.addr, "198.51.100.25"));
	session.proxied = &proxied;
	ck_assert_int_eq(command("EHLO x", SIZE_MAX), MATCH_YES); /* a proxy speaks for it */
	start();
	set(criteria_server, "198.51.100.25");
	ck_assert_int_eq(opened(), MATCH_YES);
	start();
	set(criteria_server, "192.0.2.10");
	ck_assert_int_eq(opened(), MATCH_OPEN);
}
END_TEST

START_TEST(servers_by_name)
{
	start();
	set(criteria_server, "*.example.com");
	session.greeting = (char[]){ "example.com ESMTP mx.example.com" };
	ck_assert_int_eq(opened(), MATCH_OPEN);
	session.greeting = (char[]){ "MX.Example.com ESMTP" };
	ck_assert_int_eq(opened(), MATCH_YES);
	start();
	set(criteria_server, "*.example.com");
	session.tls = &(struct tls_facts){ .sni = "mx.example.com" };
	ck_assert_int_eq(opened(), MATCH_YES);
	start();
	set(criteria_server, "*.example.com");
	session.proxied = &(struct proxied_facts){ .target = "mx.example.com:25" };
	ck_assert_int_eq(opened(), MATCH_YES);
}
END_TEST

START_TEST(senders_and_recipients_of_one_message)
{
	start();
	set(criteria_from, "*@a.example");
	set(criteria_to, "bob@*");
	ck_assert_int_eq(settled("x@a.example", "carol@b.example", NULL), MATCH_OPEN);
	ck_assert_int_eq(settled("x@c.example", "bob@b.example", NULL), MATCH_OPEN); /* another message */
	ck_assert_int_eq(settled("x@a.example", "Bob@b.example", NULL), MATCH_YES);
	start();
	set(criteria_from, "<>");
	ck_assert_int_eq(settled("x@a.example", NULL, NULL), MATCH_OPEN);
	ck_assert_int_eq(settled(NULL, NULL, NULL), MATCH_OPEN); /* not seen */
	ck_assert_int_eq(settled("", NULL, NULL), MATCH_YES);
}
END_TEST

START_TEST(codes_of_any_reply)
{
	start();
	set(criteria_code, "5.7.*,4xx");
	ck_assert_int_eq(reply(550, "5.1.1 x"), MATCH_OPEN);
	ck_assert_int_eq(reply(554, "5.7.1 x"), MATCH_YES);
	ck_assert_int_eq(reply(250, "ok"), MATCH_YES); /* what is met stays met */
	start();
	set(criteria_code, "4xx");
	ck_assert_int_eq(reply(421, "bye"), MATCH_YES);
}
END_TEST

START_TEST(causes_and_ids_of_findings)
{
	start();
	set(criteria_cause, "greylisted");
	ck_assert_int_eq(finding("delivery-failed", "unknown-user", SEVERITY_ERROR), MATCH_OPEN);
	ck_assert_int_eq(finding("delivery-failed", "greylisted", SEVERITY_INFO), MATCH_YES);
	start();
	set(criteria_cause, "unexpected-221");
	ck_assert_int_eq(finding("unexpected-221", NULL, SEVERITY_ERROR), MATCH_YES);
	start();
	set(criteria_cause, "unknown");
	ck_assert_int_eq(finding("unexpected-221", NULL, SEVERITY_ERROR), MATCH_YES);
}
END_TEST

START_TEST(lines_of_both_sides)
{
	start();
	set(criteria_match, "^550 .*user");
	ck_assert_int_eq(command("MAIL FROM:<user@example.com>", SIZE_MAX), MATCH_OPEN);
	ck_assert_int_eq(reply(550, "No such user"), MATCH_YES);
	start();
	set(criteria_match, "^EHLO client");
	ck_assert_int_eq(command("EHLO client.example", SIZE_MAX), MATCH_YES);
	start();
	set(criteria_match, "c2VjcmV0|<redacted>x");
	ck_assert_int_eq(command("AUTH PLAIN c2VjcmV0", 11), MATCH_OPEN); /* a credential cannot be asked for */
}
END_TEST

START_TEST(queue_ids_whole)
{
	start();
	set(criteria_queue_id, "4ABC");
	ck_assert_int_eq(settled("", NULL, "4ABCD"), MATCH_OPEN);
	ck_assert_int_eq(settled("", NULL, "4ABC"), MATCH_YES);
}
END_TEST

START_TEST(periods_that_overlap)
{
	start();
	set(criteria_since, "@100");
	set(criteria_until, "@100");
	ck_assert_int_eq(opened(), MATCH_YES);
	start();
	set(criteria_until, "@99");
	ck_assert_int_eq(opened(), MATCH_NEVER);
	start();
	set(criteria_since, "@101");
	ck_assert_int_eq(opened(), MATCH_OPEN);
	flow.last.time = 101 * TSTAMP_SECOND;
	ck_assert_int_eq(reply(250, "ok"), MATCH_YES);
}
END_TEST

START_TEST(only_findings_of_warnings)
{
	start();
	criteria.only = REPORT_ONLY_FINDINGS;
	ck_assert_int_eq(finding("x", NULL, SEVERITY_INFO), MATCH_OPEN);
	ck_assert_int_eq(finding("x", NULL, SEVERITY_WARNING), MATCH_YES);
}
END_TEST

START_TEST(all_that_are_given_must_hold)
{
	start();
	criteria.only = REPORT_ONLY_FAILED;
	set(criteria_code, "550");
	ck_assert_int_eq(reply(550, "no"), MATCH_OPEN);
	session.outcome = SESSION_REJECTED;
	ck_assert_int_eq(note((struct smtp_event){ .kind = SMTP_ENDED }), MATCH_YES);
	start();
	criteria.only = REPORT_ONLY_FAILED;
	set(criteria_code, "551");
	ck_assert_int_eq(reply(550, "no"), MATCH_OPEN);
	session.outcome = SESSION_REJECTED;
	ck_assert_int_eq(note((struct smtp_event){ .kind = SMTP_ENDED }), MATCH_OPEN);
}
END_TEST

SUITE("match", numbers_decide_at_once, clients_and_servers_by_address, servers_by_name,
      senders_and_recipients_of_one_message, codes_of_any_reply, causes_and_ids_of_findings,
      lines_of_both_sides, queue_ids_whole, periods_that_overlap, only_findings_of_warnings,
      all_that_are_given_must_hold)
