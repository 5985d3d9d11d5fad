/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"
#include "harness.h"

static struct exam e;

START_TEST(test_server)
{
	static const struct {
		const char *line, *found;
	} cases[] = {
		{ "+OK ready", "pop3:error" },
		{ "-ERR busy", "pop3:error" },
		{ "* OK IMAP4rev1", "imap:error" },
		{ "* BYE", "imap:error" },
		{ "SSH-2.0-x", "ssh:error" },
		{ "+O", "" },
		{ "hello", "" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		exam_init(&e, "wrong-service");
		exam_not_reply(&e, cases[i].line);
		ck_found(&e, cases[i].found);
		exam_finish(&e);
	}
	/* An HTTP server never speaks first: it answers the hello. */
	exam_init(&e, "wrong-service");
	exam_not_reply(&e, "HTTP/1.1 400 Bad");
	ck_found(&e, "");
	exam_finish(&e);
	exam_init(&e, "wrong-service");
	exam_command(&e, "EHLO a");
	e.session.command_count = 1;
	exam_not_reply(&e, "HTTP/1.1 400 Bad");
	ck_found(&e, "http:error");
	exam_finish(&e);
	/* What was lost may be what the line answers. */
	exam_init(&e, "wrong-service");
	e.session.visibility = VISIBILITY_GAP;
	exam_not_reply(&e, "+OK ready");
	ck_found(&e, "");
	exam_finish(&e);
	/* Behind a reply of SMTP it is something else. */
	exam_hello(&e, "wrong-service", NULL);
	exam_not_reply(&e, "+OK ready");
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

/* The client says |line|, and the server answers (NULL: not at all). */
static const char *client(const char *line, const char *reply)
{
	static char found[64];

	exam_init(&e, "wrong-service");
	exam_reply(&e, "220 mx", ANSWERS_CONNECT);
	exam_command(&e, line);
	if (reply)
		exam_reply(&e, reply, ANSWERS_COMMAND);
	exam_close(&e, FLOW_EVENT_FIN, DIR_SERVER);
	exam_end(&e);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_client)
{
	ck_assert_str_eq(client("GET / HTTP/1.1", NULL), "http:info");
	ck_assert_str_eq(client("SSH-2.0-x", NULL), "ssh:info");
	ck_assert_str_eq(client("EHLO a", NULL), "");
	/* The server has not closed: its reply may still come. */
	exam_init(&e, "wrong-service");
	exam_reply(&e, "220 mx", ANSWERS_CONNECT);
	exam_command(&e, "GET / HTTP/1.1");
	exam_end(&e);
	ck_found(&e, "");
	exam_finish(&e);
	/* Other findings say it. */
	ck_assert_str_eq(client("GET / HTTP/1.1", "500 what"), "");
	ck_assert_str_eq(client("GET / HTTP/1.1", "221 bye"), "");
	ck_assert_str_eq(client("SSH-2.0-x", "554 no"), "");
}
END_TEST

SUITE("annotate/diag_wrong_service", test_server, test_client)
