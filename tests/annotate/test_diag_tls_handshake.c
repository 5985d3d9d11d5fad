/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"
#include "harness.h"
#include "tls_handshake.h"

static struct exam e;
static struct tls_handshake h;

/* A client that sent its hello; the server has not finished the handshake. */
static void begin(void)
{
	exam_hello(&e, "tls-handshake-failed", "250 STARTTLS");
	exam_ask(&e, "STARTTLS", "220 Go ahead");
	h = (struct tls_handshake){ .client_hello_seen = true };
	h.client_hello.versions[0] = 0x0303;
	h.client_hello.version_count = 1;
	h.client_hello.cipher_count = 1;
	h.side[DIR_CLIENT].begun = true;
	h.side[DIR_CLIENT].frame = e.flow.last;
	e.session.tls = (struct tls_facts){ .mode = TLS_STARTTLS, .handshake = &h, .alert = "some_alert" };
}

static const char *ended(void)
{
	static char found[64];

	exam_end(&e);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

static const char *alert(uint8_t description)
{
	static char found[64];

	begin();
	h.alert =
	    (struct tls_alert){ .seen = true, .level = 2, .description = description, .sender = DIR_SERVER };
	exam_note(&e, NOTE_TLS_ALERT, DIR_SERVER, NULL, NULL);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_alerts)
{
	static const struct {
		uint8_t description;
		const char *found;
	} cases[] = {
		{ 70, "protocol-version:error" },   { 86, "protocol-version:error" },
		{ 40, "handshake-failure:error" },  { 71, "handshake-failure:error" },
		{ 116, "handshake-failure:error" }, { 45, "certificate-expired:error" },
		{ 48, "unknown-ca:error" },	    { 42, "bad-certificate:error" },
		{ 43, "bad-certificate:error" },    { 44, "bad-certificate:error" },
		{ 46, "bad-certificate:error" },    { 113, "bad-certificate:error" },
		{ 112, "unrecognized-name:error" }, { 80, "unknown:error" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_str_eq(alert(cases[i].description), cases[i].found);
	ck_assert_str_eq(alert(40), "handshake-failure:error");
	ck_assert_ptr_nonnull(strstr(e.why, "some_alert (40) of the server"));
	ck_assert_ptr_nonnull(strstr(e.why, "TLS 1.2 with 1 cipher."));
}
END_TEST

/* Behind a loss the record was found again by its looks. */
START_TEST(test_alert_behind_loss)
{
	begin();
	h.alert = (struct tls_alert){ .seen = true, .description = 40, .sender = DIR_SERVER };
	h.side[DIR_SERVER].lost = true;
	exam_note(&e, NOTE_TLS_ALERT, DIR_SERVER, NULL, NULL);
	ck_found(&e, "handshake-failure:likely:error");
	/* Said once; the close that follows is its consequence. */
	exam_note(&e, NOTE_TLS_ALERT, DIR_SERVER, NULL, NULL);
	exam_close(&e, FLOW_EVENT_FIN, DIR_SERVER);
	ck_assert_str_eq(ended(), "");
}
END_TEST

START_TEST(test_plaintext)
{
	begin();
	exam_note(&e, NOTE_PLAINTEXT_FOR_TLS, DIR_CLIENT, "EHLO a", NULL);
	ck_found(&e, "not-tls:error");
	ck_assert_ptr_nonnull(strstr(e.why, "the client"));
	exam_note(&e, NOTE_PLAINTEXT_FOR_TLS, DIR_CLIENT, "EHLO a", NULL);
	ck_found(&e, "");
	exam_finish(&e);
	begin();
	exam_lose(&e);
	exam_note(&e, NOTE_PLAINTEXT_FOR_TLS, DIR_CLIENT, "EHLO a", NULL);
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

START_TEST(test_closed)
{
	begin();
	exam_close(&e, FLOW_EVENT_RST, DIR_SERVER);
	exam_close(&e, FLOW_EVENT_RST, DIR_CLIENT);
	ck_assert_str_eq(ended(), "closed:error");
	ck_assert_ptr_nonnull(strstr(e.why, "the server closed")); /* the first to close */
}
END_TEST

/* Each of these explains the end, or hides what would. */
START_TEST(test_not_closed)
{
	begin();
	ck_assert_str_eq(ended(), "");
	begin();
	exam_reply(&e, "421 too busy", ANSWERS_NONE);
	exam_close(&e, FLOW_EVENT_FIN, DIR_SERVER);
	ck_assert_str_eq(ended(), "");
	begin();
	h.side[DIR_SERVER].closing = true;
	exam_close(&e, FLOW_EVENT_FIN, DIR_SERVER);
	ck_assert_str_eq(ended(), "");
	begin();
	e.session.visibility = VISIBILITY_GAP;
	exam_close(&e, FLOW_EVENT_FIN, DIR_SERVER);
	ck_assert_str_eq(ended(), "");
	begin();
	e.session.unsure = true;
	exam_close(&e, FLOW_EVENT_FIN, DIR_SERVER);
	ck_assert_str_eq(ended(), "");
	begin();
	e.flow.side[DIR_SERVER].seen = false;
	exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
	ck_assert_str_eq(ended(), "");
	begin();
	e.session.tls.handshake = NULL;
	exam_close(&e, FLOW_EVENT_FIN, DIR_SERVER);
	ck_assert_str_eq(ended(), "");
}
END_TEST

SUITE("annotate/diag_tls_handshake", test_alerts, test_alert_behind_loss, test_plaintext, test_closed,
      test_not_closed)
