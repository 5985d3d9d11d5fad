/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"
#include "harness.h"
#include "tls_handshake.h"

static struct exam e;
static struct tls_handshake h;
static struct tls_facts tls;

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
	h.side[DIR_CLIENT].frame = h.hello_frame = e.flow.last;
	h.hello_segments = 2;
	h.hello_end = 1000;
	h.client_hello.size = 1307;
	strcpy(h.client_hello.sni, "mx.example.net");
	e.session.tls = &tls;
	tls = (struct tls_facts){ .mode = TLS_STARTTLS, .handshake = &h, .alert = "some_alert" };
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
/* A certificate whose dates are relative to the session, in days. */
static void show(int from, int until, enum tls_name_fit fit)
{
	static char subject[] = "CN=mx", issuer[] = "CN=ca";
	static struct tls_certificate c;
	int64_t now = h.hello_frame.time / TSTAMP_SECOND;

	c = (struct tls_certificate){ .count = 1, .read = 1, .fit = fit };
	c.chain[0] = (struct tls_certificate_entry){ .subject = subject,
						     .issuer = issuer,
						     .times_known = true,
						     .not_before = now + from * INT64_C(86400),
						     .not_after = now + until * INT64_C(86400) };
	h.certificate = &c;
}

static const char *refused(uint8_t description, enum direction sender)
{
	static char found[64];

	h.alert = (struct tls_alert){ .seen = true, .level = 2, .description = description, .sender = sender };
	exam_note(&e, NOTE_TLS_ALERT, sender, NULL, NULL);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

/* What the finding says about the certificate. */
START_TEST(test_words_of_the_certificate)
{
	static char subject[64];
	static const struct {
		int64_t not_after;
		const char *words;
	} dates[] = {
		{ 86400, "1970-01-02" },
		{ INT64_MAX / TSTAMP_SECOND, "an impossible date" },
		{ -INT64_MAX / TSTAMP_SECOND, "an impossible date" },
		{ INT64_MAX / TSTAMP_SECOND - 1, "2262-04-11" },
	};

	/* A name of 60 characters is shown whole, a longer one is cut and marked. */
	for (size_t length = 60; length <= 61; length++) {
		memset(subject, 'n', length);
		begin();
		show(-9, 9, TLS_NAME_FITS);
		h.certificate->chain[0].subject = subject;
		refused(48, DIR_CLIENT);
		subject[60] = 0;
		ck_assert_ptr_nonnull(strstr(e.why, subject));
		ck_assert_msg((strstr(e.why, "nnn...") != NULL) == (length == 61), "%s", e.why);
	}
	for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
		begin();
		show(-9, 9, TLS_NAME_FITS);
		h.certificate->chain[0].not_after = dates[i].not_after;
		refused(48, DIR_CLIENT);
		ck_assert_msg(strstr(e.why, dates[i].words) != NULL, "%s", e.why);
	}
}
END_TEST

/* What the certificate shows makes an alert more exact, but never certain. */
START_TEST(test_alert_with_certificate)
{
	static const struct {
		uint8_t description;
		int from, until;
		enum tls_name_fit fit;
		const char *found;
	} cases[] = {
		{ 45, -9, -1, TLS_NAME_FITS, "certificate-expired:error" },
		{ 45, -9, 9, TLS_NAME_FITS, "certificate-expired:likely:error" },
		{ 45, 1, 9, TLS_NAME_FITS, "certificate-not-yet-valid:likely:error" },
		{ 42, -9, -1, TLS_NAME_DIFFERS, "certificate-expired:likely:error" },
		{ 42, 1, 9, TLS_NAME_FITS, "certificate-not-yet-valid:likely:error" },
		{ 46, -9, 9, TLS_NAME_DIFFERS, "certificate-name:likely:error" },
		{ 46, -9, 9, TLS_NAME_FITS, "bad-certificate:error" },
		{ 42, -9, 9, TLS_NAME_UNKNOWN, "bad-certificate:error" },
		{ 44, -9, 9, TLS_NAME_DIFFERS, "bad-certificate:error" },
		{ 48, -9, -1, TLS_NAME_DIFFERS, "unknown-ca:error" },
		{ 40, -9, -1, TLS_NAME_DIFFERS, "handshake-failure:error" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		begin();
		show(cases[i].from, cases[i].until, cases[i].fit);
		ck_assert_str_eq(refused(cases[i].description, DIR_CLIENT), cases[i].found);
	}
	/* The server's own certificate says nothing about the client's. */
	begin();
	show(-9, -1, TLS_NAME_DIFFERS);
	ck_assert_str_eq(refused(42, DIR_SERVER), "bad-certificate:error");
	ck_assert_int_eq(e.last.responsible, RESPONSIBLE_CLIENT);
}
END_TEST

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
	h.side[DIR_SERVER].begun = true;
	exam_close(&e, FLOW_EVENT_RST, DIR_SERVER);
	exam_close(&e, FLOW_EVENT_RST, DIR_CLIENT);
	ck_assert_str_eq(ended(), "closed:error");
	ck_assert_ptr_nonnull(strstr(e.why, "the server closed")); /* the first to close */
}
END_TEST

START_TEST(test_unanswered)
{
	/* Exactly as long as a server may take, and a little less. */
	begin();
	e.flow.side[DIR_CLIENT].acked = 1000;
	exam_wait(&e, 5 * TSTAMP_SECOND - 5 * TSTAMP_MILLISECOND);
	exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
	ck_assert_str_eq(ended(), "hello-unanswered:error");
	ck_assert_ptr_nonnull(strstr(e.why, "1307 bytes in 2 segments, which it received"));
	begin();
	exam_wait(&e, 5 * TSTAMP_SECOND - 5 * TSTAMP_MILLISECOND - 1);
	exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
	ck_assert_str_eq(ended(), "closed:error");
	begin();
	e.flow.side[DIR_CLIENT].acked = 999;
	exam_wait(&e, 5 * TSTAMP_SECOND);
	exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
	ck_assert_str_eq(ended(), "hello-unanswered:error");
	ck_assert_ptr_nonnull(strstr(e.why, "never acknowledged"));
	/* It was not too large; where it was not received, the network is. */
	begin();
	h.hello_segments = 1;
	e.flow.side[DIR_CLIENT].acked = 1000;
	exam_wait(&e, 5 * TSTAMP_SECOND);
	exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
	ck_assert_str_eq(ended(), "no-answer:error");
	/* The segments of the capture are not those of the wire: the size decides, if the server announced its own. */
	for (uint16_t mss = 999; mss <= 1000; mss++)
		for (unsigned segments = 1; segments <= 2; segments++) {
			begin();
			h.client_hello.size = 1000;
			h.hello_segments = segments;
			e.flow.side[DIR_CLIENT].acked = 1000;
			e.flow.side[DIR_SERVER].mss = mss;
			exam_wait(&e, 5 * TSTAMP_SECOND);
			exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
			ck_assert_str_eq(ended(), mss < 1000 ? "hello-unanswered:error" : "no-answer:error");
		}
	begin();
	h.hello_segments = 1;
	e.flow.side[DIR_CLIENT].acked = 999;
	exam_wait(&e, 5 * TSTAMP_SECOND);
	exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
	ck_assert_str_eq(ended(), "hello-unanswered:error");
	/* It answered. */
	begin();
	h.side[DIR_SERVER].begun = true;
	exam_wait(&e, 5 * TSTAMP_SECOND);
	exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
	ck_assert_str_eq(ended(), "closed:error");
}
END_TEST

/* TLS 1.2, with the server's flight up to ServerHelloDone. */
static void answer(void)
{
	begin();
	h.server_hello_seen = true;
	h.server_hello.version = 0x0303;
	h.server_hello.suite = 0xc02f;
	h.side[DIR_SERVER].begun = h.side[DIR_SERVER].certificate = h.side[DIR_SERVER].hello_done = true;
}

START_TEST(test_left_at_certificate)
{
	answer();
	show(-9, 9, TLS_NAME_DIFFERS);
	exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
	ck_assert_str_eq(ended(), "certificate-name:likely:error");
	answer();
	show(-9, 9, TLS_NAME_FITS);
	exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
	ck_assert_str_eq(ended(), "bad-certificate:likely:error");
	answer();
	show(-9, 9, TLS_NAME_DIFFERS);
	exam_close(&e, FLOW_EVENT_FIN, DIR_SERVER);
	ck_assert_str_eq(ended(), "closed:error");
	answer();
	show(-9, 9, TLS_NAME_DIFFERS);
	h.side[DIR_CLIENT].exchanged = true;
	exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
	ck_assert_str_eq(ended(), "closed:error");
}
END_TEST

static void complete(void)
{
	answer();
	h.side[DIR_CLIENT].exchanged = h.side[DIR_CLIENT].cipher_changed = h.side[DIR_SERVER].cipher_changed =
	    true;
}

START_TEST(test_left_after_handshake)
{
	complete();
	show(-9, -1, TLS_NAME_FITS);
	exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
	ck_assert_str_eq(ended(), "certificate-expired:likely");
	/* Nothing to object to: a probe. */
	complete();
	show(-9, 9, TLS_NAME_FITS);
	exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
	ck_assert_str_eq(ended(), "");
	/* The client spoke, or the server left. */
	complete();
	show(-9, -1, TLS_NAME_FITS);
	h.side[DIR_CLIENT].application = 1;
	exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
	ck_assert_str_eq(ended(), "");
	complete();
	show(-9, -1, TLS_NAME_FITS);
	exam_close(&e, FLOW_EVENT_FIN, DIR_SERVER);
	ck_assert_str_eq(ended(), "");
}
END_TEST

START_TEST(test_weak)
{
	complete();
	h.server_hello.version = 0x0302;
	ck_assert_str_eq(ended(), "weak:info");
	complete();
	tls.cipher = "TLS_RSA_WITH_3DES_EDE_CBC_SHA";
	ck_assert_str_eq(ended(), "weak:info");
	complete();
	show(-9, 9, TLS_NAME_FITS);
	h.certificate->key = "RSA";
	h.certificate->key_bits = 2047;
	ck_assert_str_eq(ended(), "weak:info");
	complete();
	tls.cipher = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
	ck_assert_str_eq(ended(), "");
	/* What was not completed encrypts nothing. */
	answer();
	h.server_hello.version = 0x0302;
	ck_assert_str_eq(ended(), "");
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
	h.side[DIR_SERVER].closing = h.side[DIR_SERVER].begun = true;
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
	tls.handshake = NULL;
	exam_close(&e, FLOW_EVENT_FIN, DIR_SERVER);
	ck_assert_str_eq(ended(), "");
}
END_TEST

SUITE("annotate/diag_tls_handshake", test_alerts, test_words_of_the_certificate, test_alert_with_certificate,
      test_unanswered, test_left_at_certificate, test_left_after_handshake, test_weak, test_alert_behind_loss,
      test_plaintext, test_closed, test_not_closed)
