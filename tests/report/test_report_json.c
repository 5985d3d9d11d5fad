/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "json_check.h"
#include "made.h"

/* Of the first session: its ends and its first packet never differ here. */
#define IDENTITY "\"uid\":\"cd10b3cd0a90f62b\",\"community_id\":\"1:6yPsZSdzKhtfYqKU5+y9R5OSJkM=\","

static struct made m;

static void start(struct report_config config)
{
	made_init(&m, "json", &config);
}

/* All lines, proven to be JSON. */
static const char *all(void)
{
	const char *text = made_text(&m);

	ck_assert(json_check(span_of(text, m.length)));
	return text;
}

/* Line |index|, from 0. */
static const char *line(unsigned index)
{
	static char copy[1 << 16];
	const char *at = all();
	size_t length;

	while (index--)
		at = strchr(at, '\n') + 1;
	length = (size_t)(strchr(at, '\n') - at);
	memcpy(copy, at, length);
	copy[length] = 0;
	return copy;
}

static unsigned lines(const char *text)
{
	unsigned count = 0;

	for (; (text = strchr(text, '\n')); text++)
		count++;
	return count;
}

static bool has(const char *text)
{
	return strstr(all(), text);
}

START_TEST(a_reply_has_every_key_in_order)
{
	start((struct report_config){ 0 });
	made_open(&m);
	made_greeting(&m, "220 mx.example.com ESMTP");
	made_command(&m, "rcpt TO:<a@example.com>");
	made_reply(&m, "250-2.1.5 fine\n250 2.1.5 \"ok\"", "Requested action okay");
	ck_assert_str_eq(
	    line(0),
	    "{\"type\":\"reply\",\"session\":1," IDENTITY "\"frame\":2,\"time\":\"2020-09-13T12:26:40.021000Z\","
	    "\"code\":220,\"enhanced\":null,\"lines\":[\"mx.example.com ESMTP\"],"
	    "\"answers\":{\"kind\":\"connect\",\"verb\":null,\"line\":null,\"frame\":null,\"time\":null,"
	    "\"recipient\":null},\"latency_ms\":null,\"name\":\"Service ready\","
	    "\"category\":\"positive-completion\",\"expected\":\"yes\",\"phase\":\"connect\","
	    "\"truncated\":false,\"rule\":null,\"cause\":null,\"pairing\":\"certain\",\"tls\":false}");
	made_finish(&m);
	start((struct report_config){ .several_inputs = true });
	made_open(&m);
	made_command(&m, "rcpt TO:<a@example.com>");
	made_reply(&m, "250-2.1.5 fine\n250 2.1.5 \"ok\"", "Requested action okay");
	ck_assert_str_eq(
	    line(0),
	    "{\"type\":\"reply\",\"session\":1," IDENTITY "\"frame\":3,\"file\":0,"
	    "\"time\":\"2020-09-13T12:26:40.031000Z\",\"code\":250,\"enhanced\":\"2.1.5\","
	    "\"lines\":[\"2.1.5 fine\",\"2.1.5 \\\"ok\\\"\"],\"answers\":{\"kind\":\"command\","
	    "\"verb\":\"RCPT\",\"line\":\"rcpt TO:<a@example.com>\",\"frame\":2,\"file\":0,"
	    "\"time\":\"2020-09-13T12:26:40.011000Z\",\"recipient\":null},\"latency_ms\":20.000,"
	    "\"name\":\"Requested action okay\",\"category\":\"positive-completion\",\"expected\":\"yes\","
	    "\"phase\":\"connect\",\"truncated\":false,\"rule\":null,\"cause\":null,\"pairing\":"
	    "\"certain\",\"tls\":false}");
	made_finish(&m);
}
END_TEST

START_TEST(end_of_data_has_no_verb_and_no_line)
{
	start((struct report_config){ 0 });
	made_open(&m);
	made_command(&m, ".");
	made_reply(&m, "250 queued", "x");
	ck_assert(has("\"answers\":{\"kind\":\"end-of-data\",\"verb\":null,\"line\":null,\"frame\":2,"));
	made_finish(&m);
}
END_TEST

START_TEST(a_finding_has_every_key_in_order)
{
	start((struct report_config){ 0 });
	made_open(&m);
	made_unasked(&m, "221 bye", "Closing connection");
	made_finding(&m, "unexpected-221", "idle-timeout", SEVERITY_WARNING, 0);
	made_finding(&m, "unexpected-500", "unknown", SEVERITY_ERROR, 1);
	ck_assert(strstr(line(0), "\"answers\":{\"kind\":\"none\",\"verb\":null"));
	ck_assert(strstr(line(0), "\"expected\":\"no\""));
	ck_assert_str_eq(
	    line(1),
	    "{\"type\":\"finding\",\"number\":1,\"root\":null,\"session\":1," IDENTITY "\"frame\":2,"
	    "\"time\":\"2020-09-13T12:26:40.021000Z\",\"frames\":[2],"
	    "\"client\":\"192.0.2.10:40000\",\"server\":\"192.0.2.25:25\","
	    "\"id\":\"unexpected-221\","
	    "\"cause\":\"idle-timeout\",\"severity\":\"warning\",\"certainty\":\"likely\","
	    "\"recipient\":null,\"code\":null,\"enhanced\":null,\"responsible\":\"unknown\",\"retry\":\"unknown\","
	    "\"title\":\"The server closed the connection though nobody had asked it to\","
	    "\"why\":\"It sent 221 after 300 seconds of silence; the client had not sent QUIT, and a reply "
	    "needs a question.\",\"fix\":\"Send the next command sooner, or raise the server's timeout.\","
	    "\"reference\":\"RFC 5321 4.5.3.2\"}");
	ck_assert(strstr(line(2), "\"number\":2,\"root\":1,"));
	made_finish(&m);
	start((struct report_config){ .several_inputs = true, .live = true });
	made_open(&m);
	made_unasked(&m, "221 bye", "Closing connection");
	made_finding(&m, "unexpected-221", "idle-timeout", SEVERITY_WARNING, 0);
	ck_assert(strstr(line(1), "\"frame\":2,\"interface\":0,\"time\""));
	ck_assert(strstr(line(1), "\"frames\":[2],\"interfaces\":[0],\"client\":"));
	made_finish(&m);
}
END_TEST

START_TEST(a_session_has_every_key_in_order)
{
	char greeting[] = "mx.example.com ESMTP", helo[] = "client", size[] = "SIZE 1000",
	     pipelining[] = "PIPELINING";
	char starttls[] = "STARTTLS", *before_tls[] = { starttls };
	char *capabilities[] = { size, pipelining };
	struct parameter parameters[] = { { "SIZE", "1200" }, { "SMTPUTF8", NULL } };
	struct login login = {
		.mechanism = "PLAIN", .code = 235, .responses = 1, .shape = SASL_FITS, .encrypted = true
	};

	start((struct report_config){ 0 });
	made_open(&m);
	made_message(&m, 2, 1);
	m.session.messages[0].parameters = (struct parameters){ .list = parameters, .count = 2 };
	m.session.offers_before_tls = &(struct offers){ .state = OFFERS_SEEN, .lines = before_tls, .count = 1 };
	m.session.logins = &login;
	m.session.login_count = 1;
	m.session.greeting = greeting;
	m.session.helo = helo;
	m.session.capabilities = capabilities;
	m.session.capability_count = 2;
	m.session.visibility = VISIBILITY_GAP | VISIBILITY_ENCRYPTED;
	m.session.tls = &(struct tls_facts){ .mode = TLS_STARTTLS, .version = "TLSv1.3", .sni = "mx" };
	m.flow.closed = FLOW_SERVER_FIN;
	m.verdict = (struct verdict){ .failed = true,
				      .finding = 7,
				      .id = "delivery-failed",
				      .cause = "user-unknown",
				      .certainty = CERTAINTY_LIKELY,
				      .responsible = RESPONSIBLE_SENDER,
				      .retry = RETRY_USELESS,
				      .headline = "why",
				      .advice = "do",
				      .against = { "but" },
				      .against_count = 1 };
	ledger_spend(&m.ledger, LEDGER_FINAL, LEDGER_SERVER, 1500 * TSTAMP_MILLISECOND, NULL);
	made_end(&m, SESSION_PARTIAL);
	ck_assert_str_eq(
	    line(0),
	    "{\"type\":\"session\",\"session\":1," IDENTITY "\"start\":\"2020-09-13T12:26:40.001000Z\","
	    "\"end\":\"2020-09-13T12:26:40.001000Z\",\"client\":{\"ip\":\"192.0.2.10\",\"port\":40000},"
	    "\"server\":{\"ip\":\"192.0.2.25\",\"port\":25},"
	    "\"wireshark_filter\":\"((ip.src == 192.0.2.10 && ip.dst == 192.0.2.25 && tcp.srcport == 40000 && "
	    "tcp.dstport == 25) || (ip.src == 192.0.2.25 && ip.dst == 192.0.2.10 && tcp.srcport == 25 && "
	    "tcp.dstport == 40000)) && frame.time_epoch >= 0.000000000 && frame.time_epoch <= 0.000000000\","
	    "\"proxied\":null,\"protocol\":\"smtp\","
	    "\"visibility\":[\"gap\",\"encrypted\"],\"tcp\":{\"opened\":\"handshake\",\"closed\":\"server-"
	    "fin\","
	    "\"rtt_ms\":1.500,\"packets\":0,\"retransmissions\":0,\"missing_bytes\":0},"
	    "\"tls\":{\"mode\":\"starttls\",\"version\":\"TLSv1.3\",\"cipher\":null,\"sni\":\"mx\","
	    "\"decrypted\":false,\"alert\":null,\"sealed\":null,\"group\":null,\"alpn\":null,\"resumed\":null,\"retry\":null,"
	    "\"offered\":null,\"certificate\":null,\"alerts\":[],\"completed\":null,\"likely_message_bytes\":null},\"greeting\":\"mx.example.com ESMTP\",\"helo\":\"client\","
	    "\"capabilities\":[\"SIZE "
	    "1000\",\"PIPELINING\"],\"offers_before_tls\":[\"STARTTLS\"],"
	    "\"logins\":[{\"mechanism\":\"PLAIN\",\"code\":235,\"responses\":1,\"shape\":\"fits\","
	    "\"encrypted\":true}],"
	    "\"messages\":[{\"mail_from\":\"sender@example.org\","
	    "\"recipients\":[{\"address\":\"user1@example.com\",\"code\":550,\"enhanced\":\"5.1.1\","
	    "\"outcome\":\"rejected\",\"parameters\":{}},{\"address\":\"user2@example.com\",\"code\":250,"
	    "\"enhanced\":\"2.1."
	    "5\","
	    "\"outcome\":\"accepted\",\"parameters\":{}}],\"bytes\":1234,\"outcome\":\"accepted\",\"code\":"
	    "250,"
	    "\"enhanced\":\"2.0.0\",\"text\":\"2.0.0 Ok: queued as "
	    "4ABC\",\"queue_id\":\"4ABC\",\"parameters\":{\"SIZE\":\"1200\",\"SMTPUTF8\":null}}],"
	    "\"outcome\":\"partial\",\"verdict\":{\"outcome\":\"partial\",\"finding\":7,\"id\":\"delivery-failed\","
	    "\"cause\":\"user-unknown\",\"certainty\":\"likely\",\"responsible\":\"sender\",\"retry\":\"useless\","
	    "\"headline\":\"why\",\"advice\":\"do\",\"against\":[\"but\"],\"unseen\":[],\"capture_next\":null},"
	    "\"time_ms\":{\"connect\":{\"client\":0.000,\"network\":0.000,\"server\":0.000},\"greeting\":{\"client\":0.000,\"network\":0.000,\"server\":0.000},\"hello\":{\"client\":0.000,\"network\":0.000,\"server\":0.000},\"tls\":{\"client\":0.000,\"network\":0.000,\"server\":0.000},\"login\":{\"client\":0.000,\"network\":0.000,\"server\":0.000},\"envelope\":{\"client\":0.000,\"network\":0.000,\"server\":0.000},\"body\":{\"client\":0.000,\"network\":0.000,\"server\":0.000},\"final\":{\"client\":0.000,\"network\":0.000,\"server\":1500.000},\"close\":{\"client\":0.000,\"network\":0.000,\"server\":0.000}},"
	    "\"replies\":0,\"findings\":0}");
	made_finish(&m);
}
END_TEST

START_TEST(a_refused_connection_is_a_session)
{
	start((struct report_config){ 0 });
	made_open(&m);
	m.session.protocol = PROTOCOL_NONE;
	m.flow.opened = FLOW_REFUSED;
	m.flow.rtt = -1;
	m.session.proxied = &(struct proxied_facts){ .via = "socks", .target = "mx.example.com:25" };
	made_end(&m, SESSION_NO_MAIL);
	ck_assert(has("\"proxied\":{\"via\":\"socks\",\"client\":null,\"target\":\"mx.example.com:25\"}"));
	ck_assert(has("\"protocol\":\"none\",\"visibility\":[],\"tcp\":{\"opened\":\"refused\","
		      "\"closed\":\"none\","
		      "\"rtt_ms\":null,"));
	ck_assert(has("\"tls\":null,\"greeting\":null,\"helo\":null,\"capabilities\":[],\"offers_before_"
		      "tls\":null,\"logins\":[],\"messages\":[],"));
	made_finish(&m);
}
END_TEST

START_TEST(the_summary_is_the_last_record)
{
	static const char *const errors[] = { "a.pcap: cut short at packet 7" };

	start((struct report_config){ 0 });
	m.summary = (struct report_summary){ .bytes = 5,
					     .errors = errors,
					     .error_count = 1,
					     .outcomes = { 1, 2, 3, 4, 5 },
					     .findings = { 6, 7, 8 } };
	ck_assert_str_eq(
	    line(0), "{\"type\":\"summary\",\"version\":2,\"packets\":0,\"bytes\":5,\"sessions\":0,\"replies\":0,"
		     "\"findings\":{\"info\":6,\"warning\":7,\"error\":8},\"messages\":{\"accepted\":2,"
		     "\"deferred\":3,\"rejected\":4,\"aborted\":5,\"unknown\":1},\"dropped_packets\":null,"
		     "\"evicted_sessions\":0,\"errors\":[\"a.pcap: cut short at packet 7\"]}");
	made_finish(&m);
}
END_TEST

static void login(void)
{
	made_open(&m);
	made_secret(&m, "AUTH PLAIN AHVzZXIAc2VjcmV0", 11);
	made_reply(&m, "535 you sent ahvzZXIAc2VjcmV0", "Credentials invalid");
	made_secret(&m, "c2VjcmV0", 0);
	made_reply(&m, "500 what", "Syntax error");
	made_command(&m, "NOOP c2VjcmV0");
	made_reply(&m, "250 ok", "Okay");
}

START_TEST(credentials_are_redacted_wherever_they_stand)
{
	start((struct report_config){ 0 });
	login();
	ck_assert(has("\"line\":\"AUTH PLAIN <redacted>\""));
	ck_assert(has("\"lines\":[\"you sent <redacted>\"]"));
	ck_assert(has("\"kind\":\"auth-response\",\"verb\":null,\"line\":\"<redacted>\""));
	ck_assert(has("\"line\":\"NOOP <redacted>\""));
	ck_assert(!has("c2VjcmV0"));
	made_finish(&m);
	start((struct report_config){ .show_secrets = true });
	login();
	ck_assert(has("\"line\":\"AUTH PLAIN AHVzZXIAc2VjcmV0\""));
	ck_assert(!has("redacted"));
	made_finish(&m);
}
END_TEST

static void three_sessions(void)
{
	made_open(&m);
	made_command(&m, "NOOP");
	made_reply(&m, "250 ok", "x");
	made_end(&m, SESSION_NO_MAIL);
	made_open(&m);
	made_command(&m, "MAIL FROM:<>");
	made_reply(&m, "250 ok", "x");
	made_unasked(&m, "221 bye", "x");
	made_finding(&m, "unexpected-221", "unknown", SEVERITY_WARNING, 0);
	made_command(&m, "QUIT");
	made_reply(&m, "221 bye", "x");
	made_end(&m, SESSION_NO_MAIL);
	made_open(&m);
	made_command(&m, "EHLO x");
	made_reply(&m, "554 go away", "x");
	made_finding(&m, "odd", "unknown", SEVERITY_INFO, 0);
	m.verdict.failed = true;
	made_end(&m, SESSION_NO_MAIL);
}

START_TEST(one_session_can_be_picked)
{
	start((struct report_config){ 0 });
	m.criteria.session = 3;
	three_sessions();
	ck_assert_uint_eq(lines(all()), 4);
	ck_assert(!has("\"session\":1,") && !has("\"session\":2,"));
	made_finish(&m);
}
END_TEST

START_TEST(only_findings_leaves_out_the_others_whole)
{
	start((struct report_config){ 0 });
	m.criteria.only = REPORT_ONLY_FINDINGS;
	three_sessions();
	/* the reply before the finding too, in order */
	ck_assert(strstr(line(0), "\"type\":\"reply\",\"session\":2,"));
	ck_assert(strstr(line(2), "\"type\":\"finding\""));
	ck_assert_uint_eq(lines(all()), 6);
	ck_assert(!has("\"session\":1,") && !has("\"session\":3,"));
	made_finish(&m);
}
END_TEST

START_TEST(only_failed_leaves_out_what_did_not_fail)
{
	start((struct report_config){ 0 });
	m.criteria.only = REPORT_ONLY_FAILED;
	three_sessions();
	ck_assert_uint_eq(lines(all()), 4);
	ck_assert(has("go away"));
	made_finish(&m);
}
END_TEST

START_TEST(what_is_withheld_is_bounded_and_its_loss_is_told)
{
	static char text[60001];

	start((struct report_config){ 0 });
	m.criteria.only = REPORT_ONLY_FAILED;
	memset(text, 'x', sizeof text - 1);
	made_open(&m);
	for (unsigned i = 0; i < 200; i++) {
		made_command(&m, "NOOP");
		made_reply_bytes(&m, 250, span_text(text), "x");
	}
	made_end(&m, SESSION_REJECTED);
	ck_assert_uint_lt(m.length, 9 << 20);
	ck_assert(has("session 1: some of its records are missing"));
	made_finish(&m);
}
END_TEST

START_TEST(hostile_bytes_make_valid_json)
{
	uint32_t seed = 99;
	uint8_t bytes[200];

	start((struct report_config){ 0 });
	made_open(&m);
	for (unsigned round = 0; round < 500; round++) {
		for (size_t i = 0; i < sizeof bytes; i++)
			bytes[i] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
		made_command_bytes(&m, span_of(bytes, 100));
		made_reply_bytes(&m, 250, span_of(bytes + 100, 100), "x");
	}
	ck_assert_uint_eq(lines(all()), 501);
	made_finish(&m);
}
END_TEST

START_TEST(formats_are_found_by_name)
{
	ck_assert_ptr_nonnull(report_format_find("json"));
	ck_assert_ptr_null(report_format_find("JSON"));
	ck_assert_ptr_null(report_format_find(""));
}
END_TEST

SUITE("report_json", a_reply_has_every_key_in_order, end_of_data_has_no_verb_and_no_line,
      a_finding_has_every_key_in_order, a_session_has_every_key_in_order, a_refused_connection_is_a_session,
      the_summary_is_the_last_record, credentials_are_redacted_wherever_they_stand, one_session_can_be_picked,
      only_findings_leaves_out_the_others_whole, only_failed_leaves_out_what_did_not_fail,
      what_is_withheld_is_bounded_and_its_loss_is_told, hostile_bytes_make_valid_json,
      formats_are_found_by_name)
