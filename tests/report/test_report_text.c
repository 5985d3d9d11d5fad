/* SPDX-License-Identifier: BSD-2-Clause */
#include "escape.h"
#include "harness.h"
#include "json_check.h"
#include "made.h"
#include <malloc.h>

static struct made m;

static void start(struct report_config config)
{
	made_init(&m, "text", &config);
}

/* Proves that the page is harmless: valid UTF-8, no control but LF, no line wider than |width|. */
static const char *page(size_t width)
{
	const char *text = made_text(&m), *end;
	struct buf quoted;

	buf_init(&quoted, 1 << 26);
	for (const char *at = text; *at; at = end + 1) {
		end = strchr(at, '\n');
		ck_assert_ptr_nonnull(end);
		/* A display filter stays on one line, so that it can be copied. */
		ck_assert_msg(strncmp(at, "Wireshark: ", 11) == 0 ||
				  escape_width(span_of(at, (size_t)(end - at))) <= width,
			      "too wide: %.*s", (int)(end - at), at);
	}
	/* The checker of JSON strings proves the rest; what has a meaning there is taken out before. */
	buf_text(&quoted, "\"");
	for (size_t i = 0; i < m.length; i++) {
		char c = text[i];
		buf_append(&quoted, span_of(c == '"' || c == '\\' || c == '\n' ? "." : &c, 1));
	}
	buf_text(&quoted, "\"\n");
	ck_assert(json_check(buf_span(&quoted)));
	buf_finish(&quoted);
	return text;
}

static bool has(const char *text)
{
	return strstr(page(m.config.width ? m.config.width : 80), text);
}

static bool has_line(const char *line)
{
	char text[500];

	snprintf(text, sizeof text, "\n%s\n", line);
	return has(text);
}

static void dialogue(void)
{
	static char greeting[] = "mx.example.com ESMTP", helo[] = "client.example.org";

	made_open(&m);
	made_greeting(&m, "220 mx.example.com ESMTP");
	m.session.greeting = greeting;
	m.session.helo = helo;
	made_command(&m, "EHLO client.example.org");
	made_reply(&m, "250-mx.example.com\n250-PIPELINING\n250-SIZE 10240000\n250 8BITMIME", "Okay");
	made_command(&m, "MAIL FROM:<a@example.org>");
	made_reply(&m, "250 2.1.0 Ok", "Sender accepted");
}

START_TEST(a_session_is_a_block)
{
	start((struct report_config){ .full = true });
	dialogue();
	made_end(&m, SESSION_ABORTED);
	ck_assert_ptr_eq(strstr(page(80), "── Session 1 · aborted before a message was sent ─"), m.text);
	ck_assert(has_line("192.0.2.10:40000 (client.example.org) → 192.0.2.25:25 (mx.example.com)"));
	ck_assert(has_line("2020-09-13 12:26:40.001 UTC · 80.0 ms · SMTP · 3 replies") ||
		  has_line("2020-09-13 12:26:40.001 UTC · 80 ms · SMTP · 3 replies"));
	ck_assert(has_line("     0.020 #2     S: 220 mx.example.com ESMTP   Service ready"));
	ck_assert(has_line("     0.030 #3     C: EHLO client.example.org"));
	ck_assert(has_line("     0.050 #4     S: 250 mx.example.com         Okay, 20 ms"));
	ck_assert(has_line("                     · offers PIPELINING, SIZE 10240000, 8BITMIME"));
	ck_assert(has_line("     0.080 #6     S: 250 2.1.0 Ok               Sender accepted, 20 ms"));
	made_finish(&m);
}
END_TEST

START_TEST(a_flagged_line_is_marked_and_explained)
{
	start((struct report_config){ .full = true });
	dialogue();
	made_unasked(&m, "221 bye", "Closing connection");
	made_finding(&m, "unexpected-221", "idle-timeout", SEVERITY_WARNING, 0);
	made_end(&m, SESSION_ABORTED);
	ck_assert(has("was sent · 1 warning ─"));
	ck_assert(has("\n!    0.100 #7     S: 221 bye   "));
	ck_assert(has("  Closing connection, without a command\n"));
	ck_assert(has_line("  ! WARNING The server closed the connection though nobody had asked it to"));
	ck_assert(has_line("        unexpected-221, cause idle-timeout, likely (finding 1, #7)"));
	ck_assert(has_line("        why: It sent 221 after 300 seconds of silence; the client had not sent"));
	ck_assert(has_line("             QUIT, and a reply needs a question."));
	ck_assert(has_line("        do:  Send the next command sooner, or raise the server's timeout."));
	ck_assert(has_line("        see: RFC 5321 4.5.3.2"));
	/* and again at the end */
	ck_assert(has_line("          (unexpected-221/idle-timeout): session 1 #7"));
	made_finish(&m);
}
END_TEST

START_TEST(repetitions_and_consequences_are_folded)
{
	start((struct report_config){ .full = true });
	dialogue();
	for (unsigned i = 0; i < 501; i++) {
		made_command(&m, "RCPT TO:<x@example.com>");
		made_reply(&m, "250 2.1.5 Ok", "Recipient accepted");
	}
	made_command(&m, "GET / HTTP/1.1");
	made_reply(&m, "500 what", "Syntax error");
	made_finding(&m, "unexpected-500", "http-on-smtp-port", SEVERITY_ERROR, 0);
	for (unsigned i = 0; i < 38; i++) {
		made_command(&m, i % 2 ? "Host: x" : "Accept: y");
		made_reply(&m, "500 what", "Syntax error");
		made_finding(&m, "unexpected-500", "http-on-smtp-port", SEVERITY_ERROR, 1);
	}
	made_end(&m, SESSION_ABORTED);
	ck_assert(has_line("                  … 498 more RCPT, each answered 250, #13–#1008"));
	ck_assert(has_line("        and  38 more of the same cause, #1012–#1086"));
	ck_assert(has_line("                  … 37 more commands, each answered 500, #1013–#1086"));
	made_finish(&m);
}
END_TEST

START_TEST(pipelined_replies_say_what_they_answer)
{
	struct command first;

	start((struct report_config){ .full = true });
	made_open(&m);
	made_command(&m, "RCPT TO:<x@example.com>");
	first = m.command;
	made_command(&m, "DATA");
	m.command = first;
	made_reply(&m, "250 ok", "Recipient accepted");
	made_end(&m, SESSION_ABORTED);
	ck_assert(has("S: 250 ok                Recipient accepted, to RCPT #2, 20 ms"));
	made_finish(&m);
}
END_TEST

START_TEST(what_nobody_said_is_a_line_in_brackets)
{
	struct flow_event rst = { .kind = FLOW_EVENT_RST, .direction = DIR_SERVER };
	struct flow_event fin = { .kind = FLOW_EVENT_FIN, .direction = DIR_SERVER };

	start((struct report_config){ .full = true });
	made_open(&m);
	made_command(&m, "DATA");
	made_event(&m, (struct smtp_event){ .kind = SMTP_GAP, .direction = DIR_SERVER, .length = 1460 });
	made_event(&m, (struct smtp_event){ .kind = SMTP_TLS });
	made_event(&m, (struct smtp_event){ .kind = SMTP_FLOW, .flow_event = &rst });
	made_event(&m, (struct smtp_event){ .kind = SMTP_UNANSWERED, .command = &m.command });
	made_event(&m, (struct smtp_event){ .kind = SMTP_FLOW, .flow_event = &fin, .phase = PHASE_QUIT });
	made_event(&m, (struct smtp_event){ .kind = SMTP_NOTE, .note = NOTE_DATA_AFTER_QUIT });
	made_end(&m, SESSION_ABORTED);
	ck_assert(has_line("     0.020 #3     [1,460 bytes of the server were not captured]"));
	ck_assert(has_line("     0.030 #4     [TLS from here: encrypted]"));
	ck_assert(has_line("     0.040 #5     [the server reset the connection]"));
	ck_assert(has_line("                  [no reply was captured to DATA of #2]"));
	ck_assert(has_line("     0.070 #8     [the client continued after QUIT]"));
	ck_assert(!has("closed its side"));
	made_finish(&m);
}
END_TEST

START_TEST(tls_begins_behind_the_reply_that_agreed)
{
	start((struct report_config){ .full = true });
	dialogue();
	m.session.tls = &(struct tls_facts){ .mode = TLS_STARTTLS, .version = "TLSv1.3" };
	made_command(&m, "STARTTLS");
	made_reply(&m, "220 Go ahead", "Ready to start TLS");
	made_event(&m, (struct smtp_event){ .kind = SMTP_TLS, .frame = m.command.frame });
	made_end(&m, SESSION_UNKNOWN);
	ck_assert(has_line("                  [TLS from here: encrypted]"));
	ck_assert(has(" · TLS 1.3 by STARTTLS, encrypted"));
	made_finish(&m);
}
END_TEST

START_TEST(lines_end_between_parts)
{
	static char greeting[] = "mx.example.com ESMTP",
		    helo[] = "a-client-with-a-long-name.lab.client.example.org";
	static char sender[] = "<somebody-with-a-long-name@a-client-with-a-long-name.lab.client.example.org>";

	start((struct report_config){ .full = true, .width = 60 });
	made_open(&m);
	made_greeting(&m, "220 mx.example.com ESMTP");
	m.session.greeting = greeting;
	m.session.helo = helo;
	m.session.tls = &(struct tls_facts){ .mode = TLS_STARTTLS, .version = "TLSv1.2" };
	made_message(&m, 1, 0);
	m.session.messages[0].mail_from = sender + 1;
	sender[sizeof sender - 2] = 0;
	made_end(&m, SESSION_DELIVERED);
	ck_assert(has_line("  (a-client-with-a-long-name.lab.client.example.org)"));
	ck_assert(has_line("  → 192.0.2.25:25 (mx.example.com)"));
	ck_assert(has_line("2020-09-13 12:26:40.001 UTC · 20 ms · SMTP") ||
		  has("SMTP\n  · TLS 1.2 by STARTTLS, encrypted · 1 reply\n"));
	ck_assert(!has("(\n") && !has("<\n"));
	ck_assert(has("\n    from <somebody-with-a-long-name@a-client-wit"));
	made_finish(&m);
}
END_TEST

START_TEST(long_refusals_are_broken_between_words)
{
	static char text[] =
	    "5.7.26 Your email has been blocked.\n5.7.26 \n5.7.26  See https://example.com/a-page";

	start((struct report_config){ .full = true });
	made_open(&m);
	made_command(&m, "MAIL FROM:<sender@example.org>");
	made_reply(&m,
		   "421 4.7.0 Messages from 192.0.2.10 temporarily deferred due to unexpected volume or user "
		   "complaints; see https://postmaster.example.com/a-page-with-a-name",
		   "Service not available");
	made_message(&m, 1, 1);
	m.session.messages[0].outcome = OUTCOME_REJECTED;
	m.session.messages[0].text = text;
	snprintf(m.session.messages[0].enhanced, sizeof m.session.messages[0].enhanced, "5.7.26");
	made_end(&m, SESSION_REJECTED);
	ck_assert(has_line("                         https://postmaster.example.com/a-page-with-a-name"));
	ck_assert(has_line("                     · Service not available, 20 ms"));
	/* The dialogue has shown it. */
	ck_assert(!has_line("         Your email has been blocked. See https://example.com/a-page"));
	made_finish(&m);
}
END_TEST

START_TEST(a_narrow_terminal_has_no_times)
{
	start((struct report_config){ .full = true, .width = 40 });
	dialogue();
	made_unasked(&m, "221 2.0.0 idle for too long, closing connection", "Closing connection");
	made_finding(&m, "unexpected-221", "idle-timeout", SEVERITY_WARNING, 0);
	made_message(&m, 2, 1);
	made_end(&m, SESSION_ABORTED);
	ck_assert(has("── Session 1\n   · aborted before a message was sent"));
	ck_assert(has_line("  #3    C: EHLO client.example.org"));
	ck_assert(has_line("! #7    S: 221 2.0.0 idle for too long,"));
	ck_assert(has_line("               closing connection"));
	ck_assert(has_line("    why: It sent 221 after 300 seconds"));
	made_finish(&m);
}
END_TEST

START_TEST(bodies_are_figures)
{
	start((struct report_config){ .full = true });
	made_open(&m);
	made_command(&m, "DATA");
	made_reply(&m, "354 go", "Start mail input");
	made_command(&m, ".");
	made_end(&m, SESSION_UNKNOWN);
	ck_assert(has("C: (message of 1,234 bytes in 10 ms, then the final dot)"));
	made_finish(&m);
}
END_TEST

START_TEST(recipients_beyond_ten_are_counted)
{
	start((struct report_config){ .full = true });
	made_open(&m);
	made_message(&m, 30, 2);
	made_end(&m, SESSION_PARTIAL);
	ck_assert(has_line("  Message 1: accepted for 28 of 30 recipients, 250 2.0.0, 1,234 bytes,"));
	ck_assert(has_line("    from <sender@example.org>"));
	ck_assert(has_line("    to   <user1@example.com>  rejected, 550 5.1.1"));
	ck_assert(has_line("         <user10@example.com>  accepted, 250 2.1.5"));
	ck_assert(!has("user11@"));
	ck_assert(has_line("         … and also 20 accepted"));
	made_finish(&m);
}
END_TEST

START_TEST(a_session_without_a_word_is_two_lines)
{
	start((struct report_config){ .full = true });
	for (unsigned i = 0; i < 100; i++) {
		made_open(&m);
		m.session.protocol = PROTOCOL_NONE;
		m.flow.opened = FLOW_REFUSED;
		m.flow.syn_count = 2;
		made_end(&m, SESSION_NO_MAIL);
	}
	dialogue();
	made_end(&m, SESSION_NO_MAIL);
	ck_assert(has("── Session 1 · connection refused ─"));
	ck_assert(has_line("192.0.2.10:40000 → 192.0.2.25:25 · 2020-09-13 12:26:40.001 UTC · 2 attempts"));
	ck_assert(has("Session 3"));
	ck_assert(!has("Session 4 "));
	ck_assert(has_line("  … 97 sessions more like this, to 192.0.2.25:25 (from 4 to 100)"));
	ck_assert(has("── Session 101 · no mail sent ─"));
	made_finish(&m);
}
END_TEST

START_TEST(several_inputs_name_their_file)
{
	start((struct report_config){ .full = true, .several_inputs = true });
	dialogue();
	made_unasked(&m, "221 bye", "Closing connection");
	made_finding(&m, "unexpected-221", "idle-timeout", SEVERITY_WARNING, 0);
	made_end(&m, SESSION_ABORTED);
	ck_assert(has_line("     0.030 #0:3     C: EHLO client.example.org"));
	ck_assert(has("(finding 1, #0:7)"));
	ck_assert(has_line("Packets are shown as #file:number, with files counted from 0."));
	made_finish(&m);
}
END_TEST

START_TEST(the_summary_tells_figures_and_errors)
{
	static const char *const errors[] = { "mail.pcap: cut short inside packet 7" };

	start((struct report_config){ 0 });
	m.summary = (struct report_summary){ .bytes = 1234567,
					     .errors = errors,
					     .error_count = 1,
					     .replies = 2,
					     .outcomes = { 0, 3, 0, 1, 0 },
					     .findings = { 1, 2, 0 },
					     .evicted_sessions = 1 };
	ck_assert(has_line("0 sessions · 2 replies · 0 packets of 1,234,567 bytes"));
	ck_assert(has_line("Messages: 3 accepted, 1 rejected"));
	ck_assert(has_line("Findings: 2 warnings, 1 note"));
	ck_assert(has_line("Input: mail.pcap: cut short inside packet 7"));
	ck_assert(has_line("1 session were dropped early to limit memory."));
	made_finish(&m);
}
END_TEST

START_TEST(credentials_are_redacted)
{
	start((struct report_config){ .full = true });
	dialogue();
	made_secret(&m, "AUTH PLAIN AHVzZXIAc2VjcmV0", 11);
	made_reply(&m, "535 no AHVzZXIAc2VjcmV0", "Credentials invalid");
	made_secret(&m, "c2VjcmV0", 0);
	made_event(&m, (struct smtp_event){ .kind = SMTP_UNANSWERED, .command = &m.command });
	made_end(&m, SESSION_NO_MAIL);
	ck_assert(has("C: AUTH PLAIN <redacted>"));
	ck_assert(has("S: 535 no <redacted>"));
	ck_assert(has("C: <redacted>\n"));
	ck_assert(!has("c2VjcmV0"));
	made_finish(&m);
}
END_TEST

START_TEST(only_findings_shows_no_other_session)
{
	start((struct report_config){ 0 });
	m.criteria.only = REPORT_ONLY_FINDINGS;
	dialogue();
	made_end(&m, SESSION_NO_MAIL);
	dialogue();
	made_unasked(&m, "221 bye", "Closing connection");
	made_finding(&m, "unexpected-221", "idle-timeout", SEVERITY_WARNING, 0);
	made_end(&m, SESSION_NO_MAIL);
	m.summary.findings[SEVERITY_WARNING] = 1;
	ck_assert(!has("Session 1 "));
	ck_assert(has("Session 2 "));
	ck_assert(has_line("1 of 2 sessions shown. These figures cover all:"));
	ck_assert(has_line("Findings: 1 warning"));
	made_finish(&m);
}
END_TEST

static void random_bytes(uint8_t *bytes, size_t count, uint32_t *seed)
{
	for (size_t i = 0; i < count; i++) {
		*seed = *seed * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(*seed >> 24);
		if ((*seed >> 16 & 7) == 0)
			bytes[i] = ' ';
	}
}

static void hostile(uint32_t seed, struct report_config config)
{
	uint8_t bytes[400], text[101] = { 0 };

	start(config);
	made_open(&m);
	m.session.greeting = (char *)text;
	m.session.helo = (char *)text;
	for (unsigned round = 0; round < 200; round++) {
		random_bytes(text, 100, &seed);
		random_bytes(bytes, sizeof bytes, &seed);
		made_command_bytes(&m, span_of(bytes, seed >> 8 & 127));
		made_reply_bytes(&m, 200 + (seed >> 9) % 400, span_of(bytes + 128, seed >> 16 & 255),
				 (seed & 512) ? "Name" : NULL);
		made_event(&m, (struct smtp_event){ .kind = SMTP_NOT_REPLY, .line = span_of(text, 100) });
	}
	made_message(&m, 3, 1);
	free(m.session.messages[0].recipients[0].address);
	m.session.messages[0].recipients[0].address = strdup((char *)text);
	m.session.messages[0].mail_from = (char *)text;
	m.session.messages[0].text = (char *)text;
	m.session.messages[0].queue_id = (char *)text;
	m.session.messages[0].outcome = OUTCOME_REJECTED;
	m.session.outcomes[OUTCOME_REJECTED]++;
	m.session.proxied = &(struct proxied_facts){ .via = "socks", .target = (char *)text };
	made_end(&m, SESSION_REJECTED);
}

START_TEST(what_needs_no_explanation_is_a_line)
{
	start((struct report_config){ 0 });
	for (unsigned i = 0; i < 3; i++) {
		dialogue();
		made_message(&m, 3, 0);
		made_end(&m, SESSION_DELIVERED);
	}
	ck_assert(has("   Session 1 · delivered · 12:26:40 · sender@example.org → user1@example.com +2\n"
		      "   Session 2 · delivered · "));
	ck_assert(!has("220 mx.example.com"));
	made_finish(&m);
}
END_TEST

static void refuse_recipient(void)
{
	dialogue();
	made_command(&m, "RCPT TO:<user1@example.com>");
	made_reply(&m, "250 2.1.5 Ok", "Recipient accepted");
	made_command(&m, "RCPT TO:<nobody@example.com>");
	made_reply(&m, "550 5.1.1 No such user", "Recipient refused");
	made_finding(&m, "delivery-failed", "user-unknown", SEVERITY_ERROR, 0);
	made_command(&m, "RSET");
	made_reply(&m, "250 2.0.0 Ok", "Okay");
	made_command(&m, "QUIT");
	made_reply(&m, "221 2.0.0 Bye", "Goodbye");
	m.verdict = (struct verdict){ .failed = true,
				      .finding = m.finding_count,
				      .id = "delivery-failed",
				      .cause = "user-unknown",
				      .certainty = CERTAINTY_CERTAIN,
				      .responsible = RESPONSIBLE_SENDER,
				      .retry = RETRY_USELESS,
				      .headline = "Rejected by mx.example.com for nobody@example.com (550)",
				      .advice = "Check the address." };
	made_end(&m, SESSION_REJECTED);
}

START_TEST(a_failure_begins_with_the_answer)
{
	start((struct report_config){ 0 });
	refuse_recipient();
	ck_assert(has("─\n  Verdict Rejected by mx.example.com for nobody@example.com (550)\n"
		      "  Side    the sender (certain). Retrying without a change will not help.\n"
		      "  Advice  Check the address.\n\n192.0.2.10:40000 ("));
	made_finish(&m);
}
END_TEST

START_TEST(the_dialogue_is_folded_to_the_evidence)
{
	start((struct report_config){ 0 });
	refuse_recipient();
	ck_assert(has_line("                  … greeting 220 · EHLO 250 · MAIL 250 · RCPT 250, #2–#8"));
	ck_assert(has(" #9     C: RCPT TO:<nobody@example.com>\n"));
	ck_assert(has_line("                  … RSET 250 · QUIT 221, #11–#14"));
	ck_assert(has("· 1 error ─"));
	/* The verdict has given the advice, and the line above is the reason. */
	ck_assert(!has("why:") && !has("do:") && has("see:"));
	ck_assert(!has("PIPELINING"));
	made_finish(&m);
}
END_TEST

START_TEST(extensions_are_shown_where_something_hangs_on_them)
{
	for (unsigned full = 0; full < 2; full++) {
		start((struct report_config){ .full = full });
		dialogue();
		made_command(&m, "EHLO client.example.org");
		made_reply(&m, "250-mx.example.com\n250-PIPELINING\n250-SIZE 10240000\n250 8BITMIME", "Okay");
		made_command(&m, "AUTH LOGIN");
		made_reply(&m, "504 not that", "Not implemented");
		made_finding(&m, "login-refused", "mechanism", SEVERITY_ERROR, 0);
		made_end(&m, SESSION_NO_MAIL);
		ck_assert(has("· offers PIPELINING, SIZE 10240000, 8BITMIME\n"));
		ck_assert(has("· offers the same again\n") == full);
		made_finish(&m);
	}
}
END_TEST

START_TEST(sessions_are_in_order_of_their_numbers)
{
	void *first;

	start((struct report_config){ 0 });
	dialogue();
	first = m.attachment;
	m.attachment = NULL;
	dialogue();
	made_end(&m, SESSION_DELIVERED);
	m.attachment = first;
	m.session.number = 1;
	made_end(&m, SESSION_DELIVERED);
	ck_assert(strstr(page(80), "Session 1 ") < strstr(m.text, "Session 2 "));
	made_finish(&m);
}
END_TEST

START_TEST(failures_are_grouped_by_cause_and_server)
{
	start((struct report_config){ .again = "smtpscope read", .inputs = "mail.pcap" });
	for (unsigned i = 0; i < 6; i++)
		refuse_recipient();
	ck_assert(has_line("6 failed sessions, by cause and server:"));
	ck_assert(has_line("      6 user-unknown             mx.example.com           1, 2, 3, +3"));
	ck_assert(has("smtpscope read --session 1 mail.pcap\n"));
	ck_assert(has("smtpscope read --cause user-unknown mail.pcap\n"));
	/* What the groups have told is no other finding. */
	ck_assert(!has("delivery-failed/user-unknown)"));
	made_finish(&m);
}
END_TEST

START_TEST(short_waits_are_not_told)
{
	start((struct report_config){ .full = true });
	dialogue();
	m.reply.first.time = m.now;
	made_end(&m, SESSION_NO_MAIL);
	ck_assert(has("Okay, 20 ms"));
	made_finish(&m);
	start((struct report_config){ 0 });
	refuse_recipient();
	ck_assert(!has("20 ms\n"));
	made_finish(&m);
}
END_TEST

START_TEST(findings_of_what_is_not_shown_are_only_counted)
{
	start((struct report_config){ 0 });
	m.criteria.only = REPORT_ONLY_FAILED;
	dialogue();
	made_unasked(&m, "221 bye", "Closing connection");
	made_finding(&m, "unexpected-221", "idle-timeout", SEVERITY_WARNING, 0);
	made_end(&m, SESSION_DELIVERED);
	m.summary.findings[SEVERITY_WARNING] = 1;
	ck_assert(has("0 of 1 session shown. These figures cover all:\n"));
	ck_assert(has_line("Findings: 1 warning"));
	ck_assert(!has("unexpected-221"));
	made_finish(&m);
	start((struct report_config){ 0 });
	m.criteria.session = 9;
	m.sessions = 4;
	ck_assert(has("There is no session 9; the input has 4 sessions."));
	made_finish(&m);
}
END_TEST

START_TEST(an_empty_summary_tells_where_was_looked)
{
	static const uint16_t ports[] = { 26, 2626 };

	start((struct report_config){ .ports = ports, .port_count = 2 });
	m.frames = 3;
	ck_assert(has_line("Searched for sessions on TCP ports 26, 2626; --ports LIST selects other ports,"));
	made_finish(&m);
}
END_TEST

START_TEST(hostile_bytes_harm_nobody)
{
	static const unsigned widths[] = { 0, 60, 97, 120 };

	for (uint32_t seed = 0; seed < 40; seed++) {
		hostile(seed, (struct report_config){ .width = widths[seed % 4], .several_inputs = seed & 8 });
		page(widths[seed % 4] ? widths[seed % 4] : 80);
		made_finish(&m);
	}
}
END_TEST

START_TEST(colour_is_all_that_escapes)
{
	const char *text;

	hostile(3, (struct report_config){ .color = true });
	text = made_text(&m);
	ck_assert_ptr_nonnull(strstr(text, "\033[0;1m"));
	for (const char *at = text; (at = strchr(at, '\033')); at++)
		ck_assert(at[1] == '[' && at[2 + strspn(at + 2, "0123456789;")] == 'm');
	ck_assert_ptr_null(strpbrk(text, "\x01\x02\x07\x08\t\r\x7f"));
	made_finish(&m);
}
END_TEST

START_TEST(memory_is_bounded_over_many_sessions)
{
	enum { SESSIONS = 600, LINES = 200 };
	static void *attachments[SESSIONS];
	static char line[2000];
	size_t before, used;

	start((struct report_config){ .full = true });
	memset(line, 'x', sizeof line);
	before = mallinfo2().uordblks;
	for (unsigned i = 0; i < SESSIONS; i++) {
		m.attachment = NULL;
		made_open(&m);
		for (unsigned k = 0; k < LINES; k++) {
			made_command_bytes(&m, span_of(line, sizeof line));
			made_reply_bytes(&m, k % 2 ? 250 : 251, span_of(line, sizeof line), "x");
		}
		attachments[i] = m.attachment;
	}
	used = mallinfo2().uordblks - before;
	ck_assert_uint_lt(used, 80u << 20);
	for (unsigned i = 0; i < SESSIONS; i++) {
		m.attachment = attachments[i];
		made_end(&m, SESSION_NO_MAIL);
	}
	ck_assert(has("lines left out here"));
	made_finish(&m);
}
END_TEST

SUITE("report_text", a_session_is_a_block, a_flagged_line_is_marked_and_explained,
      repetitions_and_consequences_are_folded, pipelined_replies_say_what_they_answer,
      what_nobody_said_is_a_line_in_brackets, tls_begins_behind_the_reply_that_agreed,
      lines_end_between_parts, long_refusals_are_broken_between_words, a_narrow_terminal_has_no_times,
      bodies_are_figures, recipients_beyond_ten_are_counted, a_session_without_a_word_is_two_lines,
      several_inputs_name_their_file, the_summary_tells_figures_and_errors, credentials_are_redacted,
      only_findings_shows_no_other_session, what_needs_no_explanation_is_a_line,
      a_failure_begins_with_the_answer, the_dialogue_is_folded_to_the_evidence,
      extensions_are_shown_where_something_hangs_on_them, sessions_are_in_order_of_their_numbers,
      failures_are_grouped_by_cause_and_server, short_waits_are_not_told,
      findings_of_what_is_not_shown_are_only_counted, an_empty_summary_tells_where_was_looked,
      hostile_bytes_harm_nobody, colour_is_all_that_escapes, memory_is_bounded_over_many_sessions)
