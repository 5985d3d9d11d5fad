/* SPDX-License-Identifier: BSD-2-Clause */
/* demo_text: a page with a bit of everything, for the eye. "color" as argument, and a width. */
#include "made.h"

#include <stdlib.h>

static struct made m;

static void good(void)
{
	char greeting[] = "mx.example.com ESMTP Postfix", helo[] = "client.example.org";

	made_open(&m);
	made_greeting(&m, "220 mx.example.com ESMTP Postfix (Debian/GNU)");
	m.session.greeting = greeting;
	made_command(&m, "EHLO client.example.org");
	m.session.helo = helo;
	made_reply(&m,
		   "250-mx.example.com\n250-PIPELINING\n250-SIZE "
		   "10240000\n250-VRFY\n250-ETRN\n250-STARTTLS\n250-AUTH PLAIN "
		   "LOGIN\n250-ENHANCEDSTATUSCODES\n250-8BITMIME\n250-DSN\n250-SMTPUTF8\n250 CHUNKING",
		   "Requested mail action okay, completed");
	made_command(&m, "MAIL FROM:<sender@example.org> SIZE=1234 BODY=8BITMIME");
	made_reply(&m, "250 2.1.0 Ok", "Sender accepted");
	for (unsigned i = 0; i < 40; i++) {
		made_command(&m, "RCPT TO:<user@example.com>");
		made_reply(&m, "250 2.1.5 Ok", "Recipient accepted");
	}
	made_command(&m, "RCPT TO:<nobody@example.com>");
	made_reply(
	    &m,
	    "550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 "
	    "double-checking "
	    "the recipient's email address for typos or unnecessary spaces.\n550 5.1.1 "
	    "https://support.google.com/mail/?p=NoSuchUser e9e14a558f8ab-3a6b8c1d2f3si1234567890.12 - gsmtp",
	    "Mailbox unavailable");
	made_finding(&m, "delivery-failed", "unknown-recipient", SEVERITY_ERROR, 0);
	made_command(&m, "DATA");
	made_reply(&m, "354 End data with <CR><LF>.<CR><LF>", "Start mail input");
	made_command(&m, ".");
	made_reply(&m, "250 2.0.0 Ok: queued as 4ABC", "Message accepted for delivery");
	made_message(&m, 30, 3);
	made_unasked(&m, "221 2.0.0 mx.example.com Error: timeout exceeded", "Closing connection");
	made_finding(&m, "unexpected-221", "idle-timeout", SEVERITY_WARNING, 0);
	made_command(&m, "QUIT");
	struct flow_event rst = { .kind = FLOW_EVENT_RST, .direction = DIR_SERVER };
	made_event(&m, (struct smtp_event){ .kind = SMTP_UNANSWERED, .command = &m.command });
	made_event(&m, (struct smtp_event){ .kind = SMTP_FLOW, .flow_event = &rst });
	made_end(&m, SESSION_PARTIAL);
}

static void garbage(void)
{
	struct flow_event fin = { .kind = FLOW_EVENT_FIN, .direction = DIR_CLIENT };
	char line[100];

	made_open(&m);
	m.session.visibility = VISIBILITY_GAP | VISIBILITY_MIDSTREAM;
	m.flow.side[0].missing = 1460;
	m.flow.side[1].retransmissions = 4;
	made_event(&m, (struct smtp_event){ .kind = SMTP_GAP, .direction = DIR_SERVER, .length = 1460 });
	made_command(&m, "GET / HTTP/1.1");
	made_reply(&m, "500 5.5.2 Error: command not recognized", "Syntax error, command unrecognized");
	made_finding(&m, "unexpected-500", "http-on-smtp-port", SEVERITY_WARNING, 0);
	uint64_t root = m.finding_count;
	for (unsigned i = 0; i < 41; i++) {
		snprintf(line, sizeof line, "%c-header-%u: some text that is long", 'A' + (int)i % 26, i);
		made_command(&m, line);
		made_reply(&m, "500 5.5.2 Error: command not recognized", "Syntax error, command unrecognized");
		made_finding(&m, "unexpected-500", "http-on-smtp-port", SEVERITY_WARNING, root);
	}
	made_command_bytes(
	    &m,
	    span_of("\x1b]0;owned\x07\xff\xe2\x80\xae<script>alert(1)</script> \xe6\x97\xa5\xe6\x9c\xac", 52));
	made_reply(&m,
		   "500 "
		   "a-very-long-word-without-any-blank-that-cannot-be-broken-anywhere-because-it-has-no-"
		   "space-at-all-in-it",
		   NULL);
	made_finding(&m, "unexpected-500", "unknown", SEVERITY_INFO, 0);
	made_event(&m, (struct smtp_event){ .kind = SMTP_NOT_REPLY,
					    .line = span_text("hello there, I am no reply") });
	made_event(&m, (struct smtp_event){ .kind = SMTP_FLOW, .flow_event = &fin, .phase = PHASE_ENVELOPE });
	made_end(&m, SESSION_NO_MAIL);
}

static void pipelined(void)
{
	struct command commands[20];
	struct exchange keep;

	made_open(&m);
	made_greeting(&m, "220 lmtp ready");
	m.session.protocol = PROTOCOL_LMTP;
	for (unsigned i = 0; i < 20; i++) {
		made_command(&m, i ? "RCPT TO:<x@example.org>" : "MAIL FROM:<>");
		commands[i] = m.command;
	}
	for (unsigned i = 0; i < 20; i++) {
		m.command = commands[i];
		made_reply(&m, "250 2.1.5 Ok", i ? "Recipient accepted" : "Sender accepted");
	}
	(void)keep;
	made_command(&m, "STARTTLS");
	made_reply(&m, "220 2.0.0 Ready to start TLS", "Service ready");
	made_event(&m, (struct smtp_event){ .kind = SMTP_TLS });
	m.session.tls =
	    &(struct tls_facts){ .mode = TLS_STARTTLS, .version = "TLSv1.3", .alert = "unknown_ca" };
	m.session.visibility = VISIBILITY_ENCRYPTED;
	made_end(&m, SESSION_UNKNOWN);
}

static void refused(void)
{
	made_open(&m);
	m.session.protocol = PROTOCOL_NONE;
	m.flow.opened = FLOW_REFUSED;
	m.flow.syn_count = 3;
	made_finding(&m, "connection-refused", "unknown", SEVERITY_ERROR, 0);
	made_end(&m, SESSION_NO_MAIL);
	made_open(&m);
	m.session.protocol = PROTOCOL_NONE;
	m.flow.opened = FLOW_UNANSWERED;
	made_end(&m, SESSION_NO_MAIL);
}

int main(int argc, char **argv)
{
	static const char *const errors[] = { "mail.pcap: cut short inside packet 1234, byte 567890" };
	struct report_config config = { .color = argc > 1 && strcmp(argv[1], "color") == 0,
					.width = argc > 2 ? (unsigned)atoi(argv[2]) : 0 };

	made_init(&m, "text", &config);
	good();
	garbage();
	pipelined();
	refused();
	m.summary.errors = errors;
	m.summary.error_count = 1;
	m.summary.bytes = 1234567;
	fputs(made_text(&m), stdout);
	made_finish(&m);
	return 0;
}
