/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzzes the stages from segments to records: stream, smtp and annotate joined, with any segments
 * (segments.h). Checks, in addition to smtp_check.h: findings are numbered in order, known to the rules, have
 * no gaps in their sentences and no credentials, and list evidence in order; the end of a session is its last
 * record; nothing is called unexpected if the command was not captured.
 */
#include "annotate.h"
#include "segments.h"
#include "smtp.h"
#include "smtp_check.h"
#include "stream.h"

#include <ctype.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stands in for the report stage's memory of a session. */
struct seen {
	struct smtp_check check;
	uint64_t findings[3];
};

struct world {
	uint64_t finding, sessions, ended, replies;
};

/*
 * Returns whether a credential of the session is in |text|. Words of the rules' own sentences do not count.
 */
static bool holds_secret(const struct session_facts *session, const char *text)
{
	for (size_t i = 0; session->secrets && i < session->secrets->count; i++) {
		struct span secret = session->secrets->held[i];
		bool odd = false;

		for (size_t k = 0; k < secret.length; k++)
			odd |= isdigit(secret.at[k]) != 0;
		if (secret.length >= 12 && odd && memmem(text, strlen(text), secret.at, secret.length))
			return true;
	}
	return false;
}

static void check_sentence(const struct session_facts *session, const char *text)
{
	require(text != NULL);
	require(!holds_secret(session, text));
}

static void check_finding(struct world *w, struct seen *seen, const struct record *record)
{
	const struct finding *f = record->finding;
	const struct rule_finding *rule = rules_finding(rules_builtin(), f->id, f->cause);
	const struct session_facts *session = record->event->session;

	require(f->number == ++w->finding && f->root < f->number);
	require(rule && strcmp(rule->cause, f->cause) == 0);
	require(f->severity <= SEVERITY_ERROR && f->certainty <= CERTAINTY_CERTAIN);
	seen->findings[f->severity]++;
	check_sentence(session, f->title);
	check_sentence(session, f->why);
	check_sentence(session, f->fix);
	require(f->title[0] && f->why[0] && f->reference != NULL);
	for (size_t i = 0; i < f->frame_count; i++) {
		require(f->frames[i].number > 0);
		require(i == 0 || f->frames[i - 1].number < f->frames[i].number);
	}
	if (strncmp(f->id, "unexpected-", 11) == 0) {
		require(record->event->kind == SMTP_REPLY);
		require(record->event->exchange->answers != ANSWERS_UNSEEN);
	}
}

static void on_record(void *context, const struct record *record)
{
	struct world *w = context;
	struct seen *seen = *record->attachment;
	const struct smtp_event *e = record->event;

	if (record->kind == RECORD_EVENT && e->kind == SMTP_OPENED) {
		require(!seen);
		*record->attachment = seen = calloc(1, sizeof *seen);
		if (!seen)
			exit(1);
		w->sessions++;
	}
	require(seen != NULL);
	if (record->kind == RECORD_FINDING) {
		check_finding(w, seen, record);
		require(memcmp(seen->findings, record->findings, sizeof seen->findings) == 0);
		return;
	}
	smtp_check_event(&seen->check, e);
	require((record->annotation != NULL) == (e->kind == SMTP_REPLY));
	if (record->annotation) {
		w->replies++;
		require(record->annotation->name && record->annotation->category &&
			record->annotation->expected <= EXPECTED_UNKNOWN);
		if (e->exchange->answers == ANSWERS_UNSEEN)
			require(record->annotation->expected == EXPECTED_UNKNOWN);
		if (e->exchange->unsure)
			require(record->annotation->expected != EXPECTED_NO);
	}
	require(memcmp(seen->findings, record->findings, sizeof seen->findings) == 0);
	if (e->kind == SMTP_ENDED) {
		w->ended++;
		free(seen);
		*record->attachment = NULL;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t ports[] = { 25 };
	struct stream_config stream_config = {
		.ports = ports, .port_count = 1, .secret = { 1, 2 }, .max_flows = 3
	};
	/* Created once, because that compiles the patterns; the counters continue. */
	static struct annotate *annotate;
	static struct smtp *smtp;
	static struct proxy *proxy;
	static struct world world;
	struct smtp_config smtp_config = { 0 };
	struct proxy_config proxy_config = { 0 };
	struct proxy_sink sessions;
	struct stream_sink sink;
	struct stream *stream;
	struct segments segments = segments_of(data + (size > 0), size - (size > 0));
	struct segment g;

	if (!annotate)
		annotate = annotate_create(rules_builtin(), on_record, &world);
	if (annotate && !smtp)
		smtp = smtp_create(&smtp_config, annotate_push, annotate);
	if (smtp && !proxy) {
		sessions = smtp_proxy_sink(smtp);
		proxy = proxy_create(&proxy_config, &sessions);
	}
	if (!proxy)
		return 0;
	sink = proxy_stream_sink(proxy);
	stream = stream_create(&stream_config, &sink);
	if (!stream)
		return 0;
	while (segments_next(&segments, &g))
		stream_push(stream, &g);
	stream_finish(stream);
	require(world.sessions == world.ended && annotate_counters(annotate).sessions == world.sessions);
	require(annotate_counters(annotate).replies == world.replies);
	stream_destroy(stream);
	return 0;
}
