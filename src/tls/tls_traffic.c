/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_traffic.h"

#include "tls_hello.h"

enum {
	MESSAGE_LEAST = 200, /* shorter ones look like a command with long parameters, or a group of them */
	REPLY_LEAST = 10,    /* of 354; the 334 before a token of a login is shorter, */
	REPLY_MOST = 120,    /* and a reply to EHLO, or the 334 with a challenge, is longer */
	ANSWER_MOST = 512,
	RUNS_SINGLE = 4,    /* EHLO, MAIL, RCPT and DATA */
	RUNS_GROUPED = 2,   /* EHLO, and a group of MAIL, RCPT and DATA, */
	REPLIES_LEAST = 40, /* whose replies come together */
};

/* Can the client's run that has ended be a message, by what came before it? */
static bool follows_go_ahead(const struct tls_traffic *t)
{
	if (!t->before.records || t->before.bytes < REPLY_LEAST || t->before.bytes > REPLY_MOST)
		return false;
	return t->client_runs >= RUNS_SINGLE ||
	       (t->client_runs >= RUNS_GROUPED && t->before.bytes >= REPLIES_LEAST);
}

static void end_run(struct tls_traffic *t)
{
	const struct tls_run run = t->run;

	if (t->speaker == DIR_SERVER) {
		if (t->awaits_answer)
			t->answered = run.bytes <= ANSWER_MOST;
		t->awaits_answer = false;
	} else {
		if (run.bytes >= MESSAGE_LEAST && run.bytes > t->message.bytes && follows_go_ahead(t)) {
			t->message = run;
			t->awaits_answer = true;
			t->answered = false;
		}
		t->client_runs++;
	}
	t->before = run;
	t->run = (struct tls_run){ 0 };
}

void tls_traffic_note(struct tls_traffic *t, enum direction sender, uint32_t plain)
{
	if (t->begun && sender != t->speaker)
		end_run(t);
	t->begun = true;
	t->speaker = sender;
	t->run.bytes += plain;
	t->run.records++;
}

void tls_traffic_end(struct tls_traffic *t)
{
	if (t->begun)
		end_run(t);
	t->begun = false;
}

uint64_t tls_traffic_message(const struct tls_traffic *t)
{
	return t->answered ? t->message.bytes : 0;
}

uint32_t tls_traffic_overhead(uint16_t version, const char *suite)
{
	enum { TAG = 16, SHORT_TAG = 8, EXPLICIT_NONCE = 8, INNER_TYPE = 1 };
	bool short_tag = suite && strstr(suite, "_CCM_8");
	uint32_t tag = short_tag ? SHORT_TAG : TAG;

	if (!suite)
		return 0;
	if (version >= TLS_1_3)
		return tag + INNER_TYPE;
	if (strstr(suite, "CHACHA20"))
		return tag;
	return strstr(suite, "_GCM") || strstr(suite, "_CCM") ? tag + EXPLICIT_NONCE : 0;
}
